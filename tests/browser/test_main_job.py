"""The main job in a real browser: a link is copied, booked once, and used up."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from support.browser_steps import expect_confirmed, expect_spent, fill_and_book, open_menu, pick_a_time, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def invited(server: Server, visitor: Visitor) -> Page:
    """Return the page of somebody who has opened a fresh link."""
    owner = visitor()
    set_up(owner, server)
    jane = visitor()
    jane.goto(share(owner))
    return jane


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desktop", "phone"])
def test_a_link_is_copied_booked_once_and_spent(server: Server, visitor: Visitor, size: dict) -> None:
    owner = visitor(**CLIPBOARD, **size)
    set_up(owner, server)
    shown = share(owner)
    owner.get_by_role("button", name="Copy").click()
    expect(owner.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    link = owner.evaluate("() => navigator.clipboard.readText()")
    assert link == shown
    assert re.fullmatch(re.escape(server.address) + r"/b/\w{18}", link)

    jane = visitor(**size)
    jane.goto(link)
    start = pick_a_time(jane)
    assert start in jane.url.replace("%3A", ":")
    fill_and_book(jane)
    expect_confirmed(jane)
    assert jane.context.cookies() == []
    with jane.expect_download() as download:
        jane.get_by_text("Add to calendar").click()
        jane.get_by_role("link", name="Calendar file").click()
    assert "BEGIN:VEVENT" in download.value.path().read_text()

    expect_spent(visitor(**size), link)
    jane.goto(link)
    expect_confirmed(jane)  # whoever booked is led to the appointment
    owner.goto(f"{server.address}/settings/calendars")
    open_menu(owner)
    owner.locator(".menu:popover-open").get_by_role("link", name="Links").click()
    expect(owner.locator(".link-row", has_text="Jane Doe").filter(has_text="jane@example.com")).to_be_visible()
    owner.get_by_role("link", name="Appointments").click()
    expect(owner.get_by_role("heading", name="Jane Doe")).to_be_visible()


def test_from_the_link_to_the_confirmation_it_takes_three_taps_and_two_fields(server: Server, visitor: Visitor) -> None:
    """Four are allowed: one is left for another month."""
    owner = visitor()
    set_up(owner, server)
    jane = visitor(**PHONE)
    jane.goto(share(owner))
    jane.locator(".days .free").nth(2).tap()
    expect(jane.locator(".days .free").nth(2)).to_have_attribute("aria-current", "date")
    jane.locator("[data-start]").nth(1).tap()
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_label("Your email").fill("jane@example.com")
    jane.get_by_role("button", name=re.compile("^Book ")).tap()
    expect_confirmed(jane)


def test_the_same_without_javascript(server: Server, visitor: Visitor) -> None:
    owner = visitor(java_script_enabled=False)
    set_up(owner, server)
    link = share(owner)
    expect(owner.get_by_role("button", name="Copy")).to_be_hidden()
    owner.get_by_label("For whom").fill("Jane")
    owner.get_by_role("button", name="New link").click()
    expect(owner.get_by_label("The link’s address")).not_to_have_value(link)
    owner.get_by_label("For whom").fill("John")
    owner.get_by_role("button", name="Done").click()
    for name in ("Jane", "John"):
        expect(owner.get_by_role("heading", name=re.compile(name))).to_be_visible()

    jane = visitor(java_script_enabled=False)
    jane.goto(link)
    pick_a_time(jane)
    fill_and_book(jane)
    expect_confirmed(jane)
    expect_spent(visitor(java_script_enabled=False), link)


def test_the_whole_job_by_keyboard_alone(server: Server, visitor: Visitor) -> None:
    owner = visitor(**CLIPBOARD)
    set_up(owner, server)
    dots = owner.get_by_role("button", name="Menu of “30-minute meeting”")
    tab_to(owner, dots)
    owner.keyboard.press("Enter")
    tab_to(owner, owner.locator(".menu:popover-open button", has_text="Share"))
    owner.keyboard.press("Enter")
    address = owner.get_by_label("The link’s address")
    expect(owner.get_by_role("button", name="Copy", exact=True)).to_be_focused()
    link = address.input_value()
    owner.keyboard.press("Control+C")
    expect(owner.get_by_text("Copied", exact=True)).to_be_visible()
    assert owner.evaluate("() => navigator.clipboard.readText()") == link
    owner.keyboard.press("Escape")
    expect(dots).to_be_focused()

    jane = visitor()
    jane.goto(link)
    tab_to(jane, jane.locator(".days .free").nth(1))
    jane.keyboard.press("Enter")
    expect(jane.locator("#day-title")).to_be_focused()
    tab_to(jane, jane.locator("[data-start]").nth(1))
    jane.keyboard.press("Enter")
    tab_to(jane, jane.get_by_label("Your name"))
    jane.keyboard.type("Jane Doe")
    jane.keyboard.press("Tab")
    jane.keyboard.type("jane@example.com")
    jane.keyboard.press("Enter")
    expect_confirmed(jane)


def tab_to(page: Page, target: object) -> None:
    """Press Tab until the target has the focus, as somebody without a mouse would."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not get there")


