"""What an owner relies on, in a real Chromium: the calendar's form, busy times, appointments; and the manage link."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from support.browser_steps import (
    expect_confirmed,
    fill_and_book,
    open_section,
    pick_a_time,
    set_up,
    share,
    type_hours,
)  # fmt: skip
from support.server_process import Server

Visitor = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}}


TODAY = date.today()  # noqa: DTZ011 - off by a day in the owner's zone at most, and the tests leave room for that
SOON = (TODAY + timedelta(days=3)).strftime("%A")
"""A weekday that a fortnight holds twice, whatever the time is now: not today, and not its last day."""


def days_with(page: Page, time: str) -> Locator:
    """Return the days of the preview that offer `time`."""
    return page.locator(".fortnight li", has_text=time)


def booked(server: Server, visitor: Visitor, owner: Page) -> Page:
    """Share a link and book with it; return the invitee's page."""
    link = share(owner)
    owner.keyboard.press("Escape")
    jane = visitor(**PHONE)
    jane.goto(link)
    pick_a_time(jane)
    fill_and_book(jane)
    expect_confirmed(jane)
    return jane


@pytest.fixture
def owner(server: Server, visitor: Visitor) -> Page:
    page = visitor(**PHONE)
    set_up(page, server)
    return page


def test_the_preview_follows_the_form_and_only_saving_saves(server: Server, visitor: Visitor, owner: Page) -> None:
    link = share(owner)
    owner.goto(f"{server.address}/settings/calendars/1")
    owner.locator("#preview").scroll_into_view_if_needed()
    expect(days_with(owner, "9:30")).not_to_have_count(0)
    expect(days_with(owner, "22:30")).to_have_count(0)
    type_hours(owner)
    owner.get_by_label(SOON, exact=True).fill("")
    owner.get_by_label(SOON, exact=True).press_sequentially("22-23")
    expect(days_with(owner, "22:30")).to_have_count(2)
    owner.get_by_label("Monday", exact=True).fill("9-12, 11-13")
    expect(owner.locator("#preview")).to_contain_text("Monday: Windows may touch but not overlap.")
    owner.get_by_label("Monday", exact=True).fill("20-24:00")
    expect(owner.locator("#preview")).to_contain_text("23:30")
    owner.get_by_role("button", name="Copy hours").press("Enter")
    expect(owner.get_by_label("Friday")).to_have_value("20-24:00")
    expect(owner.get_by_role("button", name="Copy hours")).to_be_focused()
    owner.locator("[name=dates_since]").fill((TODAY - timedelta(days=1)).isoformat())
    owner.locator("[name=dates_until]").fill((TODAY + timedelta(days=30)).isoformat())
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]").nth(1)).to_be_focused()
    expect(days_with(owner, "23:30")).to_have_count(0)
    owner.get_by_role("button", name="Remove line 1").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(1)
    expect(days_with(owner, "23:30")).not_to_have_count(0)
    jane = visitor(**PHONE)
    jane.goto(link)
    assert "20:30" not in jane.locator("#day").inner_text()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("“30-minute meeting” was saved.")).to_be_visible()
    jane.goto(link)
    expect(jane.locator("#day")).to_contain_text(re.compile("20:30|10:00"))
    owner.goto(f"{server.address}/settings/calendars/1")
    type_hours(owner)
    expect(owner.get_by_label("Friday")).to_have_value("20:00-24:00")


def test_a_button_pressed_too_soon_on_a_slow_line_does_not_undo_the_one_before(server: Server, owner: Page) -> None:
    owner.goto(f"{server.address}/settings/calendars/1")
    type_hours(owner)
    owner.locator("#preview").scroll_into_view_if_needed()
    expect(days_with(owner, "9:30")).not_to_have_count(0)
    slow = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
    owner.context.new_cdp_session(owner).send("Network.emulateNetworkConditions", slow)
    owner.get_by_label("Monday", exact=True).fill("20-24:00")
    owner.get_by_role("button", name="Copy hours").click()
    owner.locator("[name=dates_since]").fill((TODAY + timedelta(days=1)).isoformat())
    owner.get_by_role("button", name="Another line").click()
    expect(owner.get_by_label("Friday")).to_have_value("20-24:00")
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(2)
    expect(owner.get_by_label("Friday")).to_have_value("20-24:00")
    expect(owner.locator("[name=dates_since]").first).to_have_value((TODAY + timedelta(days=1)).isoformat())
    expect(days_with(owner, "16:30")).to_have_count(0)


