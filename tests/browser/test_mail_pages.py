"""Mail in a real Chromium: each letter at phone width, what could not be sent, the feed, add to calendar."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.accessibility import look_at
from support.browser_steps import expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.server_process import Server, running
from support.smtp_server import PostOffice, post_office

Visitor = Callable[..., Page]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    with running(tmp_path, SMTP_URL=office.url, MAIL_FROM="book@example.com") as server:
        yield server


def booked(server: Server, visitor: Visitor, owner: Page, **look: object) -> Page:
    set_up(owner, server)
    link = share(owner)
    owner.keyboard.press("Escape")
    jane = visitor(**look)
    jane.goto(link)
    pick_a_time(jane)
    fill_and_book(jane)
    expect_confirmed(jane)
    return jane


def test_what_failed_is_sent_again_from_the_page(
    server: Server, office: PostOffice, visitor: Visitor, tmp_path: Path
) -> None:
    office.answers["RCPT jane@example.com"] = "550 No such user"
    owner = visitor()
    booked(server, visitor, owner)
    office.wait_for(1)
    for _ in range(100):
        owner.goto(server.address + "/bookings")
        if owner.get_by_text("1 mail could not be sent.").count():
            break
        time.sleep(0.1)
    owner.get_by_role("link", name="See why").click()
    expect(owner.get_by_text("550 No such user")).to_be_visible()
    office.answers.clear()
    owner.get_by_role("button", name="Send again").click()
    office.wait_for(2)
    expect(owner.get_by_text("It is tried again now.")).to_be_visible()


def test_every_letter_is_readable_on_a_phone(server: Server, office: PostOffice, visitor: Visitor) -> None:
    owner = visitor()
    jane = booked(server, visitor, owner)
    office.wait_for(2)  # what is not sent yet is dropped when something changes
    jane.get_by_text("Cancel", exact=True).click()
    jane.get_by_role("button", name="Cancel the appointment").click()
    for scheme in ("light", "dark"):
        reader = visitor(color_scheme=scheme, viewport={"width": 320, "height": 700})
        for mail in office.wait_for(4):
            reader.set_content(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
            look_at(reader, mail["Subject"])
    reader = visitor()
    reader.set_content(office.to("jane@example.com")[0].get_body(("html",)).get_content())  # type: ignore[union-attr]
    reader.get_by_role("link", name="See, move or cancel it").click()
    expect(reader.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()
