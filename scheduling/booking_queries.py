"""Queries of an owner's appointments: lists, search, one appointment and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Integer, Select, bindparam, select, tuple_
from sqlalchemy.orm import contains_eager

from availability.slots import DAY, Availability, within
from database import Instant, db
from database.prepared import Prepared
from models import CANCELLED, CONFIRMED, Booking, Calendar, Change
from scheduling.lookup import get_or_not_found
from scheduling.search import normalize_for_search

LONGEST = DAY  # no calendar has longer appointments


class BookingFilter(StrEnum):
    """The filter of a list. An appointment in progress counts as coming; a past one has ended."""

    COMING = "coming"
    PAST = "past"
    CANCELLED = "cancelled"
    ALL = "all"


@dataclass(frozen=True)
class Cursor:
    """Where a page of a list ended: the start and the id of its last appointment."""

    start: datetime
    id: int


class Appointment(NamedTuple):
    """A line of a list of appointments."""

    id: int
    name: str
    email: str
    phone: str
    notes: str
    starts_at: datetime
    ends_at: datetime
    is_confirmed: bool
    calendar_name: str


def appointments(
    owner_id: int, which: BookingFilter, now: datetime, limit: int, after: Cursor | None = None, words: str = ""
) -> Sequence[Appointment]:
    """Return up to `limit` appointments: coming ones soonest first, the others latest first.

    `after` is where the previous page ended. Each of `words` must occur in the name or the email.
    """
    values = _values(owner_id, now) | {"limit": limit}
    values |= {"start": after.start, "last_id": after.id} if after else {}
    connection, begins = db.session.connection(), after is None
    if words:
        rows = connection.execute(_searching(_page(which, begins), words), values).all()
    else:
        rows = _prepared_page(which, begins).rows(connection, **values)
    return list(map(Appointment._make, rows))


def filtered(
    query: Select[Any], owner_id: int, which: BookingFilter, now: datetime, words: str, ordered: bool = False
) -> Select[Any]:
    """Return the query of bookings with what a list shows, in its order if `ordered`."""
    shown = _searching(_filtered(query, which, ordered), words)
    return shown.params(_values(owner_id, now))


def _searching(query: Select[Any], words: str) -> Select[Any]:
    for word in normalize_for_search(words).split():
        query = query.where(Booking.search_text.contains(word, autoescape=True))
    return query


def _values(owner_id: int, now: datetime) -> dict[str, Any]:
    return {"owner": owner_id, "now": now, "earliest": now - LONGEST}


def _filtered(query: Select[Any], which: BookingFilter, ordered: bool, bounded: bool = True) -> Select[Any]:
    """Return the query with the filter, for the parameters of `_values`.

    `bounded` limits the range of the index by what is known of when such an appointment starts.
    """
    now, earliest = bindparam("now", type_=Instant), bindparam("earliest", type_=Instant)
    query = query.where(Booking.owner_id == bindparam("owner", type_=BigInteger))
    if which is BookingFilter.COMING:
        query = query.where(CONFIRMED, Booking.ends_at > now)
        query = query.where(Booking.starts_at > earliest) if bounded else query
    if which is BookingFilter.PAST:
        query = query.where(CONFIRMED, Booking.ends_at <= now)
        query = query.where(Booking.starts_at < now) if bounded else query
    if which is BookingFilter.CANCELLED:
        query = query.where(CANCELLED)
    if not ordered:
        return query
    if which is BookingFilter.COMING:
        return query.order_by(Booking.starts_at, Booking.id)
    return query.order_by(Booking.starts_at.desc(), Booking.id.desc())


def appointments_between(owner_id: int, since: datetime, until: datetime) -> Sequence[Appointment]:
    """Return the confirmed appointments that overlap `[since, until)`, sorted by start."""
    query = _LISTED.where(
        Booking.owner_id == owner_id,
        CONFIRMED,
        Booking.starts_at > since - LONGEST,
        Booking.starts_at < until,
        Booking.ends_at > since,
    ).order_by(Booking.starts_at, Booking.id)
    return [Appointment._make(row) for row in db.session.connection().execute(query)]


# Columns and no rows of the ORM, which take three times as long.
_LISTED = select(
    *(Booking.__table__.c[name] for name in Appointment._fields[:-2]),
    CONFIRMED.label("is_confirmed"),
    Calendar.__table__.c.name.label("calendar_name"),
).join_from(Booking.__table__, Calendar.__table__, Booking.calendar_id == Calendar.id)


@lru_cache(maxsize=16)
def _prepared_page(which: BookingFilter, begins: bool) -> Prepared:
    return Prepared(_page(which, begins))


def _page(which: BookingFilter, begins: bool) -> Select[Any]:
    """Return the query of a page. Of a later page, the cursor limits the range of the index."""
    query = _filtered(_LISTED, which, ordered=True, bounded=begins).limit(bindparam("limit", type_=Integer))
    if begins:
        return query
    order = tuple_(Booking.starts_at, Booking.id)
    place = tuple_(bindparam("start", type_=Instant), bindparam("last_id", type_=BigInteger))
    return query.where(order > place if which is BookingFilter.COMING else order < place)


def get_booking(owner_id: int, booking_id: int) -> Booking:
    """Return the owner's booking with its calendar, owner and link loaded. Raises NotFound."""
    query = (
        select(Booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .join(Booking.link)
        .options(contains_eager(Booking.calendar).contains_eager(Calendar.owner), contains_eager(Booking.link))
        .where(Booking.id == booking_id, Booking.owner_id == owner_id)
        .execution_options(populate_existing=True)
    )
    booking: Booking = get_or_not_found(query)
    return booking


def history(booking: Booking) -> Sequence[Change]:
    """Return the changes of the booking, oldest first."""
    query = select(Change).where(Change.owner_id == booking.owner_id, Change.booking_id == booking.id)
    return db.session.scalars(query.order_by(Change.id)).all()


def booked_between(owner_id: int, since: datetime, until: datetime) -> Sequence[Booking]:
    """Return the confirmed appointments that overlap `[since, until)`, sorted by start."""
    query = (
        select(Booking)
        .where(
            Booking.owner_id == owner_id,
            CONFIRMED,
            Booking.starts_at > since - LONGEST,
            Booking.starts_at < until,
            Booking.ends_at > since,
        )
        .order_by(Booking.starts_at)
    )
    return db.session.scalars(query).all()


def bookings_outside(calendar: Calendar, availability: Availability, zone: ZoneInfo, now: datetime) -> list[Booking]:
    """Return the calendar's coming appointments that are within its hours but outside the given ones."""
    if (availability, zone.key) == (calendar.availability, calendar.timezone):
        return []
    before = ZoneInfo(calendar.timezone)
    query = (
        select(Booking)
        .where(
            Booking.owner_id == calendar.owner_id,
            Booking.calendar_id == calendar.id,
            CONFIRMED,
            Booking.starts_at > now,
        )
        .order_by(Booking.starts_at)
    )
    return [
        booking
        for booking in db.session.scalars(query)
        if within(calendar.availability, before, booking.starts_at, booking.ends_at)
        and not within(availability, zone, booking.starts_at, booking.ends_at)
    ]
