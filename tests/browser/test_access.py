"""What axe finds on the pages, light and dark, and that nothing needs sideways scrolling at 320 pixels."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from running import Server
from steps import fill_and_book, open_menu, pick_a_time, set_up, share

Visitor = Callable[..., Page]


def look_at(page: Page, state: str, there: str = "main") -> None:
    """Look at a page once what is at `there` has come, and with it the stylesheet."""
    expect(page.locator(there).first).to_be_visible()
    page.wait_for_load_state("load")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{state}: {width} pixels wide"


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_axe_finds_nothing_and_nothing_is_cut_off(server: Server, visitor: Visitor, scheme: str, width: int) -> None:
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    owner = visitor(**look)
    owner.goto(server.address + "/login")
    look_at(owner, "sign in, nobody there yet")
    owner.goto(server.open_this)
    look_at(owner, "set up")
    owner.get_by_role("button", name="Create account").click()
    look_at(owner, "set up, refused", "#errors")
    set_up(owner, server)
    look_at(owner, "calendars")
    open_menu(owner)
    look_at(owner, "the menu")
    owner.keyboard.press("Escape")
    link = share(owner)
    look_at(owner, "the share pop-up")
    for path in ("calendars/new", "calendars/1", "calendars/1/links", "calendars/1/delete", "links/1", "profile"):
        owner.goto(f"{server.address}/settings/{path}")
        look_at(owner, path)
    owner.goto(f"{server.address}/bookings")
    look_at(owner, "no appointments")
    owner.goto(f"{server.address}/settings/calendars/1")
    owner.get_by_label("Monday", exact=True).fill("17-9")
    owner.locator("[name=dates_since]").fill("2026-12-24")
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(2)
    look_at(owner, "a line of dates and a preview that can't be", "#preview .plain")
    owner.get_by_role("button", name="Save").click()
    look_at(owner, "a calendar, refused", "#errors")
    owner.goto(f"{server.address}/settings/busy")
    look_at(owner, "no busy times")
    owner.get_by_role("button", name="Block this time").click()
    look_at(owner, "busy times, refused", "#errors")
    owner.get_by_label("From", exact=True).fill("2030-12-24")
    owner.get_by_role("button", name="Block this time").click()
    look_at(owner, "busy times", ".rows")

    jane = visitor(**look)
    jane.goto(link)
    look_at(jane, "the picker")
    jane.goto(f"{link}?start=gone")
    look_at(jane, "a slot that is gone")
    pick_a_time(jane)
    look_at(jane, "the form")
    jane.get_by_role("button", name="Book ").click()
    look_at(jane, "the form, refused", "#errors")
    jane.get_by_role("button", name="Change").click()
    look_at(jane, "the picker, with what was typed", "#picker")
    jane.locator("[data-start]").first.click()
    fill_and_book(jane)
    look_at(jane, "the confirmation", ".hero")
    jane.get_by_role("link", name="Reschedule").click()
    look_at(jane, "the picker of a move", ".picker")
    jane.locator("[data-start]").first.click()
    look_at(jane, "the move", ".facts-list")
    jane.goto(link)
    look_at(jane, "the spent link")
    jane.goto(link + "x")
    look_at(jane, "an unknown link")
    for path in (
        "/settings/calendars/1/links",
        "/bookings",
        "/bookings/1",
        "/bookings?q=jane",
        "/bookings?show=cancelled",
    ):
        owner.goto(server.address + path)
        look_at(owner, path)
    owner.goto(server.address + "/bookings/1/reschedule")
    look_at(owner, "the owner's picker", ".picker")
    owner.locator("[data-start]").first.click()
    look_at(owner, "the owner's move", ".facts-list")
    owner.get_by_role("link", name="Keep it as it is").click()
    owner.get_by_text("Cancel", exact=True).click()
    look_at(owner, "cancelling", "#reason")
    owner.get_by_role("button", name="Cancel the appointment").click()
    look_at(owner, "a cancelled appointment", ".history li:nth-child(2)")
