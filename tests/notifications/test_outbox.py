"""The outbox against a real SMTP server and its faults: nothing is delayed, lost, or sent twice without need."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text as sql
from support.smtp_server import PASSWORD, USER, PostOffice, post_office
from support.world import JANE, World, at, z

from database import db, utcnow
from models import Booking
from notifications import outbox, smtp, undelivered
from notifications.worker import Worker
from parsing.mail_server import parse_mail_server

NINE, TEN, ELEVEN = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 11:00")
JANES, OLIVIAS = "jane@example.com", "olivia@example.com"


@pytest.fixture
def app(database_url: str, mailing_app_on: Callable[..., Flask]) -> Flask:
    return mailing_app_on(database_url)


@pytest.fixture
def worker(app: Flask) -> Worker:
    return worker_of(app)


def worker_of(app: Flask) -> Worker:
    return Worker(app, app.config["BOOKONCE"].mail)


def booked(world: World, start: Any = NINE, **more: Any) -> Booking:
    return world.book(world.link(world.calendar(world.owner(), **more)), start)


def states(world: World) -> list[tuple[str, int]]:
    """Return state and attempts of each message, in order."""
    return [tuple(row) for row in world.execute("SELECT state, attempts FROM messages ORDER BY id")]


def problems(world: World) -> set[str]:
    return {error for (error,) in world.execute("SELECT error FROM messages")}


def subjects(mails: list[Any]) -> list[str]:
    return [mail["Subject"].rpartition("(")[2].rstrip(")") for mail in mails]


def test_a_booking_and_its_messages_are_one_transaction(world: World) -> None:
    calendar = world.calendar()
    token = world.link(calendar)
    browser = world.browser()
    assert browser.post(f"/b/{token}", data=JANE | {"start": z(at("2026-11-29 09:00"))}).status_code == 409
    assert states(world) == []
    for _ in range(2):
        answer = browser.post(f"/b/{token}", data=JANE | {"start": z(NINE), "request_id": "once"})
        assert answer.status_code == 303
    assert browser.post(f"/b/{token}", data=JANE | {"start": z(TEN)}).status_code == 410
    rows = world.execute("SELECT kind, recipient, sequence, state FROM messages ORDER BY id")
    assert [tuple(row) for row in rows] == [("booked", "invitee", 0, "waiting"), ("booked", "owner", 0, "waiting")]


def test_a_booking_that_fails_at_its_commit_tells_nobody(world: World) -> None:
    """Control and test in one: where the outbox's row can't be written, there is no booking either."""
    token = world.link()
    world.execute("ALTER TABLE messages RENAME TO lost")
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)}).status_code >= 500
    world.execute("ALTER TABLE lost RENAME TO messages")
    assert (world.bookings(), states(world)) == ([], [])
    assert world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)}).status_code == 303
    assert len(states(world)) == 2


def test_without_a_mail_server_nothing_is_kept_to_be_sent(
    database_url: str, app_on: Callable[..., Flask], office: PostOffice
) -> None:
    silent = World(app_on(database_url))
    booking = booked(silent)
    silent.move(booking, TEN)
    silent.cancel(booking)
    assert states(silent) == []


def test_each_change_is_told_to_both_in_its_order(world: World, worker: Worker, office: PostOffice) -> None:
    booking = booked(world)
    assert worker.send_due() == 2
    world.move(booking, TEN)
    world.move(booking, TEN)  # sent twice, it moves once
    assert worker.send_due() == 2
    world.cancel(booking)
    world.cancel(booking)
    assert worker.send_due() == 2
    world.move(booking, ELEVEN)
    assert worker.send_due() == 2
    assert worker.send_due() == 0
    assert subjects(office.to(JANES)) == ["Confirmed", "Moved", "Cancelled", "Confirmed again"]
    assert subjects(office.to(OLIVIAS)) == ["Booked", "Moved", "Cancelled", "Put back"]
    assert {state for state, _attempts in states(world)} == {"sent"}


def test_a_refused_connection_delays_mail_and_nothing_else(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    port, office.port = office.port, 1
    worker._server = parse_mail_server(office.url, "book@example.com")
    booked(world)
    assert worker.send_due() == 0
    assert states(world) == [("waiting", 1), ("waiting", 1)]
    assert problems(world) == {"127.0.0.1:1: Connection refused"}
    office.port = port
    worker._server = parse_mail_server(office.url, "book@example.com")
    assert worker.send_due() == 0  # it waits before it tries again
    frozen.shift(15)
    assert worker.send_due() == 2
    assert problems(world) == {""}


def test_a_server_that_is_away_is_tried_ever_less_often_and_mail_kept_for_three_days(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    worker._server = parse_mail_server("smtp://127.0.0.1:1", "book@example.com")
    booked(world, at("2026-12-10 09:00"))
    began, tried_at = utcnow(), []
    while states(world)[0][0] == "waiting":
        tried_at.append((utcnow() - began).total_seconds())
        assert worker.send_due() == 0
        (due_at,) = {row[0] for row in world.execute("SELECT due_at FROM messages")}
        soon = datetime.fromisoformat(str(due_at)).replace(tzinfo=UTC)
        frozen.move_to(soon if len(tried_at) < 8 else max(soon, began + timedelta(days=3, minutes=-9)))
    assert tried_at[:8] == [0, 15, 45, 105, 225, 465, 765, 1065]
    assert 3 * 86400 - 600 < tried_at[-1] <= 3 * 86400
    assert problems(world) == {"127.0.0.1:1: Connection refused"}


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_4xx_is_tried_again_until_it_is_taken(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller, verb: str
) -> None:
    office.answers[verb] = "451 4.7.1 Greylisted, please try again"
    booked(world)
    assert worker.send_due() == 0
    assert problems(world) == {"451 4.7.1 Greylisted, please try again"}
    frozen.shift(15)
    assert worker.send_due() == 0
    assert states(world) == [("waiting", 2), ("waiting", 2)]
    office.answers.clear()
    frozen.shift(29)
    assert worker.send_due() == 0
    frozen.shift(1)
    assert worker.send_due() == 2
    assert len(office.taken) == 2


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_5xx_is_not_tried_again_and_the_owner_sees_why(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller, verb: str
) -> None:
    office.answers[verb] = "550 5.1.1 <b>No</b> such user"
    booked(world)
    worker.send_due()
    office.answers.clear()
    frozen.shift(86400 * 3)
    assert worker.send_due() == 0
    assert states(world) == [("failed", 1), ("failed", 1)]
    assert problems(world) == {"550 5.1.1 <b>No</b> such user"}


def test_one_refused_address_keeps_no_other_from_its_mail(world: World, worker: Worker, office: PostOffice) -> None:
    office.answers[f"RCPT {JANES}"] = "550 No such user"
    booked(world)
    assert worker.send_due() == 1
    assert subjects(office.taken) == ["Booked"]
    assert [state for state, _ in states(world)] == ["failed", "sent"]


def test_what_waits_is_dropped_for_what_happened_later(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    office.answers[f"RCPT {JANES}"] = "450 Mailbox busy"
    booking = booked(world)
    worker.send_due()
    world.move(booking, TEN)
    office.answers.clear()
    assert worker.send_due() == 2
    assert subjects(office.to(JANES)) == ["Moved"]
    assert subjects(office.to(OLIVIAS)) == ["Booked", "Moved"]
    assert [state for state, _ in states(world)] == ["dropped", "sent", "sent", "sent"]
    frozen.shift(3600)
    assert worker.send_due() == 0


T = {"NINE": NINE, "TEN": TEN, "ELEVEN": ELEVEN}


@pytest.mark.parametrize(
    ("told", "then", "subject", "when", "before"),
    [
        # nothing was sent yet
        ("", "TEN ELEVEN", "Moved", "12:00", "11:00"),
        ("", "cancel", "Cancelled", "10:00", None),  # the owner may have done it, so it must be told
        ("", "cancel TEN", "Confirmed again", "11:00", None),
        # the confirmation was
        ("send", "TEN ELEVEN", "Moved", "12:00", "10:00"),
        ("send", "TEN NINE", "Moved", "10:00", "11:00"),
        ("send", "TEN cancel", "Cancelled", "11:00", None),
        ("send", "cancel ELEVEN", "Confirmed again", "12:00", "10:00"),
        ("send", "cancel NINE", "Confirmed again", "10:00", None),
        # a move was
        ("send TEN send", "ELEVEN NINE ELEVEN", "Moved", "12:00", "11:00"),
    ],
)
def test_of_changes_that_follow_each_other_the_last_is_told_with_the_time_that_was_told_before(
    world: World, worker: Worker, office: PostOffice, told: str, then: str, subject: str, when: str, before: str | None
) -> None:
    """Calendar in Berlin. Each side gets one mail, which has all that the others would have said."""
    token = world.link()
    booking = world.book(token, NINE, timezone="Europe/Berlin")
    for step in f"{told} {then}".split():
        if step == "send":
            assert worker.send_due() == 2
        elif step == "cancel":
            world.cancel(booking)
        else:
            world.move(booking, T[step])
    assert worker.send_due() == 2
    for address in (JANES, OLIVIAS):
        mail = office.to(address)[-1]
        assert mail["Subject"].endswith(f"({subject})") or (subject, address) == ("Confirmed again", OLIVIAS)
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert f"30 November 2026, {when}–" in text
        assert re.findall(r"Before: +Monday, 30 November, (\S+)", text) == ([before] if before else [])
    assert worker.send_due() == 0


def test_many_changes_send_one_mail_to_each(world: World, worker: Worker, office: PostOffice) -> None:
    booking = booked(world)
    for _ in range(2):
        world.move(booking, TEN)
        world.cancel(booking)
    assert worker.send_due() == 2
    assert [state for state, _ in states(world)] == ["dropped"] * 8 + ["sent"] * 2


def test_a_mail_in_hand_is_left_alone_and_dropped_if_it_has_to_wait(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    booking = booked(world)
    with world.inside():
        message = outbox.lease_next(utcnow())
        world.move(booking, TEN)
        assert [state for state, _ in states(world)] == ["waiting", "dropped", "waiting", "waiting"]
        assert worker.send_due() == 1  # the owner's: the invitee's next one waits for the one in hand
        outbox.postpone(message, utcnow(), "450 Later")
    frozen.shift(15)
    assert worker.send_due() == 1
    assert subjects(office.to(JANES)) == ["Moved"]
    assert [state for state, _ in states(world)] == ["dropped", "dropped", "sent", "sent"]


def test_what_could_not_be_sent_is_not_sent_again_after_a_later_change(
    world: World, worker: Worker, office: PostOffice
) -> None:
    office.answers["RCPT"] = "550 No such user"
    booking = booked(world)
    worker.send_due()
    world.move(booking, TEN)
    office.answers.clear()
    with world.inside():
        undelivered.send_all_again(booking.owner_id)
    assert worker.send_due() == 2
    assert subjects(office.taken) == ["Moved", "Moved"]


def test_a_change_waits_for_no_worker_that_has_locked_a_mail(
    postgres_url: str, app_on: Callable[..., Flask], office: PostOffice
) -> None:
    world = World(app_on(postgres_url, SMTP_URL=office.url, MAIL_FROM="book@example.com"))
    booking = booked(world)
    with world.inside(), db.engine.connect() as worker:
        worker.execute(sql("SELECT id FROM messages WHERE recipient = 'invitee' FOR UPDATE"))
        began = time.monotonic()
        world.move(booking, TEN)
        assert time.monotonic() - began < 2
        worker.rollback()
    assert [state for state, _ in states(world)] == ["waiting", "dropped", "waiting", "waiting"]
    assert worker_of(world.app).send_due() == 2
    assert subjects(office.taken) == ["Moved", "Moved"]


def test_a_sender_that_is_refused_is_no_fault_of_the_message(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    office.answers["MAIL"] = "553 Sender not allowed"
    booked(world)
    for _ in range(2):
        assert worker.send_due() == 0
    assert states(world) == [("waiting", 1), ("waiting", 1)]
    assert problems(world) == {f"127.0.0.1:{office.port}: 553 Sender not allowed"}
    office.answers.clear()
    frozen.shift(15)
    assert worker.send_due() == 2


def test_a_server_that_says_it_goes_away_is_left_and_the_next_message_not_blamed(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    office.answers["RCPT"] = "421 4.3.2 Shutting down"
    booked(world)
    assert worker.send_due() == 0
    assert states(world) == [("waiting", 1), ("waiting", 0)]
    office.answers.clear()
    frozen.shift(15)
    assert worker.send_due() == 2


def test_what_nobody_needs_to_know_any_more_is_given_up(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    office.answers["RCPT"] = "450 Later"
    booked(world)
    worker.send_due()
    frozen.move_to(at("2026-11-30 09:31"))  # it was over a minute ago
    worker.send_due()
    assert states(world) == [("failed", 2), ("failed", 2)]


def test_what_was_sent_is_not_sent_again_for_a_database_that_is_away_just_then(
    world: World, worker: Worker, office: PostOffice
) -> None:
    def lose_it_for_a_while() -> None:
        office.after_data = lambda: None
        world.execute("ALTER TABLE messages RENAME TO lost")
        threading.Timer(1.5, lambda: world.execute("ALTER TABLE lost RENAME TO messages")).start()

    booked(world)
    office.after_data = lose_it_for_a_while
    assert worker.send_due() == 2
    assert states(world) == [("sent", 1), ("sent", 1)]
    assert len(office.taken) == 2


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_hang_is_left_after_a_while_and_tried_again(
    world: World,
    worker: Worker,
    office: PostOffice,
    frozen: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    monkeypatch.setattr(smtp, "REPLY_TIMEOUT", 0.3)
    office.hangs_at = verb
    booked(world)
    assert worker.send_due() == 0
    assert {state for state, _ in states(world)} == {"waiting"}
    assert any("timed out" in problem or "no answer" in problem for problem in problems(world))
    office.hangs_at = ""
    frozen.shift(15)
    assert worker.send_due() == 2
    assert sorted(mail["X-Rcpt"] for mail in office.taken) == [JANES, OLIVIAS]


def test_who_talks_on_without_end_is_hung_up_on(
    world: World, worker: Worker, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease ends, so one message must not take longer, however often the other side says a little."""
    monkeypatch.setattr(smtp, "MESSAGE_TIMEOUT", 0.5)
    office.hangs_at = "DATA"
    booked(world)
    assert worker.send_due() == 0
    assert states(world)[0] == ("waiting", 1)
    assert timedelta(seconds=90) == outbox.LEASE


