"""Promise 11 in a browser: whoever booked finds their appointment again; and no way back asks to send a form again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from support.browser_steps import expect_confirmed, expect_spent, fill_and_book, pick_a_time, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]

NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError"); } });
"""


@pytest.fixture
def link(server: Server, visitor: Visitor) -> str:
    owner = visitor()
    set_up(owner, server)
    return share(owner)


def at_form(page: Page, link: str) -> None:
    page.goto(link)
    pick_a_time(page)


def kept(page: Page) -> list[Any]:
    """Return what the browser keeps, as pairs of name and value."""
    return page.evaluate("() => Object.entries(localStorage)")  # type: ignore[no-any-return]


def test_the_link_leads_to_the_appointment_in_the_browser_that_booked(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    fill_and_book(jane)
    expect_confirmed(jane)
    appointment = jane.url
    jane.goto("about:blank")
    jane.goto(link)
    jane.wait_for_url(appointment)
    expect_confirmed(jane)
    assert link.rpartition("/")[2] not in str(kept(jane))
    assert appointment.rpartition("/")[2] not in str(kept(jane))
    assert "Jane" not in str(kept(jane))
    assert jane.evaluate("() => sessionStorage.length") == 0
    assert jane.context.cookies() == []
    expect_spent(visitor(), link)


def test_back_leads_to_the_appointment_and_further_back_leaves(link: str, visitor: Visitor) -> None:
    jane = visitor()
    jane.goto("about:blank")
    at_form(jane, link)
    fill_and_book(jane)
    expect_confirmed(jane)
    appointment = jane.url
    jane.go_back()
    jane.wait_for_url(appointment)
    expect_confirmed(jane)
    for _ in range(6):
        jane.go_back()
        jane.wait_for_timeout(300)
        if jane.url == "about:blank":
            return
    raise AssertionError(jane.url)


def test_a_lost_answer_leads_to_the_appointment(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    jane.route(re.compile("/b/"), lose)
    fill_and_book(jane)
    jane.wait_for_url("chrome-error://**")
    jane.unroute_all()
    jane.goto(link)
    expect_confirmed(jane)


def without_posts(route: Route) -> None:
    if route.request.method == "POST":
        route.abort("internetdisconnected")
    else:
        route.continue_()


def test_without_an_answer_one_press_tries_again(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    fill_and_book(jane)
    expect_confirmed(jane)
    jane.route(re.compile("/b/"), without_posts)
    jane.goto(link)
    button = jane.get_by_role("button", name="Open your appointment")
    expect(button).to_be_visible()
    jane.unroute_all()
    button.click()
    expect_confirmed(jane)


def test_the_request_of_somebody_else_is_forgotten(link: str, visitor: Visitor) -> None:
    """John's attempt was refused, and Jane booked: he reads what everybody reads."""
    jane, john = visitor(), visitor()
    at_form(jane, link)
    at_form(john, link)
    john.get_by_role("button", name=re.compile("^Book ")).click()
    expect(john.get_by_role("alert")).to_be_visible()
    fill_and_book(jane)
    expect_confirmed(jane)
    assert kept(john)
    expect_spent(john, link)
    expect(john.get_by_role("button", name="Open your appointment")).to_have_count(0)
    expect(john.get_by_text("You booked with this link")).to_have_count(0)
    assert kept(john) == []


def test_a_cancelled_appointment_is_found_too(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    fill_and_book(jane)
    jane.get_by_text("Cancel", exact=True).click()
    jane.get_by_role("button", name="Cancel the appointment").click()
    expect(jane.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()
    jane.goto(link)
    expect(jane.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()


def test_it_is_removed_when_the_appointment_is_over_and_follows_a_move(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    fill_and_book(jane)
    expect_confirmed(jane)
    appointment = jane.url
    ((name, value),) = kept(jane)
    until = re.search('"until":"([^"]+)"', value)
    assert until
    jane.get_by_role("link", name="Reschedule").click()
    jane.locator(".days .free").last.click()
    expect(jane.locator(".days .free").last).to_have_attribute("aria-current", "date")
    jane.locator("[data-start]").last.click()
    jane.get_by_role("button", name=re.compile("^Move to")).click()
    jane.wait_for_url(appointment)
    expect_confirmed(jane)
    ((name_then, moved),) = kept(jane)
    assert name_then == name
    assert until[1] not in moved
    jane.clock.set_fixed_time("2099-01-01T00:00:00Z")
    jane.goto(link)
    expect_confirmed(jane)
    assert kept(jane) == []
    jane.goto("about:blank")
    expect_spent(jane, link)


def test_where_the_browser_stores_nothing_all_else_works(link: str, visitor: Visitor) -> None:
    jane = visitor()
    jane.add_init_script(NO_STORAGE)
    at_form(jane, link)
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_role("button", name="Change").click()
    jane.locator("[data-start]").first.click()
    expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
    fill_and_book(jane)
    expect_confirmed(jane)
    expect_spent(jane, link)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_the_names_that_are_typed_get_into_no_address(link: str, visitor: Visitor, javascript: bool) -> None:
    jane = visitor(java_script_enabled=javascript)
    addresses = []
    jane.on("request", lambda request: addresses.append(request.url))
    at_form(jane, link)
    jane.get_by_label("Your name").fill("Zebulon")
    jane.get_by_role("button", name="Change").click()
    jane.locator("[data-start]").first.click()
    expect(jane.get_by_label("Your name")).to_have_value("Zebulon")
    jane.get_by_role("button", name=re.compile("^Book ")).click()
    expect(jane.get_by_role("alert")).to_be_visible()
    assert "Zebulon" not in str(addresses)


def test_back_after_refusals_shows_the_form_as_it_was(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    for name in ("Jane", "Jane Doe"):
        jane.get_by_label("Your name").fill(name)
        jane.get_by_role("button", name=re.compile("^Book ")).click()
        expect(jane.get_by_role("alert")).to_contain_text("Enter your email address")
    for _ in range(2):
        jane.go_back()
        expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
    jane.go_forward()
    jane.go_forward()
    expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
    jane.reload()
    fill_and_book(jane)
    expect_confirmed(jane)


def test_back_after_change_shows_the_form_as_it_was(link: str, visitor: Visitor) -> None:
    jane = visitor()
    at_form(jane, link)
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_label("Anything to know").fill("About the garden")
    for _ in range(2):
        jane.get_by_role("button", name="Change").click()
        expect(jane.locator("#picker")).to_be_visible()
        jane.locator("[data-start]").first.click()
        expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
    for _ in range(2):
        jane.go_back()
        expect(jane.locator("#picker")).to_be_visible()
        jane.go_back()
        expect(jane.get_by_label("Your name")).to_have_value("Jane Doe")
        expect(jane.get_by_label("Anything to know")).to_have_value("About the garden")


def test_back_to_a_time_that_was_taken_shows_the_picker(server: Server, link: str, visitor: Visitor) -> None:
    owner, jane, john = visitor(), visitor(), visitor()
    owner.goto(f"{server.address}/login")
    owner.get_by_label("Email").fill("olivia@example.com")
    owner.get_by_label("Password").fill("correct horse battery")
    owner.get_by_role("button", name="Sign in").click()
    at_form(jane, link)
    at_form(john, share(owner))
    fill_and_book(jane)
    expect_confirmed(jane)
    fill_and_book(john, "John Roe")
    expect(john.get_by_role("alert")).to_contain_text("not free any more")
    john.locator("[data-start]").first.click()
    expect(john.get_by_label("Your name")).to_have_value("John Roe")
    john.go_back()
    expect(john.locator("#picker")).to_be_visible()
    john.locator("[data-start]").first.click()
    john.get_by_role("button", name=re.compile("^Book ")).click()
    expect_confirmed(john)


def test_a_day_without_network_is_told_in_place_and_tried_again(link: str, visitor: Visitor) -> None:
    jane = visitor()
    jane.goto(link)
    day = jane.locator(".days .free").nth(2)
    silence = jane.locator("#no-answer")
    jane.context.set_offline(True)
    day.click()
    expect(silence).to_contain_text("No answer: is the network there?")
    assert jane.locator("#picker").is_visible()
    jane.locator("[data-start]").first.click()
    expect(silence).to_contain_text("No answer")
    assert jane.locator("#picker").is_visible()
    day.click()
    expect(silence).to_contain_text("No answer")
    jane.context.set_offline(False)  # the browser says that it is online, and the day is asked for again
    expect(day).to_have_attribute("aria-current", "date")
    expect(silence).to_be_empty()


def test_a_day_without_an_answer_is_tried_again_at_the_button(link: str, visitor: Visitor) -> None:
    jane = visitor()
    jane.goto(link)
    jane.route(re.compile("date="), lambda route: route.abort("internetdisconnected"))
    day = jane.locator(".days .free").nth(2)
    day.click()
    again = jane.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    jane.unroute_all()
    again.click()
    expect(day).to_have_attribute("aria-current", "date")
    expect(again).to_have_count(0)


def test_the_times_are_some_presses_of_tab_away(link: str, visitor: Visitor) -> None:
    jane = visitor()
    jane.goto(link)
    skip = jane.get_by_role("link", name="Skip to the times")
    presses = 0
    while not skip.evaluate("link => link === document.activeElement"):
        jane.keyboard.press("Tab")
        presses += 1
        assert presses < 6
    assert (skip.bounding_box() or {"y": -1})["y"] >= 0
    jane.keyboard.press("Enter")
    jane.keyboard.press("Tab")
    expect(jane.locator("[data-start]").first).to_be_focused()
