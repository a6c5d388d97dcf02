"""The week beside the list of appointments: on a wide screen, on a phone, on paper, and without a script."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from support.accessibility import LARGE, NARROW, accessible, fits
from support.browser_steps import expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}
NAME = "Maximiliane-Friederike von Oppenheim-Wittgenstein"


@pytest.fixture
def owner(server: Server, visitor: Visitor) -> Page:
    """An owner with one appointment, at their list."""
    page = visitor(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    set_up(page, server)
    link = share(page)
    jane = visitor(viewport=WIDE)
    jane.goto(link)
    pick_a_time(jane)
    fill_and_book(jane, NAME)
    expect_confirmed(jane)
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


def test_without_script_the_week_is_a_page(server: Server, visitor: Visitor) -> None:
    owner = visitor(java_script_enabled=False, viewport=WIDE)
    set_up(owner, server)
    owner.goto(f"{server.address}/bookings")
    owner.get_by_role("link", name="Week", exact=True).click()
    expect(owner.locator(".week-days")).to_be_visible()
    assert owner.get_by_role("button", name="Print").count() == 0


def test_paper_shows_the_list_or_the_week_without_buttons(owner: Page, server: Server) -> None:
    owner.wait_for_selector(".week-days")
    owner.emulate_media(media="print")
    expect(owner.get_by_role("link", name=NAME, exact=True)).to_be_visible()
    for gone in (".week-sheet", ".bar", ".tools", ".tabs"):
        expect(owner.locator(gone).first).to_be_hidden()
    owner.goto(f"{server.address}/bookings/week?week={date.today()}")  # noqa: DTZ011 - any week does
    expect(owner.locator(".week-days")).to_be_visible()
    expect(owner.locator(".week-nav")).to_be_hidden()


def test_the_print_button_prints(owner: Page) -> None:
    owner.evaluate("() => (window.print = () => (document.title = 'printed'))")
    owner.get_by_role("button", name="Print").click()
    expect(owner).to_have_title("printed")


def test_axe_finds_nothing_and_all_fits(owner: Page, server: Server) -> None:
    for path in ("/bookings", "/bookings/week"):
        owner.goto(server.address + path)
        owner.wait_for_selector(".week-days")
        for scheme in ("light", "dark"):
            owner.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            accessible(owner, f"{path}, {scheme}")
        owner.set_viewport_size(NARROW)
        fits(owner, f"{path}, narrow")
        owner.set_viewport_size(PHONE)
        owner.add_style_tag(content=LARGE)
        fits(owner, f"{path}, large")
        owner.set_viewport_size(WIDE)
