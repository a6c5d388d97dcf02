"""Narrow windows and large text: no page scrolls sideways, and the top bar of an owner fits a phone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.browser_steps import expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.server_process import running

LARGE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
LONG = "Gartengestaltungsangelegenheitenberatung und Terrassenüberdachungen"

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
        links = [_share(page, server.address) for _ in range(2)]
        page.goto(links[0])
        pick_a_time(page)
        pages["form"] = page.url
        fill_and_book(page, "Maximiliane-Friederike von Oppenheim-Wittgenstein")
        expect_confirmed(page)
        pages |= {"picker": links[1], "zones": f"{links[1]}?zones=1", "spent": links[0], "confirmed": page.url}
        pages |= {"move": f"{page.url}/reschedule", "unknown": f"{server.address}/b/{'x' * 18}"}
        pages["form"] = re.sub(r"/b/[^?]+", re.search(r"/b/[^?]+", links[1])[0], pages["form"])  # type: ignore[index]
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
