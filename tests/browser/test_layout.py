"""What depends on the window: nothing scrolls sideways, the top bar fits a phone, a phone folds; and the live look."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.browser_steps import expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.images import drawn
from support.server_process import running

LARGE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
LONG = "Gartengestaltungsangelegenheitenberatung und Terrassenüberdachungen"
HEADINGS = {
    "picker": LONG,
    "form": "Your details",
    "confirmed": "Your appointment is confirmed",
    "move": "Move your appointment",
    "spent": "This link has already been used",
}
WIDE = {"width": 1280, "height": 800}
FILL = "button => getComputedStyle(button).backgroundColor"

OWNERS = (
    "/settings/calendars",
    "/settings/calendars/new",
    "/settings/calendars/1",
    "/settings/calendars/1/links",
    "/settings/calendars/1/links/batch",
    "/settings/calendars/1/wording",
    "/links",
    "/links?show=requests",
    "/settings/links/4",
    "/settings/links/4?tab=text",
    "/settings/batches/1",
    "/settings/busy",
    "/settings/mail",
    "/settings/feed",
    "/settings/profile",
    "/settings/look",
    "/settings/sources",
    "/settings/people",
    "/settings/privacy",
    "/links",
    "/bookings",
    "/bookings/1",
    "/bookings/week",
    "/settings/calendars/1#when",
)


@pytest.fixture(scope="module")
def house(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BrowserContext, dict[str, str]]]:
    """An owner's browser, and the addresses of all pages by their names."""
    with running(tmp_path_factory.mktemp("house")) as server:
        context = chrome.new_context(timezone_id="Europe/Berlin", locale="en-GB")
        page = context.new_page()
        set_up(page, server)
        page.goto(f"{server.address}/settings/calendars/1")
        page.locator("[name=name]").fill(LONG)
        page.locator("[name=location]").fill("https://meet.example.org/" + "a" * 80)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()
        pages = {path: server.address + path for path in OWNERS}
        page.goto(f"{server.address}/settings/calendars/1/links/batch")
        page.get_by_label("How many").fill("2")
        page.get_by_role("button", name="Make the links").click()
        page.wait_for_url("**/settings/batches/1")
        spent = _share(page, server.address)
        page.goto(spent)
        pick_a_time(page)
        fill_and_book(page, "Maximiliane-Friederike von Oppenheim-Wittgenstein")
        expect_confirmed(page)
        page.evaluate("localStorage.clear()")  # the spent link would lead whoever booked to their appointment
        pages |= {"spent": spent, "confirmed": page.url, "move": f"{page.url}/reschedule"}
        link = _share(page, server.address)  # now, since an unused one would be shown again
        page.goto(link)
        pick_a_time(page)
        pages |= {"picker": link, "zones": f"{link}?zones=1", "form": page.url}
        pages["unknown"] = f"{server.address}/b/{'x' * 18}"
        yield context, pages
        context.close()


def _share(page: Page, address: str) -> str:
    page.goto(f"{address}/settings/calendars")
    return share(page, LONG)


Open = Callable[[str], Page]


@pytest.fixture
def look(house: tuple[BrowserContext, dict[str, str]]) -> Iterator[Open]:
    context, pages = house
    page = context.new_page()

    def look(name: str) -> Page:
        page.goto(pages[name])
        if name in HEADINGS:
            expect(page.get_by_role("heading", name=HEADINGS[name]).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        return page

    yield look
    page.close()


def wider_than_the_window(page: Page) -> list[str]:
    """Return what stands out of the window to the right, if the page scrolls sideways."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
           [...document.querySelectorAll("body *")]
             .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
             .map((each) => each.outerHTML.slice(0, 90))"""
    )


EVERY_PAGE = (*OWNERS, "picker", "zones", "form", "confirmed", "move", "spent", "unknown")


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_no_page_scrolls_sideways(look: Open, name: str) -> None:
    page = look(name)
    page.set_viewport_size(NARROW)
    assert wider_than_the_window(page) == []
    page.set_viewport_size(LARGE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert wider_than_the_window(page) == []


def test_control_what_is_too_wide_is_found(look: Open) -> None:
    page = look("spent")
    page.set_viewport_size(NARROW)
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    assert any("<h1" in each for each in wider_than_the_window(page))


@pytest.mark.parametrize("name", ["/settings/calendars", "/bookings"])
def test_the_top_bar_is_one_row_on_a_phone(look: Open, name: str) -> None:
    page = look(name)
    page.set_viewport_size(PHONE)
    bar = page.get_by_role("banner")
    middles = {
        round(box["y"] + box["height"] / 2)
        for part in (bar.get_by_role("link"), bar.get_by_role("button"))
        for each in part.all()
        if (box := each.bounding_box())
    }
    assert max(middles) - min(middles) <= 2, middles
    assert bar.bounding_box()["height"] <= 60  # type: ignore[index]


def test_a_phone_folds_what_nobody_has_to_fill_in(look: Open) -> None:
    page = look("form")
    page.set_viewport_size(PHONE)
    notes = page.get_by_label("Anything to know")
    expect(notes).to_be_hidden()
    page.get_by_text("Add a phone number or a note").press("Enter")
    notes.fill("About the garden")
    page.reload()
    expect(notes).to_have_value("About the garden")
    expect(notes).to_be_visible()  # nothing that was typed is hidden


def test_a_wide_window_folds_nothing(look: Open) -> None:
    page = look("form")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.set_viewport_size(WIDE)
    expect(page.get_by_label("Anything to know")).to_be_visible()
    expect(page.get_by_text("Add a phone number or a note")).to_be_hidden()


def test_a_colour_and_a_logo_are_seen_before_they_are_saved(look: Open) -> None:
    page = look("/settings/look")
    page.set_viewport_size(WIDE)
    button = page.locator("#seen .button-primary")
    before = button.evaluate(FILL)
    page.get_by_label("Colour").fill("#006644")
    expect(button).to_have_css("background-color", "rgb(0, 102, 68)")
    page.get_by_label("Logo").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": drawn()})
    expect(page.locator("#seen canvas")).to_be_visible()
    page.get_by_label("Logo").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": b"no image"})
    page.reload()
    assert button.evaluate(FILL) == before
