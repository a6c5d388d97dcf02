"""Accounts in a real Chromium, wide and phone-sized: a forgotten password, browsers, colleagues, questions, privacy."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.accessibility import accessible
from support.browser_steps import PASSWORD, expect_confirmed, set_up, share
from support.server_process import Server, running
from support.smtp_server import PostOffice, post_office

Visitor = Callable[..., Page]
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LONG = "Which days suit you best in the week that comes after the spring fair?"
NEW = "a new and longer password"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    with running(tmp_path, SMTP_URL=office.url, MAIL_FROM="book@example.com") as server:
        yield server


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


def mailed_address(office: PostOffice, count: int, kind: str) -> str:
    text = office.wait_for(count)[-1].get_body(("plain",)).get_content()
    found = re.search(rf"http://\S+/{kind}/\w{{18}}", text)
    assert found
    return found[0]


def sign_in(page: Page, server: Server, email: str, password: str) -> None:
    page.goto(server.address + "/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()


def test_a_forgotten_password_and_the_browsers_that_it_signs_out(
    server: Server, office: PostOffice, visitor: Visitor, size: dict[str, Any]
) -> None:
    owner, elsewhere = visitor(**size), visitor(**size)
    set_up(owner, server)
    elsewhere.goto(server.address + "/login")
    elsewhere.get_by_role("link", name="I forgot my password").click()
    elsewhere.get_by_label("Email").fill("olivia@example.com")
    accessible(elsewhere, "forgot")
    elsewhere.get_by_role("button", name="Send the mail").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("a mail is coming")
    elsewhere.goto(mailed_address(office, 1, "reset"))
    elsewhere.get_by_label("New password").fill(NEW)
    accessible(elsewhere, "reset")
    elsewhere.get_by_role("button", name="Set the password").click()
    sign_in(elsewhere, server, "olivia@example.com", NEW)
    owner.reload()
    expect(owner.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(owner, server, "olivia@example.com", NEW)
    owner.goto(server.address + "/settings/browsers")
    accessible(owner, "browsers")
    expect(owner.locator("li.row")).to_have_count(2)
    owner.get_by_role("button", name="Sign out all others").click()
    expect(owner.locator("li.row")).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_colleague_joins_and_shares_until_the_account_ends(
    server: Server, office: PostOffice, visitor: Visitor, size: dict[str, Any]
) -> None:
    owner, colleague = visitor(**size), visitor(**size)
    set_up(owner, server)
    owner.goto(server.address + "/settings/people")
    owner.get_by_label("Name", exact=True).fill("Oscar")
    owner.get_by_label("Email").fill("oscar@example.com")
    owner.get_by_role("button", name="Invite by mail").click()
    expect(owner.get_by_label("The address of the invitation")).to_be_visible()
    accessible(owner, "people")
    colleague.goto(mailed_address(office, 1, "join"))
    colleague.get_by_label("Password").fill(PASSWORD)
    if not colleague.get_by_label("Time zone").input_value():
        colleague.get_by_label("Time zone").select_option("Europe/Berlin")
    accessible(colleague, "join")
    colleague.get_by_role("button", name="Create account").click()
    link = share(colleague)
    colleague.keyboard.press("Escape")
    owner.goto(server.address + "/settings/people")
    owner.get_by_role("link", name="End the account: Oscar").click()
    accessible(owner, "end")
    owner.get_by_role("button", name="End the account").click()
    expect(owner.get_by_role("status")).to_contain_text("has ended")
    colleague.reload()
    expect(colleague.get_by_role("button", name="Sign in")).to_be_visible()
    invitee = visitor(**size)
    invitee.goto(link)
    expect(invitee.get_by_text("This link is no longer valid")).to_be_visible()


def test_questions_are_asked_and_answered_and_the_details_erased(
    server: Server, visitor: Visitor, size: dict[str, Any]
) -> None:
    owner, jane = visitor(**size), visitor(**size)
    set_up(owner, server)
    owner.goto(server.address + "/settings/calendars/1")
    owner.get_by_role("link", name="Questions of the booking form").click()
    owner.get_by_role("group", name="Question 1").get_by_label("Question").fill(LONG)
    owner.get_by_role("group", name="Question 1").get_by_label("Answer", exact=True).select_option("Several of these")
    owner.get_by_role("group", name="Question 1").get_by_label("To choose from").fill("Monday\nTuesday")
    owner.get_by_role("group", name="Question 1").get_by_label("Must be answered").check()
    accessible(owner, "questions")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status")).to_contain_text("were saved")
    owner.goto(server.address + "/settings/calendars")
    link = share(owner)
    jane.goto(link)
    jane.locator("[data-start]").first.click()
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_label("Your email").fill("jane@gmial.con")
    jane.get_by_role("button", name="Book ").click()
    expect(jane.get_by_role("link", name=LONG)).to_be_visible()
    accessible(jane, "form")
    jane.get_by_label("Tuesday").check()
    jane.get_by_role("button", name="Book ").click()
    expect_confirmed(jane)
    expect(jane.get_by_text("Tuesday")).to_be_visible()
    jane.get_by_role("button", name="Yes, change it to that").click()
    expect(jane.get_by_text("jane@gmail.com").first).to_be_visible()
    jane.get_by_text("My data").click()
    jane.get_by_role("button", name="Ask for erasing").click()
    accessible(jane, "manage")
    owner.goto(server.address + "/bookings/1")
    expect(owner.get_by_text("asked you to erase these details")).to_be_visible()
    accessible(owner, "appointment")
    answer = owner.locator("dd", has_text="Tuesday").bounding_box()
    assert answer
    assert answer["width"] > 120
    owner.goto(server.address + "/settings/privacy")
    accessible(owner, "privacy")
