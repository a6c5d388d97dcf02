"""Steps of owners and invitees in a browser."""

import re

from playwright.sync_api import Page, expect

from support.server_process import Server

PASSWORD = "correct horse battery"


def set_up(page: Page, server: Server) -> None:
    """Make the first account at the address that the server printed."""
    page.goto(server.open_this)
    page.get_by_label("Your name").fill("Olivia Ownerson")
    page.get_by_label("Email").fill("olivia@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    if not page.get_by_label("Time zone").input_value():
        page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()


def open_menu(page: Page, calendar: str = "30-minute meeting") -> None:
    """Open a calendar's three-dot menu."""
    page.get_by_role("button", name=f"Menu of “{calendar}”").click()


def open_section(page: Page, name: str) -> None:
    """Open a section of a calendar's form: by its fold on a phone, by the index where that is."""
    page.locator(f"a[href='#{name.lower()}']").locator("visible=true").first.click()
    expect(page.locator(f"#{name.lower()} .part-body")).to_be_visible()


def type_hours(page: Page) -> None:
    """Open the section of the hours, and have them as text."""
    open_section(page, "When")
    page.get_by_role("button", name="Type them instead").click()


def share(page: Page, calendar: str = "30-minute meeting") -> str:
    """Share a calendar; return the address of the new link."""
    open_menu(page, calendar)
    page.locator(".menu:popover-open button", has_text="Share").click()
    field = page.get_by_label("The link’s address")
    expect(field).to_be_visible()
    return field.input_value()


def pick_a_time(page: Page) -> str:
    """Take the second day's third slot; return its start."""
    expect(page.locator("[data-start]").first).to_be_visible()
    if page.locator(".days .free").count() < 2:  # in the last days of a month
        page.locator("#later").click()
    page.locator(".days .free").nth(1).click()
    expect(page.locator(".days .free").nth(1)).to_have_attribute("aria-current", "date")
    slot = page.locator("[data-start]").nth(2)
    start = slot.get_attribute("data-start") or ""
    slot.click()
    expect(page.get_by_label("Your name")).to_be_visible()
    return start


def fill_and_book(page: Page, name: str = "Jane Doe") -> None:
    """Fill in the two fields that are needed, and book."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your email").fill("jane@example.com")
    page.get_by_role("button", name=re.compile("^Book ")).click()


def expect_confirmed(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your appointment is confirmed")).to_be_visible()


def expect_spent(page: Page, link: str) -> None:
    """Open a link that was used: it only says whom to contact."""
    answer = page.goto(link)
    assert answer
    assert answer.status == 410
    expect(page.get_by_role("heading", name="This link has already been used")).to_be_visible()
    expect(page.get_by_text("Olivia Ownerson")).to_be_visible()
    expect(page.get_by_role("link", name="olivia@example.com")).to_be_visible()