def test_without_script_the_form_does_the_same(server: Server, visitor: Visitor) -> None:
    owner = visitor(java_script_enabled=False)
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1")
    owner.get_by_label(SOON, exact=True).fill("22-23")
    owner.get_by_role("button", name="Show the times").click()
    expect(days_with(owner, "22:30")).to_have_count(2)
    owner.get_by_label("Sunday").fill("10-11")
    owner.locator("#copy-from").select_option("sun")
    owner.get_by_role("button", name="Copy hours").click()
    expect(owner.get_by_label("Monday", exact=True)).to_have_value("10-11")
    owner.get_by_label("Monday", exact=True).press("Enter")
    expect(owner.get_by_text("“30-minute meeting” was saved.")).to_be_visible()


def test_an_owner_finds_moves_cancels_and_invites_again(server: Server, visitor: Visitor, owner: Page) -> None:
    jane = booked(server, visitor, owner)
    owner.get_by_role("link", name="Appointments").click()
    owner.get_by_label("Name or email").fill("JANE")
    owner.get_by_label("Name or email").press("Enter")
    owner.get_by_role("link", name="Jane Doe").click()
    before = owner.locator(".hero-line").inner_text()
    owner.get_by_role("link", name="Reschedule").click()
    owner.locator("[data-start]").last.click()
    owner.get_by_role("button", name=re.compile("^Move to")).click()
    expect(owner.locator(".history")).to_contain_text("Moved by you to")
    assert owner.locator(".hero-line").inner_text() != before
    jane.reload()
    expect(jane.get_by_text(re.compile("Moved by Olivia Ownerson on"))).to_be_visible()
    assert owner.locator(".hero-line").inner_text() in jane.locator(".hero").inner_text()
    owner.get_by_text("Cancel", exact=True).click()
    owner.get_by_label("Reason (optional)").fill("The roof fell in")
    owner.get_by_role("button", name="Cancel the appointment").click()
    expect(owner.get_by_text("The appointment was cancelled.")).to_be_visible()
    jane.reload()
    expect(jane.get_by_text("The roof fell in")).to_be_visible()
    owner.get_by_role("button", name="New link for this person").click()
    expect(owner.get_by_label("For whom · only you see this")).to_have_value("Jane Doe")
    jane.goto(owner.get_by_label("The link’s address").input_value())
    expect(jane.locator("[data-start]").first).to_be_visible()
    owner.keyboard.press("Escape")
    expect(owner.get_by_role("button", name="New link for this person")).to_be_focused()


def test_a_blocked_day_is_gone_from_the_picker(server: Server, visitor: Visitor, owner: Page) -> None:
    link = share(owner)
    jane = visitor(**PHONE)
    jane.goto(link)
    first = jane.locator("[data-start]").first.get_attribute("data-start") or ""
    owner.goto(f"{server.address}/settings/busy")
    owner.get_by_label("From", exact=True).fill(first[:10])
    owner.get_by_label("Note").fill("Dentist")
    owner.get_by_role("button", name="Block this time").click()
    expect(owner.get_by_role("heading", name=re.compile(r"^\d+ \w+ \d{4}$"))).to_be_visible()
    jane.reload()
    expect(jane.locator(f'[data-start="{first}"]')).to_have_count(0)
    owner.get_by_role("button", name=re.compile("^Remove")).click()
    expect(owner.get_by_text("can be booked again")).to_be_visible()
    jane.goto(link)
    expect(jane.locator(f'[data-start="{first}"]')).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_invitee_moves_cancels_and_rebooks(server: Server, visitor: Visitor, owner: Page, script: bool) -> None:
    owner.goto(f"{server.address}/settings/calendars/1")
    open_section(owner, "Changes")
    owner.get_by_label("How often invitees can move it").fill("2")
    owner.get_by_role("button", name="Save").click()
    link = share(owner)
    jane = visitor(java_script_enabled=script, **PHONE)
    jane.goto(link)
    pick_a_time(jane)
    fill_and_book(jane)
    address = jane.url
    expect(jane.get_by_text("You can move it 2 more times.")).to_be_visible()
    jane.get_by_role("link", name="Reschedule").click()
    jane.locator("[data-start]").first.click()
    jane.get_by_role("button", name=re.compile("^Move to")).click()
    expect(jane.get_by_text("You can move it one more time.")).to_be_visible()
    jane.get_by_text("Cancel", exact=True).click()
    jane.get_by_label("Reason (optional)").fill("I am ill")
    jane.get_by_role("button", name="Cancel the appointment").click()
    expect(jane.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()
    expect(jane.get_by_text("I am ill")).to_be_visible()
    jane.get_by_role("link", name="Choose a new time").click()
    jane.locator("[data-start]").nth(1).click()
    jane.get_by_role("button", name=re.compile("^Book ")).click()
    expect_confirmed(jane)
    assert jane.url == address
    expect(jane.get_by_role("link", name="Reschedule")).to_have_count(0)
    expect(jane.get_by_text("It was moved as often as it can be.")).to_be_visible()
