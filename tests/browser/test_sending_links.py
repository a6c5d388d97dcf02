"""Sending links by hand: to one person and to forty, on a phone too, and without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.browser_steps import fill_and_book, open_menu, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]
REAL = Path(__file__).parents[1] / "parsing" / "files" / "spring-fair-libreoffice.csv"
PHONE = {"viewport": {"width": 390, "height": 844}}
ADDRESS = "The link’s address"


def row_share(owner: Page) -> str:
    """Share by the button in the row of the calendar."""
    owner.get_by_role("button", name="Share “30-minute meeting”").click()
    field = owner.get_by_label(ADDRESS)
    expect(field).to_be_visible()
    return field.input_value()


def close(owner: Page) -> None:
    owner.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()


def test_a_link_that_was_not_copied_is_shown_again_and_one_that_was_is_not(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    set_up(owner, server)
    first = row_share(owner)
    close(owner)
    assert share(owner) == first
    with owner.expect_response(re.compile("/copied$")):
        owner.get_by_role("button", name="Copy", exact=True).click()
    expect(owner.get_by_text("Copied", exact=True)).to_be_visible()
    close(owner)
    second = row_share(owner)
    assert second != first
    with owner.expect_response(re.compile("/copied$")):
        owner.keyboard.press("Control+C")
    close(owner)
    third = row_share(owner)
    assert third not in (first, second)
    with owner.expect_response(re.compile("/copied$")):
        owner.get_by_role("link", name="QR code").click()
    expect(owner.get_by_role("img", name="QR code of the link")).to_be_visible()
    assert (
        owner.get_by_role("img", name="QR code of the link").evaluate(
            "async image => (await image.decode(), image.naturalWidth)"
        )
        > 0
    )
    close(owner)
    assert row_share(owner) not in (first, second, third)


def test_one_person_is_invited_by_text_message_on_a_phone(server: Server, visitor: Visitor) -> None:
    owner = visitor(**PHONE)
    set_up(owner, server)
    address = row_share(owner)
    owner.get_by_role("link", name="Text message").click()
    message = owner.get_by_label("Message")
    expect(message).to_have_value(re.compile(re.escape(address)))
    owner.get_by_label("For whom").fill("Jane, fair")
    owner.get_by_label("For whom").press("Tab")
    expect(message).to_have_value(re.compile("^Hello Jane, here you can pick a time"))
    expect(owner.get_by_text("1 text message ·")).to_be_visible()
    message.fill(f"Łukasz, {address}")
    expect(owner.get_by_text("because of “Ł”")).to_be_visible()
    href = owner.get_by_role("link", name="Open in messages").get_attribute("href") or ""
    assert href.startswith("sms:?&body=%C5%81ukasz%2C%20http%3A%2F%2F")
    owner.get_by_role("link", name="Email", exact=True).click()
    expect(owner.get_by_label("Subject")).to_be_visible()
    owner.get_by_role("link", name="Text message").click()
    expect(message).to_have_value(f"Łukasz, {address}")
    expect(owner.get_by_role("link", name="Open in messages")).to_have_attribute("href", href)
    assert owner.evaluate("document.documentElement.scrollWidth") <= 390
    owner.get_by_role("button", name="Done").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()
    owner.goto(f"{server.address}/links")
    expect(owner.get_by_role("heading", name=re.compile("Jane, fair"))).to_be_visible()


SHEET = """navigator.share = (data) => {
  const shared = window.shared !== undefined;
  window.shared = data.text;
  return shared ? Promise.resolve() : Promise.reject(new DOMException("closed", "AbortError"));
};"""


def test_the_systems_share_sheet_gets_the_message_and_the_link_counts_as_handed_out(
    server: Server, visitor: Visitor
) -> None:
    owner = visitor(**PHONE)
    owner.add_init_script(SHEET)
    set_up(owner, server)
    address = row_share(owner)
    owner.get_by_role("link", name="Text message").click()
    owner.get_by_label("Message").fill(f"Come by: {address}")
    owner.get_by_role("button", name="Share with …").click()  # and closed without sending
    close(owner)
    assert row_share(owner) == address
    owner.get_by_role("link", name="Text message").click()
    with owner.expect_response(re.compile("/copied$")):
        owner.get_by_role("button", name="Share with …").click()
    assert owner.evaluate("window.shared") == f"Come by: {address}"
    close(owner)
    assert row_share(owner) != address


def test_options_apply_to_the_link_in_front(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    address = row_share(owner)
    owner.get_by_label("For whom").fill("Jane")
    owner.get_by_text("Options", exact=False).first.click()
    owner.get_by_label("Their name").fill("Jane Doe")
    owner.get_by_label("Duration in minutes").fill("45")
    owner.get_by_role("link", name="Pick from what is free").click()
    day = owner.locator("#free-times details").nth(1)
    day.locator("summary").click()
    day.get_by_role("checkbox").first.check()
    start = day.get_by_role("checkbox").first.get_attribute("value")
    owner.get_by_role("button", name="Set the options").click()
    expect(owner.locator(".options > summary")).to_contain_text("45 min")
    expect(owner.get_by_label(ADDRESS)).to_have_value(address)
    expect(owner.get_by_label("For whom")).to_have_value("Jane")
    jane = visitor()
    jane.goto(address)
    expect(jane.locator("[data-start]")).to_have_count(1)
    assert jane.locator("[data-start]").get_attribute("data-start") == start
    jane.locator("[data-start]").click()
    expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")


def test_a_wrong_option_stays_in_the_pop_up_with_its_reason(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    address = row_share(owner)
    owner.get_by_text("Options", exact=False).first.click()
    owner.get_by_label("First day").fill("2020-01-01")
    owner.get_by_role("button", name="Set the options").click()
    expect(owner.get_by_role("dialog").get_by_text("This day is over.").first).to_be_visible()
    expect(owner.get_by_label(ADDRESS)).to_have_value(address)


def test_a_row_copies_in_one_press_and_revoke_can_be_undone(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    set_up(owner, server)
    address = share(owner)
    owner.get_by_label("For whom").fill("Tom")
    owner.get_by_role("button", name="Done").click()
    owner.get_by_role("navigation", name="Main").get_by_role("link", name="Links").click()
    owner.get_by_role("link", name="Copy: Tom").click()
    expect(owner.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert owner.evaluate("navigator.clipboard.readText()") == address
    owner.get_by_role("button", name="Menu of Tom").click()
    owner.get_by_role("button", name="Revoke").click()
    toast = owner.get_by_role("status").filter(has_text="was revoked")
    expect(toast).to_be_visible()
    expect(owner.get_by_role("button", name="Make active again: Tom")).to_be_visible()
    owner.get_by_role("button", name="Undo").click()
    expect(owner.get_by_text("The link works again.")).to_be_visible()
    expect(owner.get_by_role("link", name="Copy: Tom")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_forty_are_invited_from_a_csv_and_a_week_later_it_is_seen_who_has_not_booked(
    server: Server, visitor: Visitor, javascript: bool
) -> None:
    owner = visitor(java_script_enabled=javascript, accept_downloads=True, **PHONE)
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1/links/batch")
    owner.get_by_label("CSV file").set_input_files(REAL)
    owner.get_by_role("button", name="Show how it is understood").click()
    expect(owner.get_by_text("cp1252, separated by semicolon")).to_be_visible()
    expect(owner.get_by_role("cell", name="Jürgen Müller").first).to_be_visible()
    owner.get_by_role("button", name="Make 40 links").click()
    expect(owner.get_by_role("heading", name="spring-fair-libreoffice")).to_be_visible()
    with owner.expect_download() as download:
        owner.get_by_role("link", name="Save as CSV").click()
    lines = Path(download.value.path()).read_bytes().decode("cp1252").splitlines()
    assert len(lines) == 41
    jane = visitor()
    jane.goto(lines[1].rpartition(";")[2])
    jane.locator("[data-start]").first.click()
    expect(jane.get_by_label("Your name")).to_have_value("Jürgen Müller")
    fill_and_book(jane, "Jürgen Müller")
    expect(jane.get_by_role("heading", name="Your appointment is confirmed")).to_be_visible()
    owner.get_by_role("link", name="Who has not booked").click()
    expect(owner.get_by_role("heading", name=re.compile("Gast 40"))).to_be_visible()
    expect(owner.get_by_role("heading", name=re.compile("Jürgen"))).to_have_count(0)
    assert owner.evaluate("document.documentElement.scrollWidth") <= 390 if javascript else True


@pytest.mark.parametrize("javascript", [True, False])
def test_a_request_is_answered_with_one_press(server: Server, visitor: Visitor, javascript: bool) -> None:
    owner = visitor(java_script_enabled=javascript)
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1/links")
    owner.get_by_role("button", name="New link").click()
    address = owner.get_by_label(ADDRESS).input_value()
    owner.goto(f"{server.address}/links")
    owner.get_by_role("button", name="Menu of").click()
    owner.get_by_role("button", name="Revoke").click()
    karla = visitor(java_script_enabled=javascript, **PHONE)
    karla.goto(address)
    karla.locator("summary", has_text="Ask for a new link").click()
    karla.get_by_label("Your name").fill("Karla Stein")
    karla.get_by_label("Your email or phone").fill("karla@example.com")
    karla.get_by_label("A few words").fill("I was ill.")
    karla.get_by_role("button", name="Ask for a new link").click()
    expect(karla.get_by_text("Olivia Ownerson was told")).to_be_visible()
    owner.goto(f"{server.address}/links")
    expect(owner.get_by_role("link", name="Links 1 asks for a new link")).to_be_visible()
    owner.get_by_role("link", name="Answer").click()
    owner.get_by_role("button", name="Make a link for Karla Stein").click()
    expect(owner.get_by_label("For whom")).to_have_value("Karla Stein")
    expect(owner.get_by_label("Message to karla@example.com")).to_have_value(re.compile("^Hello Karla Stein,"))
    owner.get_by_role("link", name="Link", exact=True).click()
    expect(owner.get_by_label(ADDRESS)).not_to_have_value(address)
    if javascript:
        close(owner)
        expect(owner.get_by_text("Nobody is waiting for an answer")).to_be_visible()


def test_without_javascript_sharing_is_a_page_with_all_of_it(server: Server, visitor: Visitor) -> None:
    owner = visitor(java_script_enabled=False)
    set_up(owner, server)
    open_menu(owner)
    owner.locator(".menu:popover-open").get_by_role("button", name="Share", exact=True).click()
    first = owner.get_by_label(ADDRESS).input_value()
    owner.get_by_role("link", name="Email", exact=True).click()
    expect(owner.get_by_role("link", name="Open in mail")).to_have_attribute("href", re.compile(r"^mailto:\?subject="))
    owner.get_by_role("link", name="QR code").click()
    expect(owner.get_by_role("img", name="QR code of the link")).to_be_visible()
    owner.get_by_role("link", name="Link", exact=True).click()
    owner.get_by_text("Options", exact=False).first.click()
    owner.get_by_label("Duration in minutes").fill("45")
    owner.get_by_role("button", name="Set the options").click()
    expect(owner.get_by_label(ADDRESS)).to_have_value(first)
    owner.goto(f"{server.address}/settings/calendars")
    owner.get_by_role("button", name="Share “30-minute meeting”").click()
    assert owner.get_by_label(ADDRESS).input_value() != first
