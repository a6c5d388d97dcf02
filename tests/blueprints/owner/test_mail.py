"""Settings → Mail, the banner that leads there, and what the pages say about mail."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from support.smtp_server import post_office
from support.world import JANE, Browser, World, at, z

from models import Booking, Owner
from notifications.worker import Worker

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
MAIL = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "book@example.com"}


@pytest.fixture
def app(database_url: str, app_on: Callable[..., Flask]) -> Flask:
    """An app whose mail server is away."""
    return app_on(database_url, **MAIL)


@pytest.fixture
def booking(world: World, owner: Owner) -> Booking:
    return world.book(world.link(world.calendar(owner)), NINE)


def state(world: World, message_id: int) -> tuple[str, int]:
    ((state, attempts),) = world.execute("SELECT state, attempts FROM messages WHERE id = :id", id=message_id)
    return state, attempts


def test_with_nothing_wrong_it_says_so(world: World, browser: Browser) -> None:
    page = browser.get("/settings/mail").text
    assert "Nothing is left to be sent." in page
    assert "book@example.com" in page
    assert "could not be sent" not in browser.get("/settings/calendars").text


def test_what_could_not_be_sent_is_seen_with_why_and_everywhere_one_is_led_there(
    world: World, browser: Browser, booking: Booking
) -> None:
    world.message(booking, sequence=7, error="550 <b>No</b> such user")
    page = browser.get("/settings/mail").text
    assert "Confirmation to Jane Doe" in page
    assert "550 &lt;b&gt;No&lt;/b&gt; such user" in page
    for path in ("/settings/calendars", "/bookings", f"/bookings/{booking.id}", "/settings/profile"):
        assert "1 mail could not be sent." in browser.get(path).text, path
    shown = browser.get(f"/bookings/{booking.id}").text
    assert "could not be sent" in shown.partition("History")[2]


def test_what_is_tried_in_vain_for_ten_minutes_is_said_too(
    world: World, browser: Browser, booking: Booking, frozen: time_machine.Traveller
) -> None:
    """A wrong password would else be found out when nothing can be done any more."""
    worker = Worker(world.app, world.app.config["BOOKONCE"].mail)
    worker.send_due()
    assert "so far" not in browser.get("/bookings").text
    frozen.shift(601)
    worker.send_due()
    assert "2 mails can’t be sent so far." in browser.get("/bookings").text
    page = browser.get("/settings/mail").text
    assert page.count("127.0.0.1:1: Connection refused") == 2
    assert "Tried 2 times." in page


def test_send_again_tries_at_once_and_dismiss_never_again(
    world: World, browser: Browser, booking: Booking, frozen: time_machine.Traveller
) -> None:
    first, second = (world.message(booking, sequence=number) for number in (7, 8))
    frozen.shift(timedelta(days=5))
    assert browser.change(f"/settings/mail/{first.id}/again").status_code == 303
    assert state(world, first.id) == ("waiting", 0)
    assert browser.change(f"/settings/mail/{second.id}/dismiss").status_code == 303
    assert state(world, second.id) == ("dropped", 1)
    assert browser.change(f"/settings/mail/{second.id}/again").status_code == 303
    assert state(world, second.id) == ("dropped", 1)
    with post_office() as office:
        Worker(world.app, replace(world.app.config["BOOKONCE"].mail, port=office.port)).send_due()
        assert "Confirmed" in [mail["Subject"].rpartition("(")[2].rstrip(")") for mail in office.taken]
    assert state(world, first.id) == ("sent", 1)
    for action in ("again", "dismiss"):
        assert browser.change(f"/settings/mail/{first.id}/{action}").status_code == 303
        assert state(world, first.id) == ("sent", 1)


def test_all_that_failed_is_sent_again_at_once_and_nothing_of_others(
    world: World, browser: Browser, booking: Booking
) -> None:
    failed = [world.message(booking, sequence=number) for number in (7, 8)]
    other = world.calendar(world.owner("oscar@example.com"))
    theirs = world.message(world.book(world.link(other), NINE), sequence=9)
    assert browser.change("/settings/mail/again").status_code == 303
    assert [state(world, message.id) for message in failed] == [("waiting", 0)] * 2
    assert state(world, theirs.id) == ("failed", 1)
    assert world.app.test_client().get("/settings/mail").location == "/login"


def test_the_pages_say_where_the_mail_goes(world: World, browser: Browser, booking: Booking) -> None:
    token = world.link(world.calendar(world.owner("oscar@example.com")))
    assert "A confirmation goes to your email." in browser.get(f"/b/{token}?start={z(NINE)}").text
    manage = browser.get(f"/booking/{world.manage_token(booking)}").text
    assert "The way back to this page is in the mail to jane@example.com." in manage
    assert "No mail" not in manage + browser.get("/bookings").text
    browser.change(f"/bookings/{booking.id}/cancel")
    assert "A mail tells them." in browser.get(f"/bookings/{booking.id}").text


def test_without_a_mail_server_the_pages_say_so(database_url: str, app_on: Callable[..., Flask]) -> None:
    world = World(app_on(database_url))
    browser = world.signed_in(owner := world.owner())
    token = world.link(world.calendar(owner))
    assert "SMTP_URL" in browser.get("/settings/mail").text
    assert "A confirmation goes to your email." not in browser.get(f"/b/{token}?start={z(NINE)}").text
    answer = browser.post(f"/b/{token}", data=JANE | {"start": z(NINE)})
    assert "No mail is sent: keep the address of this page" in browser.get(answer.location).text
    assert "No mail is sent" in browser.get("/bookings").text
    assert "no reminders either" in browser.get("/settings/calendars/new").text
    browser.change("/bookings/1/cancel")
    assert "No mail is sent: tell them yourself." in browser.get("/bookings/1").text


def test_a_dead_mail_server_neither_delays_nor_spoils_a_booking(world: World, owner: Owner) -> None:
    worker = Worker(world.app, world.app.config["BOOKONCE"].mail)
    calendar = world.calendar(owner)
    for minutes in (0, 30):
        token = world.link(calendar)
        answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(TEN + timedelta(minutes=minutes))})
        assert answer.status_code == 303
        assert re.search("Your appointment is confirmed", world.browser().get(answer.location).text)
        worker.send_due()
    assert [row[0] for row in world.execute("SELECT state FROM messages")] == ["waiting"] * 4
