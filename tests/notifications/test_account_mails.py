"""Mails about an account: in the transaction that they tell of, by the same outbox as those about bookings."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from support.smtp_server import PostOffice, post_office
from support.world import PASSWORD, Browser, World, at

from database import utcnow
from models import Owner
from notifications import outbox
from notifications.worker import Worker
from parsing.mail_server import parse_mail_server

NEW = "a new and longer password"
CHANGE = {"current": PASSWORD, "new": NEW}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app, app.config["BOOKONCE"].mail)


def states(world: World) -> list[tuple[str, int]]:
    return [tuple(row) for row in world.execute("SELECT state, attempts FROM account_messages ORDER BY id")]


def test_a_new_password_is_told_to_its_owner(
    world: World, owner: Owner, browser: Browser, worker: Worker, office: PostOffice
) -> None:
    assert browser.change("/settings/password", CHANGE | {"current": "wrong"}).status_code == 422
    assert states(world) == []
    assert browser.change("/settings/password", CHANGE).status_code == 303
    assert worker.send_due() == 1
    (mail,) = office.to(owner.email)
    words = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Your password was changed"
    assert "30 Nov 2026, 8:00" in words
    assert "If it was not you" in words
    assert NEW not in mail.as_string()
    assert states(world) == [("sent", 1)]
    assert worker.send_due() == 0


def test_a_password_that_can_not_be_told_of_is_not_changed(world: World, browser: Browser) -> None:
    """Control and test in one: where the outbox's row can't be written, the old password and the session stay."""
    world.execute("ALTER TABLE account_messages RENAME COLUMN parameters TO lost")
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert browser.change("/settings/password", CHANGE).status_code >= 500
    world.execute("ALTER TABLE account_messages RENAME COLUMN lost TO parameters")
    assert browser.get("/bookings").status_code == 200
    assert states(world) == []
    assert browser.change("/settings/password", CHANGE).status_code == 303
    assert len(states(world)) == 1


def test_without_a_mail_server_none_is_written(database_url: str, app_on: Callable[..., Flask]) -> None:
    silent = World(app_on(database_url))
    browser = silent.signed_in(silent.owner())
    assert browser.change("/settings/password", CHANGE).status_code == 303
    assert states(silent) == []


def test_one_that_is_refused_is_shown_with_its_reason_and_can_be_sent_again_or_dismissed(
    world: World, owner: Owner, browser: Browser, worker: Worker, office: PostOffice
) -> None:
    office.answers["RCPT"] = "550 No such user"
    browser.change("/settings/password", CHANGE)
    assert worker.send_due() == 0
    assert states(world) == [("failed", 1)]
    assert "1 mail could not be sent" in browser.get("/bookings").text
    page = browser.get("/settings/mail").text
    assert "Note of the new password" in page
    assert "No such user" in page
    stranger = world.signed_in(world.owner("oscar@example.com"))
    assert "No such user" not in stranger.get("/settings/mail").text
    for what in ("again", "dismiss"):
        assert stranger.change(f"/settings/mail/account/1/{what}").status_code == 404
    assert browser.change("/settings/mail/account/1/again").status_code == 303
    assert states(world) == [("waiting", 0)]
    worker.send_due()
    assert browser.change("/settings/mail/again").status_code == 303
    assert states(world) == [("waiting", 0)]
    worker.send_due()
    assert browser.change("/settings/mail/account/1/dismiss").status_code == 303
    assert states(world) == [("dropped", 1)]
    assert "Note of the new password" not in browser.get("/settings/mail").text


def test_a_server_that_is_away_delays_both_kinds_of_mail_alike(
    world: World, owner: Owner, browser: Browser, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    world.book(world.link(world.calendar(owner)), at("2026-12-10 09:00"))
    browser.change("/settings/password", CHANGE)
    server = worker._server
    worker._server = parse_mail_server("smtp://127.0.0.1:1", "book@example.com")
    assert worker.send_due() == 0
    waiting = world.execute("SELECT state, attempts, due_at, error FROM messages")
    assert world.execute("SELECT state, attempts, due_at, error FROM account_messages") == waiting[:1]
    frozen.shift(11 * 60)
    assert "3 mails can’t be sent so far" in browser.get("/bookings").text
    worker._server = server
    assert worker.send_due() == 3


def test_one_worker_at_a_time_has_it(world: World, browser: Browser, frozen: time_machine.Traveller) -> None:
    browser.change("/settings/password", CHANGE)
    with world.inside():
        assert outbox.lease_next(utcnow()) is not None
        assert outbox.lease_next(utcnow()) is None
        frozen.shift(outbox.LEASE)
        assert outbox.lease_next(utcnow()) is not None


def test_a_request_for_a_new_link_is_told_to_the_owner_once(
    world: World, owner: Owner, worker: Worker, office: PostOffice
) -> None:
    token = world.link(world.calendar(owner), label="Spring fair")
    world.execute("UPDATE links SET revoked_at = created_at")
    asked = {"name": "Karla Stein", "contact": "karla@example.com", "note": "I was ill."}
    for _ in range(2):
        assert world.browser().post(f"/b/{token}/request", data=asked).status_code == 303
    assert worker.send_due() == 1
    (mail,) = office.to(owner.email)
    words = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Karla Stein asks for a new link"
    for part in ("karla@example.com", "I was ill.", "Spring fair", "30-minute meeting", "/links?show=requests"):
        assert part in words
    assert "Karla" not in str(world.execute("SELECT parameters FROM account_messages"))


def test_a_request_that_was_answered_meanwhile_is_not_told_of(
    world: World, owner: Owner, browser: Browser, worker: Worker, office: PostOffice
) -> None:
    request = world.request(world.link(world.calendar(owner)))
    assert browser.change(f"/links/requests/{request.id}/answer").status_code == 200
    assert worker.send_due() == 0
    assert states(world) == [("dropped", 0)]
    assert office.to(owner.email) == []