def test_the_pop_up_makes_new_links_notes_for_whom_and_gives_the_focus_back(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    first = share(owner)
    owner.get_by_label("For whom").fill("Jane")
    owner.get_by_label("For whom").press("Tab")
    expect(owner.get_by_text("Saved", exact=True)).to_be_visible()
    owner.get_by_role("button", name="New link").click()
    expect(owner.get_by_label("The link’s address")).not_to_have_value(first)
    expect(owner.get_by_label("For whom")).to_have_value("")
    owner.get_by_label("For whom").fill("John")
    owner.get_by_role("button", name="Done").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()
    expect(owner.get_by_role("button", name="Menu of “30-minute meeting”")).to_be_focused()
    owner.goto(f"{server.address}/settings/calendars/1/links")
    expect(owner.get_by_role("heading", name=re.compile("John"))).to_be_visible()
    owner.get_by_role("button", name="Menu of Jane").click()
    owner.get_by_role("link", name="Share").click()
    expect(owner.get_by_label("The link’s address")).to_have_value(first)


def test_on_plain_http_in_a_lan_the_address_is_selected_and_the_keys_are_named(
    server: Server, visitor: Visitor
) -> None:
    owner = visitor()
    server.open_this = server.open_this.replace("127.0.0.1", "lan.test")
    set_up(owner, server)
    link = share(owner)
    assert owner.evaluate("() => navigator.clipboard === undefined")
    owner.get_by_role("button", name="Copy").click()
    expect(owner.get_by_text(re.compile(r"press (Ctrl\+C|⌘C)"))).to_be_visible()
    assert owner.evaluate("() => getSelection().toString()") == link
    owner.get_by_label("For whom").focus()
    owner.keyboard.press("Control+V")
    expect(owner.get_by_label("For whom")).to_have_value(link)


def test_the_browsers_time_zone_is_found_and_can_be_changed(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    link = share(owner)
    jane = visitor(timezone_id="America/New_York")
    jane.goto(link)
    expect(jane.get_by_role("link", name="New York (UTC")).to_be_visible()
    jane.locator(".days .free").nth(1).click()  # today may have begun
    nine_in_berlin = re.compile("^[34]:00$")  # in March the clocks change on different days
    expect(jane.locator("[data-start]").first).to_have_text(nine_in_berlin)
    jane.get_by_role("link", name="New York (UTC").click()
    jane.locator("#zone-search").fill("tok")  # not the select, which it replaces
    expect(jane.get_by_role("option").first).to_contain_text("Tokyo")
    jane.keyboard.press("Enter")
    expect(jane.get_by_role("link", name="Tokyo (UTC+9)")).to_be_visible()
    pick_a_time(jane)
    expect(jane.get_by_text("Tokyo (UTC+9)")).to_be_visible()
    fill_and_book(jane)
    expect(jane.get_by_text(re.compile(r"in Berlin \(UTC\+[12]\)"))).to_be_visible()


def test_of_two_taps_on_a_slow_line_the_second_counts(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    jane = visitor()
    jane.goto(share(owner))
    held: list[Route] = []
    jane.route(re.compile(r"/b/.+\?date="), lambda route: held.append(route))
    jane.locator(".days .free").last.click()
    jane.locator("#zones").click()
    while len(held) < 2:
        jane.wait_for_timeout(50)
    for route in held:
        route.continue_()
        jane.wait_for_timeout(500)
    expect(jane.get_by_role("combobox", name="Place")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_slot_that_goes_while_somebody_types_costs_them_nothing(
    server: Server, visitor: Visitor, javascript: bool
) -> None:
    owner = visitor()
    set_up(owner, server)
    jane, john = visitor(java_script_enabled=javascript), visitor(java_script_enabled=javascript)
    for page in (jane, john):
        page.goto(share(owner))
        owner.get_by_role("button", name="Copy", exact=True).click()  # or the next Share would show it again
        owner.goto(f"{server.address}/settings/calendars")
    assert pick_a_time(jane) == pick_a_time(john)
    fill_and_book(jane)
    expect_confirmed(jane)
    john.get_by_label("Anything to know").fill("About the garden")
    fill_and_book(john, "John Roe")
    expect(john.get_by_role("alert")).to_contain_text("This time is not free any more")
    john.locator(".days .free").nth(2).click()
    john.locator("[data-start]").first.click()
    expect(john.get_by_label("Your name")).to_have_value("John Roe")
    expect(john.get_by_label("Anything to know")).to_have_value("About the garden")
    john.get_by_role("button", name=re.compile("^Book ")).click()
    expect_confirmed(john)


def test_enter_in_a_field_books_and_change_keeps_what_was_typed(server: Server, visitor: Visitor) -> None:
    jane = invited(server, visitor)
    pick_a_time(jane)
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_role("button", name="Change").click()
    jane.locator("[data-start]").first.click()
    expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
    jane.get_by_label("Your email").fill("nope")
    jane.get_by_label("Your email").press("Enter")
    expect(jane.get_by_role("alert")).to_contain_text("This is not an email address")
    jane.get_by_role("link", name="Your email").click()
    expect(jane.get_by_label("Your email")).to_be_focused()
    jane.get_by_label("Your email").fill("jane@example.com")
    jane.get_by_label("Your email").press("Enter")
    expect_confirmed(jane)


def test_a_double_click_books_once_and_confirms(server: Server, visitor: Visitor) -> None:
    jane = invited(server, visitor)
    pick_a_time(jane)
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_label("Your email").fill("jane@example.com")
    jane.get_by_role("button", name=re.compile("^Book ")).dblclick()
    expect_confirmed(jane)


def test_going_back_shows_whole_pages(server: Server, visitor: Visitor) -> None:
    jane = invited(server, visitor)
    days = jane.locator(".days .free")
    for i in (1, 2):
        days.nth(i).click()
        expect(days.nth(i)).to_have_attribute("aria-current", "date")
    jane.go_back()
    expect(days.nth(1)).to_have_attribute("aria-current", "date")
    expect(jane.get_by_role("heading", name="30-minute meeting")).to_be_visible()


def test_an_appointment_is_moved_and_cancelled_at_its_own_address(server: Server, visitor: Visitor) -> None:
    jane = invited(server, visitor)
    pick_a_time(jane)
    fill_and_book(jane)
    expect_confirmed(jane)
    address = jane.url
    jane.get_by_role("link", name="Reschedule").click()
    jane.locator(".days .free").nth(2).click()
    jane.locator("[data-start]").first.click()
    jane.get_by_role("button", name=re.compile("^Move to ")).click()
    expect_confirmed(jane)
    assert jane.url == address
    expect(jane.locator(".hero")).to_contain_text("9:00–9:30")
    jane.locator("summary", has_text="Cancel").click()
    jane.get_by_role("button", name="Cancel the appointment").click()
    expect(jane.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()


def test_the_months_can_be_turned_by_keyboard(server: Server, visitor: Visitor) -> None:
    jane = invited(server, visitor)
    later = jane.get_by_role("link", name="Later: ")
    title = jane.locator("#month-title").text_content()
    later.focus()
    jane.keyboard.press("Enter")
    expect(jane.locator("#month-title")).not_to_have_text(title or "")
    expect(jane.get_by_role("status")).to_have_text(jane.locator("#month-title").text_content() or "")
    expect(jane.locator("#later:focus, #month-title:focus")).to_be_visible()  # there may be no later one


def test_the_lists_know_of_a_link_as_soon_as_the_pop_up_closes(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    share(owner)
    owner.keyboard.press("Escape")
    expect(owner.get_by_text("1 waiting")).to_be_visible()
    expect(owner.get_by_role("button", name="Menu of “30-minute meeting”")).to_be_focused()
    owner.goto(f"{server.address}/settings/calendars/1/links")
    owner.get_by_role("button", name="New link").click()
    owner.get_by_label("For whom").fill("John")
    owner.get_by_role("button", name="Done").click()
    expect(owner.get_by_role("heading", name=re.compile("John"))).to_be_visible()


def test_a_link_spent_while_its_picker_is_open_shows_the_whole_page_of_a_spent_link(
    server: Server, visitor: Visitor
) -> None:
    owner = visitor()
    set_up(owner, server)
    link = share(owner)
    jane, john = visitor(), visitor()
    for page in (jane, john):
        page.goto(link)
    pick_a_time(jane)
    fill_and_book(jane)
    expect_confirmed(jane)
    john.locator(".days .free").nth(1).click()
    expect(john.get_by_role("heading", name="This link has already been used")).to_be_visible()
    expect(john.locator("h1")).to_have_count(1)
    expect(john).to_have_title(re.compile("already been used"))


def test_what_goes_wrong_behind_a_button_is_said_where_it_can_be_seen(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    owner.context.set_offline(True)
    open_menu(owner)
    owner.locator(".menu:popover-open button", has_text="Share").click()
    expect(owner.get_by_role("alert")).to_contain_text("No answer from the server")
    owner.context.set_offline(False)
    owner.evaluate("() => document.querySelectorAll('[name=csrf_token]').forEach((field) => (field.value = 'old'))")
    open_menu(owner)
    owner.locator(".menu:popover-open button", has_text="Share").click()
    expect(owner.get_by_role("dialog")).to_contain_text("This page has been open for too long")