def test_a_lost_answer_means_once_more_with_the_same_id(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    office.loses_answers = True
    booked(world)
    for _ in range(2):
        assert worker.send_due() == 0
    assert (len(office.taken), states(world)) == (2, [("waiting", 1), ("waiting", 1)])
    office.loses_answers = False
    frozen.shift(15)
    assert worker.send_due() == 2
    for address in (JANES, OLIVIAS):
        first, second = office.to(address)
        assert first["Message-ID"] == second["Message-ID"]
    assert worker.send_due() == 0


@pytest.mark.slow
def test_several_workers_send_each_message_once(app: Flask, world: World, office: PostOffice) -> None:
    calendar = world.calendar()
    for half_hour in range(20):
        world.book(world.link(calendar), NINE + timedelta(minutes=30 * (half_hour % 10), days=half_hour // 10))
    go = threading.Barrier(4)

    def work() -> None:
        worker = worker_of(app)
        go.wait(10)
        worker.send_due()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    worker_of(app).send_due()
    ids = [mail["Message-ID"] for mail in office.taken]
    assert (len(ids), len(set(ids))) == (40, 40)
    assert set(states(world)) == {("sent", 1)}
    assert len(office.said_hello) >= 3


def test_a_message_in_hand_is_nobody_elses_until_its_lease_ends(
    app: Flask, world: World, frozen: time_machine.Traveller
) -> None:
    booked(world)
    with world.inside():
        first, second = outbox.lease_next(utcnow()), outbox.lease_next(utcnow())
        assert {first.recipient, second.recipient} == {"invitee", "owner"}
        assert outbox.lease_next(utcnow()) is None
        frozen.shift(89)
        assert outbox.lease_next(utcnow()) is None
        frozen.shift(1)  # whoever had it was killed
        assert outbox.lease_next(utcnow()).id == first.id


def test_control_without_a_lease_two_have_the_same_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta())
    booked(world)
    with world.inside():
        assert outbox.lease_next(utcnow()).id == outbox.lease_next(utcnow()).id


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_password_is_not_said_in_the_clear_and_a_wrong_one_is_told(world: World) -> None:
    with post_office(sign_in=True, auth_require_tls=False) as office:
        right = f"smtp://{USER}:p%40ss%2Fword@127.0.0.1:{office.port}"
        worker = Worker(world.app, parse_mail_server(right, "book@example.com"))
        booked(world)
        assert worker.send_due() == 2  # on the loopback interface nobody else listens
        world.execute("UPDATE messages SET state = 'waiting'")
        wrong = parse_mail_server(right.replace("p%40ss", "pass"), "book@example.com")
        assert Worker(world.app, wrong).send_due() == 0
        (problem,) = problems(world)
        assert "535" in problem
        assert PASSWORD not in problem


def test_headers_can_not_be_injected(world: World, worker: Worker, office: PostOffice) -> None:
    owner = world.owner("oscar@example.com", name="Oscar\u2028Bcc: evil@example.com\x85X: y")
    calendar = world.calendar(owner, name="Visit\x85Bcc: evil@example.com")
    token = world.link(calendar)
    for name in ("Jane\r\nBcc: evil@example.com", "Jane\nX: y", "Jane\0"):
        answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE), "name": name})
        assert answer.status_code == 422
    world.book(token, NINE, name='Jane\u2028Bcc: evil@example.com "Q" <x@example.com>, \x85Cc: a@example.com')
    assert worker.send_due() == 2
    for mail in office.taken:
        assert not {"Bcc", "Cc", "X"} & set(mail.keys())
        assert len(mail["To"].addresses) == len(mail["From"].addresses) == 1
    assert {mail["X-Rcpt"] for mail in office.taken} == {JANES, "oscar@example.com"}


