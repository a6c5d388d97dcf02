"""Migration 0005 on a database with rows in it: it makes four tables anew, and every row must survive, both ways."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from database import db

NEW_NAMES = {"sign_in_attempts": "login_attempts", "sign_ins": "browser_sessions"}
NEW_VALUES = {"put back": "rebooked", "made": "booked"}
NINE, TEN, LATER = (f"2026-11-30 {hour}:00:00.000000" for hour in ("09", "10", "11"))

# Ids begin at 2, so that a table whose ids were given out anew would show it.
OWNER = {
    "id": 2, "email": "o@example.com", "name": "O", "timezone": "UTC", "contact": "", "password_hash": "-",
    "created_at": NINE,
}  # fmt: skip
CALENDAR = {
    "id": 2, "owner_id": 2, "name": "Visit", "description": "", "location": "", "timezone": "UTC", "duration": 60,
    "step": 60, "buffer_before": 0, "buffer_after": 0, "min_notice": 0, "horizon": 60, "availability": "{}",
    "is_open": True, "puts_back": False, "created_at": NINE,
}  # fmt: skip
LINK = {
    "id": 2, "owner_id": 2, "calendar_id": 2, "label": "", "salt": b"s" * 16, "token_hash": b"t" * 32,
    "created_at": NINE, "used_at": NINE,
}  # fmt: skip
BOOKING = {
    "id": 2, "owner_id": 2, "calendar_id": 2, "link_id": 2, "status": "confirmed", "starts_at": NINE, "ends_at": TEN,
    "blocked_from": NINE, "blocked_until": TEN, "name": "Jane", "email": "jane@example.com", "phone": "", "notes": "",
    "timezone": "UTC", "sought": "jane", "salt": b"b" * 16, "manage_hash": b"m" * 32, "uid": "u", "sequence": 2,
    "created_at": NINE, "changed_at": TEN,
}  # fmt: skip
CHANGE = {
    "id": 2, "owner_id": 2, "booking_id": 2, "at": NINE, "what": "cancelled", "who": "owner", "start_before": NINE,
    "start_after": None, "reason": "Ill",
}  # fmt: skip
MESSAGE = {
    "id": 2, "owner_id": 2, "booking_id": 2, "change_id": None, "what": "made", "recipient": "invitee", "sequence": 0,
    "starts_at": NINE, "ends_at": TEN, "state": "failed", "due_at": NINE, "give_up_at": TEN, "attempts": 3,
    "problem": "550 No such user", "created_at": NINE, "done_at": TEN,
}  # fmt: skip
OLD_ROWS: dict[str, list[dict[str, Any]]] = {
    "owners": [OWNER],
    "calendars": [CALENDAR],
    "links": [LINK],
    "bookings": [BOOKING],
    "sign_in_attempts": [{"id": id, "place": b"p" * 32, "at": NINE} for id in (2, 3)],
    "sign_ins": [{"id": id, "owner_id": 2, "token_hash": bytes([id] * 32), "expires_at": TEN} for id in (2, 3)],
    "changes": [CHANGE, CHANGE | {"id": 3, "at": TEN, "what": "put back", "who": "invitee", "start_after": TEN}],
    "messages": [
        MESSAGE,
        MESSAGE | {"id": 3, "what": "put back", "sequence": 2, "change_id": 3, "state": "waiting", "done_at": None},
    ],
}
NEXT_ROWS: dict[str, dict[str, Any]] = {
    "sign_in_attempts": {"place": b"p" * 32, "at": LATER},
    "sign_ins": {"owner_id": 2, "token_hash": b"n" * 32, "expires_at": LATER},
    "changes": {name: value for name, value in CHANGE.items() if name != "id"},
    "messages": {name: value for name, value in MESSAGE.items() if name != "id"} | {"recipient": "owner"},
}
"""Rows without an id, for the four tables that are made anew."""


def insert(into: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    db.session.execute(text(f"INSERT INTO {into} ({names}) VALUES ({values})"), row)
    db.session.commit()


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the rows of a table, by their ids."""
    rows = [dict(row) for row in db.session.execute(text(f"SELECT * FROM {name} ORDER BY id")).mappings()]
    db.session.rollback()
    return rows


def new_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return an old row's values as the new tables have them; its columns keep their order, not their names."""
    return {name: NEW_VALUES.get(value, value) if name == "what" else value for name, value in row.items()}


@pytest.fixture
def filled(app: Flask) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """A database of version 0004 with rows in it; gives the rows by table, as the database returns them."""
    with app.app_context():
        downgrade(revision="0004")
        for name, rows in OLD_ROWS.items():
            for row in rows:
                insert(name, row)
        yield {name: rows_of(name) for name in OLD_ROWS}


def test_every_row_keeps_its_id_and_its_values_under_the_new_names(filled: dict[str, list[dict[str, Any]]]) -> None:
    upgrade(revision="0005")
    for name, rows in filled.items():
        after = rows_of(NEW_NAMES.get(name, name))
        assert [list(row.values()) for row in after] == [list(new_row(row).values()) for row in rows], name
    assert [change["kind"] for change in rows_of("changes")] == ["cancelled", "rebooked"]
    assert [change["actor"] for change in rows_of("changes")] == ["owner", "invitee"]
    assert [message["kind"] for message in rows_of("messages")] == ["booked", "rebooked"]
    assert [message["error"] for message in rows_of("messages")] == ["550 No such user"] * 2
    assert [booking["search_text"] for booking in rows_of("bookings")] == ["jane"]
    assert [calendar["allow_rebooking"] for calendar in rows_of("calendars")] == [False]


def test_a_downgrade_gives_the_old_rows_back(filled: dict[str, list[dict[str, Any]]]) -> None:
    upgrade(revision="0005")
    downgrade(revision="0004")
    assert {name: rows_of(name) for name in filled} == filled


UNIQUE: dict[str, dict[str, Any]] = {"sign_ins": {"token_hash": b"o" * 32}, "messages": {"sequence": 9}}
"""What must differ in one row more."""
RENAMED = {"place": "throttle_key", "at": "created_at", "what": "kind", "who": "actor", "problem": "error"}


@pytest.mark.parametrize("name", NEXT_ROWS)
def test_the_next_row_gets_an_id_that_is_free(filled: dict[str, list[dict[str, Any]]], name: str) -> None:
    upgrade(revision="0005")
    row = {RENAMED.get(column, column): value for column, value in new_row(NEXT_ROWS[name]).items()}
    insert(NEW_NAMES.get(name, name), row)
    assert [row["id"] for row in rows_of(NEW_NAMES.get(name, name))] == [2, 3, 4]
    downgrade(revision="0004")
    insert(name, NEXT_ROWS[name] | UNIQUE.get(name, {}))
    assert [row["id"] for row in rows_of(name)] == [2, 3, 4, 5]
