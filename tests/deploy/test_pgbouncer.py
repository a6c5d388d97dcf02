"""Behind pgbouncer in transaction mode: each transaction may be on another server connection, which others use next."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError
from support.pgbouncer import pooled
from support.world import JANE, World, at, z

from accounts import owners
from database import db, engine, snapshot
from models import Calendar

NINE = at("2026-12-01 09:00")
# So that a test that would wait for ever fails.
ENDS_BY_ITSELF = "-c idle_in_transaction_session_timeout=5s"
NEW_PROFILE = ("Olivia O.", "Europe/Berlin", "olivia@example.com")


@pytest.fixture
def two_connections(postgres_url: str) -> Iterator[str]:
    """The address of a fresh database behind a pgbouncer that opens at most two connections to it."""
    with pooled(postgres_url, 2) as url:
        yield url


@pytest.fixture
def one_connection(postgres_url: str) -> Iterator[str]:
    """The same with one connection: what one client leaves on it, the next one finds."""
    with pooled(postgres_url, 1) as url:
        yield url


@pytest.fixture
def calendar(two_connections: str, app_on: Callable[..., Flask]) -> Calendar:
    """A calendar in the database behind two connections."""
    return World(app_on(two_connections)).calendar()


def visit(apps: list[Flask], requests: list[tuple[str, dict[str, str] | None]]) -> list[int]:
    """Send the requests, GET or a form, to the apps in turn, eight at a time; return the statuses."""

    def send(app: Flask, path: str, form: dict[str, str] | None) -> int:
        browser = World(app).browser()
        return (browser.get(path) if form is None else browser.post(path, data=form)).status_code

    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(send, apps[n % len(apps)], *request) for n, request in enumerate(requests)]
    return [each.result() for each in sent]


def form(number: int) -> dict[str, str]:
    """Return the filled-in form of one of many invitees."""
    return JANE | {"start": z(NINE), "request_id": f"request {number}"}


def test_of_many_that_race_for_one_link_one_books(
    calendar: Calendar, two_connections: str, app_on: Callable[..., Flask]
) -> None:
    apps = [app_on(two_connections) for _ in range(2)]
    world = World(apps[0])
    token = world.link(calendar)
    statuses = visit(apps, [(f"/b/{token}", form(number)) for number in range(24)])
    assert sorted(statuses) == [303] + [410] * 23
    assert len(world.bookings()) == 1


def many_links(calendar: Calendar, apps: list[Flask]) -> list[str]:
    """Return the tokens of two hundred links, made one by one, eight at a time.

    Commits, since psycopg forgets what it counts and prepares whenever it rolls back, as it does after a page is read.
    """
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda number: World(apps[number % 2]).link(calendar), range(200)))


def test_no_statement_is_prepared_on_a_connection_that_others_use(
    calendar: Calendar, two_connections: str, app_on: Callable[..., Flask]
) -> None:
    apps = [app_on(two_connections) for _ in range(2)]
    tokens = many_links(calendar, apps)
    assert visit(apps, [(f"/b/{token}", None) for token in tokens[:100]]) == [200] * 100


def test_control_prepared_statements_fail(
    calendar: Calendar, two_connections: str, app_on: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(engine.CONNECT_ARGS["postgresql"], "prepare_threshold")
    with pytest.raises(ProgrammingError, match="prepared statement"):
        many_links(calendar, [app_on(two_connections) for _ in range(2)])


Locked = tuple[str, Callable[[World, Calendar, str], Any]]
LOCKED: dict[str, Locked] = {
    "the owner": (
        "SELECT pg_advisory_xact_lock({owner})",
        lambda world, calendar, token: world.book(token, NINE),
    ),
    "a row, without the owner's lock": (
        "UPDATE owners SET name = 'O' WHERE id = {owner}",
        lambda world, calendar, token: owners.change_profile(calendar.owner_id, *NEW_PROFILE),
    ),
    "a table that is only read": (
        "LOCK TABLE links IN ACCESS EXCLUSIVE MODE",
        lambda world, calendar, token: world.row(token),
    ),
}


@pytest.mark.parametrize("locked", LOCKED)
def test_nobody_waits_for_long(
    locked: str,
    calendar: Calendar,
    postgres_url: str,
    two_connections: str,
    app_on: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 200)
    statement, verb = LOCKED[locked]
    world = World(app_on(two_connections))
    token = world.link(calendar)
    with psycopg.connect(postgres_url, options=ENDS_BY_ITSELF) as stranger, world.inside():
        stranger.execute(statement.format(owner=calendar.owner_id))
        with pytest.raises(OperationalError, match="lock timeout"):
            verb(world, calendar, token)
        stranger.rollback()
        verb(world, calendar, token)


def test_an_invitee_who_waited_reads_that_nothing_was_booked(
    calendar: Calendar,
    postgres_url: str,
    two_connections: str,
    app_on: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 200)
    world = World(app_on(two_connections))
    path = f"/b/{world.link(calendar)}"
    with psycopg.connect(postgres_url, options=ENDS_BY_ITSELF) as stranger:
        stranger.execute("SELECT pg_advisory_xact_lock(%s)", [calendar.owner_id])
        assert world.browser().post(path, data=form(1)).status_code == 503
    assert world.bookings() == []
    assert world.browser().post(path, data=form(1)).status_code == 303


def left_behind(url: str) -> tuple[str, ...]:
    """Return what the next client of the server connection finds: lock timeout, isolation, and whether it may write."""
    with psycopg.connect(url, autocommit=True) as stranger:
        names = ("lock_timeout", "transaction_isolation", "transaction_read_only")
        rows = [stranger.execute(f"SHOW {name}").fetchone() for name in names]
    return tuple(row[0] for row in rows if row)


def test_nothing_is_left_to_the_next_client(one_connection: str, app_on: Callable[..., Flask]) -> None:
    world = World(app_on(one_connection))
    world.book(world.link(), NINE)
    assert left_behind(one_connection) == ("0", "read committed", "off")
    with world.inside(), snapshot(db.engine) as connection:
        shown = [connection.scalar(text(f"SHOW {name}")) for name in ("transaction_isolation", "lock_timeout")]
        assert shown == ["repeatable read", "4s"]
        with pytest.raises(InternalError, match="read-only transaction"):
            connection.execute(text("DELETE FROM messages"))
    assert left_behind(one_connection) == ("0", "read committed", "off")


def test_control_what_a_connection_is_told_when_it_opens_is_left(
    one_connection: str, app_on: Callable[..., Flask]
) -> None:
    app = app_on(one_connection)

    def set_for_the_session(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {engine.LOCK_TIMEOUT_MS}")

    with app.app_context():
        event.listen(db.engine, "connect", set_for_the_session)
    world = World(app)
    world.book(world.link(), NINE)
    assert left_behind(one_connection)[0] == "4s"
