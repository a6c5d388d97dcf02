"""The manage link is mailed again to whoever booked, on both databases: `POST /b/<token>/resend`."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from support.smtp_server import PostOffice
from support.world import World, at
from werkzeug.test import TestResponse

from database import db
from notifications.worker import Worker
from scheduling.resending import resend_manage_link

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
JANES = "jane@example.com"
OTHERS = ("", "nope", "john@example.com", "jane@example.com.invalid", "x" * 300, "jane@example.com,john@example.com")
JANES_IN_OTHER_WORDS = ("jane@example.com", "JANE@Example.com", " jane@example.com ", "jane@example.com\u200b")


@pytest.fixture
def app(database_url: str, mailing_app_on: Callable[..., Flask]) -> Flask:
    return mailing_app_on(database_url)


def ask(world: World, token: str, email: str | None = JANES) -> TestResponse:
    return world.browser().post(f"/b/{token}/resend", data={} if email is None else {"email": email})


def resent(world: World) -> int:
    return len(world.execute("SELECT id FROM messages WHERE kind = 'resent'"))


@pytest.mark.parametrize("email", JANES_IN_OTHER_WORDS)
def test_the_bookings_address_gets_a_mail(world: World, email: str) -> None:
    token = world.link()
    world.book(token, NINE)
    answer = ask(world, token, email)
    assert (answer.status_code, answer.location) == (303, f"/b/{token}?sent=1")
    assert resent(world) == 1
    ((recipient, state),) = world.execute("SELECT recipient, state FROM messages WHERE kind = 'resent'")
    assert (recipient, state) == ("invitee", "waiting")


def test_all_others_read_the_same_and_get_none(world: World) -> None:
    token = world.link()
    world.book(token, NINE)
    theirs = ask(world, token)
    page = world.browser().get(theirs.location)
    for email in (None, *OTHERS):
        answer = ask(world, token, email)
        assert (answer.status_code, answer.location, answer.data) == (303, theirs.location, theirs.data), email
        assert world.browser().get(answer.location).text == page.text
    assert resent(world) == 1
    assert page.status_code == 410
    assert "a mail with the way to the appointment is coming" in page.text
    for secret in ("Jane", JANES, "10:00"):
        assert secret not in page.text


def test_each_answer_writes_so_that_none_is_faster_than_another(world: World) -> None:
    """A mail that is written waits for the disk; an answer that waited for none would be told apart by its time."""
    token = world.link()
    world.book(token, NINE)
    writes = []
    with world.inside():
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _cursor, sql, *_more: sql.startswith("UPDATE") and writes.append(sql),
        )
    for email in (JANES, "john@example.com"):
        ask(world, token, email)
    assert len(writes) == 2


def test_at_most_three_an_hour(world: World) -> None:
    token, other = world.link(), world.link(world.calendar(world.owner("b@example.com")))
    world.book(token, NINE)
    world.book(other, NINE)
    for _ in range(5):
        assert ask(world, token).status_code == 303
    assert resent(world) == 3
    ask(world, other)
    assert resent(world) == 4
    with time_machine.travel(at("2026-11-30 07:00") + timedelta(minutes=61), tick=False):
        ask(world, token)
    assert resent(world) == 5


def test_at_most_three_an_hour_also_at_once(world: World) -> None:
    token = world.link()
    world.book(token, NINE)
    barrier = Barrier(8)

    def once() -> None:
        barrier.wait()
        with world.inside():
            resend_manage_link(token, JANES, notify=True)

    threads = [Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert resent(world) == 3


def test_a_link_that_nobody_used_leads_to_itself(world: World) -> None:
    calendar = world.calendar()
    active, revoked = world.link(calendar), world.link(calendar)
    world.execute("UPDATE links SET revoked_at = created_at WHERE id = 2")
    for token in (active, revoked):
        answer = ask(world, token)
        assert (answer.status_code, answer.location) == (303, f"/b/{token}")
    assert ask(world, "x" * 18).status_code == 404
    assert resent(world) == 0


def test_the_mail_has_the_address_and_nothing_that_was_typed(world: World, office: PostOffice) -> None:
    token = world.link()
    booking = world.book(token, NINE, name="Buy at evil.example", notes="evil.example")
    world.move(booking, TEN)
    assert ask(world, token).status_code == 303
    assert ask(world, token).status_code == 303
    mails = _delivered(world, office)
    assert len(mails) == 2
    assert len({mail["Message-ID"] for mail in mails}) == 2
    for mail in mails:
        text = mail.get_body(("plain",)).get_content()
        assert f"/booking/{world.manage_token(booking)}" in text
        assert "11:00" in text
        assert "evil" not in mail.as_string()


def test_the_mail_of_a_cancelled_appointment_says_so(world: World, office: PostOffice) -> None:
    token = world.link()
    world.cancel(world.book(token, NINE))
    ask(world, token)
    (mail,) = _delivered(world, office)
    assert "cancelled" in mail.get_body(("plain",)).get_content()


def _delivered(world: World, office: PostOffice) -> list[Any]:
    """Return the mails of the kind that is tried here, as a mail server got them."""
    world.execute("DELETE FROM messages WHERE kind <> 'resent'")
    Worker(world.app, world.app.config["BOOKONCE"].mail).send_due()
    return office.to(JANES)


def test_without_mail_the_page_says_whom_to_contact(
    world: World, database_url: str, app_on: Callable[..., Flask]
) -> None:
    token = world.link()
    world.book(token, NINE)
    silent = World(app_on(database_url))
    answer = ask(silent, token)
    assert (answer.status_code, answer.location) == (303, f"/b/{token}?sent=1")
    page = silent.browser().get(answer.location).text
    assert "resend" not in page
    assert "is coming" not in page
    assert "olivia@example.com" in page
    assert resent(world) == 0


def test_what_the_browser_keeps_names_neither_link_nor_booking(world: World) -> None:
    """The names are hashes; together with the link, the request leads to the appointment."""
    token = world.link()
    form = world.browser().get(f"/b/{token}?start=2026-11-30T09:00:00Z").text
    link, booking = (re.search(rf'data-kept-{what}="([0-9a-f]{{32}})"', form) for what in ("link", "booking"))
    request = re.search(r'name="request_id" value="([^"]+)"', form)
    assert link
    assert booking
    assert request
    world.book(token, NINE, request_id=unescape(request[1]))
    row = world.row(token)
    assert link[1] not in row.token_hash.hex()
    spent = world.browser().get(f"/b/{token}").text
    assert f'data-spent="{link[1]}"' in spent
    answer = world.browser().post(f"/b/{token}", data={"request_id": request[1]})
    assert answer.status_code == 303
    page = world.browser().get(answer.location).text
    assert f'data-appointment="{booking[1]}"' in page
    assert 'data-until="2026-11-30T09:30:00Z"' in page