def test_a_mail_that_can_not_be_written_keeps_no_other_from_being_sent(
    world: World, worker: Worker, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    booking = booked(world)
    world.execute("UPDATE bookings SET email = 'nobody' WHERE id = :id", id=booking.id)
    assert worker.send_due() == 0  # its owner's mail names them as well
    assert [state for state, _ in states(world)] == ["failed", "failed"]
    calendar = world.calendar(world.owner("oscar@example.com"))
    world.book(world.link(calendar), NINE)
    assert worker.send_due() == 2


def test_no_token_is_in_the_outbox_and_nobodys_name_in_the_log(
    world: World, worker: Worker, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    office.answers["DATA"] = "554 No jane@example.com here"
    booking = booked(world)
    worker.send_due()
    token = world.manage_token(booking)
    assert token not in str(world.dump())
    assert token not in caplog.text
    assert "message 1 was not taken (554)" in caplog.text
    assert "jane" not in caplog.text


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("code", [421, 450, 550])
def test_what_a_mail_server_says_is_for_the_owner_and_not_for_the_log(
    world: World, worker: Worker, office: PostOffice, caplog: pytest.LogCaptureFixture, verb: str, code: int
) -> None:
    office.answers[verb] = f"{code} 4.7.0 <jane@example.com> Jane Doe is unknown"
    booked(world)
    worker.send_due()
    assert str(code) in caplog.text
    assert not re.search("jane|unknown", "\n".join(caplog.messages), re.IGNORECASE)
    assert any(problem.endswith("<jane@example.com> Jane Doe is unknown") for problem in problems(world))


def test_a_mail_that_can_not_be_written_is_logged_without_the_words_of_the_error(
    world: World, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    booking = booked(world)
    world.execute("UPDATE bookings SET timezone = 'Jane/Doe' WHERE id = :id", id=booking.id)
    worker.send_due()
    assert "Mail: message 1 can't be written" in caplog.text
    assert "email_content.py" in caplog.text
    assert "ZoneInfoNotFoundError" in caplog.text
    assert "Jane" not in caplog.text
