"""The week beside the list of appointments: on a wide screen, on a phone, on paper, and without a script."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from support.browser_steps import expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.server_process import Server, running

Visitor = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}
NAME = "Maximiliane-Friederike von Oppenheim-Wittgenstein"


@pytest.fixture(scope="module")
def house(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, StorageState]]:
    """A server, and the cookies of its owner, who has one appointment."""
    with running(tmp_path_factory.mktemp("week")) as server:
        context = chrome.new_context(timezone_id="Europe/Berlin", locale="en-GB", viewport=WIDE)
        page = context.new_page()
        set_up(page, server)
        page.goto(share(page))
        pick_a_time(page)
        fill_and_book(page, NAME)
        expect_confirmed(page)
        yield server, context.storage_state()
        context.close()


@pytest.fixture
def owner(house: tuple[Server, StorageState], visitor: Visitor) -> Page:
    """An owner with one appointment, at their list."""
    server, state = house
    page = visitor(viewport=WIDE, reduced_motion="reduce", storage_state=state)
    page.goto(f"{server.address}/bookings")
    return page


def test_pointing_at_a_row_fills_its_block_and_so_does_the_keyboard(owner: Page) -> None:
    block, row = owner.locator("#week [data-block]"), owner.get_by_role("link", name=NAME, exact=True)
    expect(block).to_have_count(1)
    assert block.get_attribute("href") == row.get_attribute("href")
    fill = "block => getComputedStyle(block).backgroundColor"
    at_rest = block.evaluate(fill)
    row.hover()
    assert block.evaluate(fill) != at_rest
    owner.get_by_role("heading", name="Appointments").hover()
    assert block.evaluate(fill) == at_rest
    row.focus()
    assert block.evaluate(fill) != at_rest
    block.click()
    expect(owner.get_by_role("heading", name=NAME)).to_be_visible()


def test_the_week_is_turned_in_place_and_keeps_the_focus(owner: Page) -> None:
    title = owner.locator("#week-title")
    before = title.inner_text()
    owner.get_by_role("link", name="Later week").press("Enter")
    expect(title).not_to_have_text(before)
    expect(owner.get_by_role("link", name="Later week")).to_be_focused()
    assert owner.url.endswith("/bookings")
    expect(owner.locator("#week [data-block]")).to_have_count(0)
    owner.get_by_role("link", name="Today").click()
    expect(owner.locator(".week-now, .week-day.current").first).to_be_visible()


def test_a_phone_asks_for_no_week_and_has_a_link_to_it(owner: Page) -> None:
    asked: list[str] = []
    owner.wait_for_load_state("networkidle")  # the wide page, which asks for its week
    owner.set_viewport_size(PHONE)
    owner.on("request", lambda request: asked.append(request.url))
    owner.reload()
    owner.wait_for_load_state("networkidle")
    assert [url for url in asked if "week?" in url] == []
    owner.get_by_role("link", name="Week", exact=True).click()
    expect(owner.locator(".week-days")).to_be_visible()
    owner.get_by_role("link", name="Later week").click()
    expect(owner.locator("#week-title")).to_be_visible()
    assert "week=" in owner.url


def test_without_script_the_week_is_a_page(house: tuple[Server, StorageState], visitor: Visitor) -> None:
    server, state = house
    owner = visitor(java_script_enabled=False, viewport=WIDE, storage_state=state)
    owner.goto(f"{server.address}/bookings")
    owner.get_by_role("link", name="Week", exact=True).click()
    expect(owner.locator(".week-days")).to_be_visible()
    assert owner.get_by_role("button", name="Print").count() == 0


def test_paper_shows_the_list_or_the_week_without_buttons(owner: Page, house: tuple[Server, StorageState]) -> None:
    owner.wait_for_selector(".week-days")
    owner.emulate_media(media="print")
    expect(owner.get_by_role("link", name=NAME, exact=True)).to_be_visible()
    for gone in (".week-sheet", ".bar", ".tools", ".tabs"):
        expect(owner.locator(gone).first).to_be_hidden()
    owner.goto(f"{house[0].address}/bookings/week?week={date.today()}")  # noqa: DTZ011 - any week does
    expect(owner.locator(".week-days")).to_be_visible()
    expect(owner.locator(".week-nav")).to_be_hidden()


def test_the_print_button_prints(owner: Page) -> None:
    owner.evaluate("() => (window.print = () => (document.title = 'printed'))")
    owner.get_by_role("button", name="Print").click()
    expect(owner).to_have_title("printed")
