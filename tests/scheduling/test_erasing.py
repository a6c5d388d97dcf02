"""Erased means gone: what was known of an invitee is in no table and no file, and can't come back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from support.smtp_server import PostOffice, post_office
from support.world import Browser, World, at, starts, z

from accounts.housekeeping import clear_old
from database import utcnow, wipe_deleted
from models import Booking, Owner
from notifications import outbox
from notifications.worker import Worker
from parsing.csv_people import read_people
from parsing.csv_table import read_csv
from parsing.questions import Question, QuestionKind
from scheduling.batches import batch_links, create_batch_of_people
from scheduling.calendars import change_calendar
from scheduling.links import link_token
from scheduling.requests import Asked, answer_request, open_requests, request_link

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
SECRETS = ("Xenia", "xenia@", "Xanadu", "+49 999", "Xylophon", "Xerxes", "for-xenia", "Xmas")
OF_LINK = ("Xaver", "xaver@", "+49 888", "Xebec", "Xystus", "xystus@", "Xhosa")
"""What a row of a CSV says, in cells of its own and as what is filled in; and who asked at the link for a new one."""
CSV = "label,name,email,phone,Firma\nfor-xenia,Xaver,xaver@example.org,+49 888,Xebec\nsomebody else,,,,\n"
LONG = "€" * 1900 + "Xylophon"  # longer than a page of SQLite's: what is freed of it would stay in the file
XENIA = {"name": "Xenia Xanadu", "email": "xenia@example.org", "phone": "+49 999 1", "notes": LONG}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


@pytest.fixture
def calendar(world: World, owner: Owner) -> Any:
    calendar = world.calendar(owner)
    with world.inside():
        return change_calendar(owner.id, calendar.id, questions=(Question(1, QuestionKind.LINE, "Dog?"),))


def booked(world: World, calendar: Any) -> Booking:
    """Book, move and cancel with a secret in every field that takes one; a mail is refused with the address."""
    token = link_of_csv(world, calendar)
    booking = world.book(token, NINE, **XENIA, answers=(("Dog?", "Xerxes"),))  # type: ignore[arg-type]
    world.move(booking, TEN)
    world.cancel(booking, "Xmas")
    world.message(booking, error="550 <xenia@example.org> is unknown", sequence=9)
    ask(world, token)
    return booking


def link_of_csv(world: World, calendar: Any) -> str:
    """Return the token of the first link of a batch, of which the CSV said all that it can."""
    table = read_csv(CSV)
    with world.inside():
        batch = create_batch_of_people(world.key, calendar.owner_id, calendar.id, table, read_people(table), "Fair")
        return str(link_token(world.key, batch_links(batch)[0].link))


def ask(world: World, token: str) -> None:
    with world.inside():
        assert request_link(token, Asked("Xystus", "xystus@example.org", "Xhosa"), "127.0.0.1", notify=True)


def found(world: World) -> list[str]:
    everything = str(world.dump())
    return [secret for secret in SECRETS + OF_LINK if secret in everything]


def in_files(world: World) -> list[str]:
    """Return which secrets are in the files of an SQLite database."""
    path = Path(world.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    data = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    return [secret for secret in SECRETS + OF_LINK if secret.encode() in data]


def test_what_is_erased_is_in_no_table_and_no_file(world: World, browser: Browser, calendar: Any) -> None:
    booking = booked(world, calendar)
    before = world.execute("SELECT starts_at, ends_at, status, sequence FROM bookings")
    assert found(world) == list(SECRETS + OF_LINK)
    if world.on_sqlite:
        with world.inside():
            wipe_deleted()
        assert in_files(world) == list(SECRETS + OF_LINK)
    assert browser.change(f"/bookings/{booking.id}/erase").status_code == 303
    assert found(world) == []
    if world.on_sqlite:
        assert in_files(world) == []
    assert world.execute("SELECT starts_at, ends_at, status, sequence FROM bookings") == before
    assert world.execute("SELECT count(*) FROM messages WHERE state IN ('waiting', 'failed')") == [(0,)]
    assert browser.change(f"/bookings/{booking.id}/erase").status_code == 303
    for path in (f"/bookings/{booking.id}", "/bookings?show=cancelled", f"/settings/calendars/{calendar.id}/links"):
        page = browser.get(path).text
        assert "Details erased" in page
        assert not [secret for secret in SECRETS + OF_LINK if secret in page]
    _head, line, other = browser.get("/settings/batches/1.csv").text.splitlines()
    assert line.startswith(",,,,,http")
    assert other.startswith("somebody else,,,,,http")


def test_what_somebody_asked_for_goes_with_the_details_of_the_link_that_they_got(
    world: World, browser: Browser, calendar: Any
) -> None:
    token = world.link(calendar)
    other = world.request(token)
    ask(world, token)
    with world.inside():
        (asked,) = [each for each in open_requests(calendar.owner_id, 9) if each.id != other.id]
        answer = answer_request(world.key, calendar.owner_id, asked.id)
        booking = world.book(str(link_token(world.key, answer)), NINE)
    world.cancel(booking)
    assert found(world) == ["Xystus", "xystus@", "Xhosa"]
    browser.change(f"/bookings/{booking.id}/erase")
    assert found(world) == []
    assert world.execute("SELECT name FROM link_requests") == [("Karla Stein",)]


def test_its_addresses_lead_nowhere_and_no_mail_goes_to_it(
    world: World, browser: Browser, calendar: Any, office: PostOffice
) -> None:
    link = world.link(calendar)
    booking = world.book(link, NINE, **XENIA)
    manage = world.manage_token(booking)
    world.cancel(booking)
    browser.change(f"/bookings/{booking.id}/erase")
    for path in (f"/booking/{manage}", f"/booking/{manage}.ics", f"/booking/{manage}/data.json"):
        assert world.browser().get(path).status_code == 404
    for email in ("", XENIA["email"]):
        assert world.browser().post(f"/b/{link}/resend", data={"email": email}).status_code == 303
    assert world.execute("SELECT count(*) FROM messages WHERE kind = 'resent'") == [(0,)]
    assert browser.change(f"/bookings/{booking.id}/reschedule", {"start": z(TEN)}).status_code == 409
    assert starts(browser.get(f"/bookings/{booking.id}/reschedule")) == []
    assert Worker(world.app, world.app.config["BOOKONCE"].mail).send_due() == 0
    assert world.browser().get(f"/b/{link}").status_code == 410


def test_a_coming_appointment_is_cancelled_first(
    world: World, browser: Browser, calendar: Any, frozen: time_machine.Traveller
) -> None:
    booking = world.book(world.link(calendar), NINE, **XENIA)
    for shift in (0, 2 * 3600 + 60):  # an hour before, and while it takes place
        frozen.shift(shift)
        answer = browser.change(f"/bookings/{booking.id}/erase")
        assert answer.status_code == 409
        assert "cancel it first" in answer.text
        assert "xenia@" in found(world)
    frozen.shift(1800)
    assert browser.change(f"/bookings/{booking.id}/erase").status_code == 303
    assert found(world) == []


def test_another_owner_erases_nothing(world: World, calendar: Any) -> None:
    booking = booked(world, calendar)
    stranger = world.signed_in(world.owner("oscar@example.com"))
    assert stranger.change(f"/bookings/{booking.id}/erase").status_code == 404
    assert found(world) == list(SECRETS + OF_LINK)


def test_a_mail_that_is_in_hand_meanwhile_leaves_no_trace(world: World, browser: Browser, calendar: Any) -> None:
    booking = world.book(world.link(calendar), NINE, **XENIA)
    world.cancel(booking)
    with world.inside():
        mail = outbox.lease_next(utcnow())
        assert mail
    browser.change(f"/bookings/{booking.id}/erase")
    with world.inside():
        outbox.mark_failed(mail, utcnow(), "550 <xenia@example.org> is unknown")
        outbox.postpone(mail, utcnow(), "450 <xenia@example.org> is busy")
    assert found(world) == []


def test_a_retention_period_erases_what_is_older_and_nothing_else(
    world: World, browser: Browser, calendar: Any, frozen: time_machine.Traveller
) -> None:
    other = world.owner("oscar@example.com")
    booked(world, calendar)
    theirs = world.book(world.link(world.calendar(other)), NINE)
    for wrong in ("0", "-1", "x", "1.5", "9999999"):
        assert browser.change("/settings/privacy", {"retention_days": wrong}).status_code == 422
    form = {"retention_days": "30", "privacy_contact": "privacy@example.com"}
    assert browser.change("/settings/privacy", form).status_code == 303
    frozen.move_to(TEN + timedelta(days=30, minutes=29))
    with world.inside():
        clear_old(utcnow())
    assert "Xenia" in found(world)
    frozen.shift(120)
    with world.inside():
        assert clear_old(utcnow()) >= 1
    assert found(world) == []
    assert world.execute("SELECT name FROM bookings WHERE id = :id", id=theirs.id) == [("Jane Doe",)]


def test_the_form_says_who_keeps_the_details_and_for_how_long(world: World, browser: Browser, calendar: Any) -> None:
    path = f"/b/{world.link(calendar)}?start={z(NINE)}"
    assert "You can ask for it to be erased" in world.browser().get(path).text
    form = {"retention_days": "30", "privacy_contact": "privacy@example.com"}
    browser.change("/settings/privacy", form)
    page = world.browser().get(path).text
    assert "erases it 30 days after it" in page
    assert "mailto:privacy@example.com" in page


def test_an_invitee_gets_their_data_and_asks_for_erasing_which_the_owner_grants(
    world: World, browser: Browser, calendar: Any, office: PostOffice
) -> None:
    booking = world.book(world.link(calendar), NINE, **XENIA, answers=(("Dog?", "Xerxes"),))  # type: ignore[arg-type]
    manage = f"/booking/{world.manage_token(booking)}"
    data = world.browser().get(f"{manage}/data.json")
    assert (data.mimetype, data.json["email"]) == ("application/json", XENIA["email"])
    assert data.json["answers"] == [{"question": "Dog?", "answer": "Xerxes"}]
    assert "Set-Cookie" not in data.headers
    for _ in range(2):
        assert world.browser().post(f"{manage}/erasure").location == manage
    assert "you asked for your details to be erased" in world.browser().get(manage).text
    assert "the invitee asked you to erase" in browser.get(f"/bookings/{booking.id}").text
    assert f'href="/bookings/{booking.id}"' in browser.get("/settings/privacy").text
    stranger = world.signed_in(world.owner("oscar@example.com"))
    assert "asks you to erase" not in stranger.get("/settings/privacy").text
    assert world.execute("SELECT kind FROM account_messages") == [("erasure-asked",)]
    assert Worker(world.app, world.app.config["BOOKONCE"].mail).send_due() == 3
    assert f"/bookings/{booking.id}" in office.to("olivia@example.com")[0].as_string()
    world.cancel(booking)
    assert browser.change(f"/bookings/{booking.id}/erase").status_code == 303
    assert found(world) == []
    assert "asks you to erase" not in browser.get("/settings/privacy").text
    assert world.browser().post(f"{manage}/erasure").status_code == 404
