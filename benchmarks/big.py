"""Fills a database as after years of use: bulk inserts without the ORM, but with all constraints and triggers."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import chain, islice
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from support.shop import Shop

import tokens
from database import db
from models import Booking, Calendar
from scheduling import bookings, links
from scheduling.search import normalize_for_search

A_DAY = 16
"""Appointments a day: half an hour each, from nine to five, on all days up to yesterday."""
LINKS_EACH = 10
"""Links for each appointment: one was used, one revoked, six expired, two are active."""
ACTIVE_EACH = 2
COMING = 60
"""Coming appointments, later than the horizon of the slot pages."""
A_CHUNK = 20_000
CACHE_KIB = 500_000

# Without SQLAlchemy, since there are a million rows.
NEW_LINK = """
INSERT INTO links (id, owner_id, calendar_id, label, salt, token_hash, created_at, used_at, revoked_at, expires_at)
VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?)"""

DAY, HALF_AN_HOUR = timedelta(days=1), timedelta(minutes=30)


def grow(shop: Shop, calendars: list[Calendar], past: int) -> None:
    """Give the calendars' owner `past` past appointments, 60 coming ones, and ten links for each."""
    key = shop.world.key
    with shop.world.inside(), db.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")
        for chunk in _chunks(_links(key, calendars, past)):
            connection.exec_driver_sql(NEW_LINK, chunk)
            connection.commit()
        for chunk in _chunks(_bookings(key, calendars, past)):
            connection.execute(insert(Booking.__table__), chunk)
            connection.commit()
    with shop.world.inside():
        db.engine.dispose()  # closing the last connection writes the log back into the file


def _starts(past: int) -> Iterator[datetime]:
    """Return the starts of the appointments, earliest first."""
    today = datetime.combine(datetime.now(UTC).date(), time(9), UTC)
    first = today - -(-past // A_DAY) * DAY
    return chain(_from(first, past), _from(today + 100 * DAY, COMING))


def _from(first: datetime, count: int) -> Iterator[datetime]:
    return (first + number // A_DAY * DAY + number % A_DAY * HALF_AN_HOUR for number in range(count))


def _links(key: str, calendars: list[Calendar], past: int) -> Iterator[tuple[Any, ...]]:
    """Yield the parameters of `NEW_LINK`: ten links for each appointment, the first of them used for it."""
    for number, start in enumerate(_starts(past)):
        calendar = calendars[number % len(calendars)]
        made = min(start, datetime.now(UTC)) - 14 * DAY
        on, later, end = (f"{at:%Y-%m-%d %H:%M:%S.%f}" for at in (made, made + DAY, made + 7 * DAY))
        for which in range(LINKS_EACH):
            salt = tokens.new_salt()
            token_hash = tokens.digest(tokens.derive(key, links.PURPOSE, salt))
            used, revoked = later if which == 0 else None, later if which == 1 else None
            expires = end if which < LINKS_EACH - ACTIVE_EACH else None
            link_id = number * LINKS_EACH + which + 1
            yield link_id, calendar.owner_id, calendar.id, salt, token_hash, on, used, revoked, expires


def _bookings(key: str, calendars: list[Calendar], past: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the appointments."""
    for number, start in enumerate(_starts(past)):
        calendar, end, salt = calendars[number % len(calendars)], start + HALF_AN_HOUR, tokens.new_salt()
        made = min(start, datetime.now(UTC)) - 13 * DAY
        name, email = f"Invitee {number}", f"invitee{number}@example.com"
        yield {
            "owner_id": calendar.owner_id,
            "calendar_id": calendar.id,
            "link_id": number * LINKS_EACH + 1,
            "status": "confirmed",
            "starts_at": start,
            "ends_at": end,
            "blocked_from": start,
            "blocked_until": end,
            "name": name,
            "email": email,
            "timezone": calendar.timezone,
            "search_text": normalize_for_search(f"{name} {email}"),
            "salt": salt,
            "manage_hash": tokens.digest(tokens.derive(key, bookings.PURPOSE, salt)),
            "uid": str(uuid4()),
            "created_at": made,
            "changed_at": made,
        }


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    return iter(lambda: list(islice(rows, A_CHUNK)), [])
