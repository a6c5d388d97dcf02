"""Book a slot: one transaction, which checks the slot again by the rule that offered it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

import tokens
from availability.slots import Rules, is_offered
from database import bare_transaction, db, transaction, utcnow
from database.prepared import Prepared
from enums import BookingStatus, MessageKind
from models import Booking, Calendar, Link
from parsing.questions import Answers
from scheduling.active_links import ActiveCalendar, ActiveLink, find_active_for_update
from scheduling.agenda import MARGIN, agenda
from scheduling.calendar_entries import enqueue_entry
from scheduling.errors import BookingError, LinkUsed, SlotTaken
from scheduling.links import get_link_by_token, get_link_for_update, require_active
from scheduling.lookup import get_or_not_found
from scheduling.notifications import enqueue_notifications
from scheduling.search import normalize_for_search

PURPOSE = "manage"

# Built once.
_USE_LINK = Prepared(update(Link.__table__).where(Link.id == bindparam("link")).values(used_at=bindparam("now")))  # type: ignore[arg-type]
_INSERT = Prepared(insert(Booking.__table__), Booking.__table__.columns.keys())  # type: ignore[arg-type]


@dataclass(frozen=True)
class BookingRequest:
    """An invitee's request. `start` is None if the submitted one is invalid; `request_id` identifies a retry.

    `locale` is that of the invitee's mails.
    """

    start: datetime | None
    name: str
    email: str
    phone: str = ""
    notes: str = ""
    timezone: str = ""
    request_id: str = ""
    locale: str = ""
    answers: Answers = ()


@dataclass(frozen=True)
class Booked:
    """A booking that a request has made, with its manage token; None if it was made before, with another key."""

    id: int
    manage_token: str | None


def book(key: str, token: str, booking_request: BookingRequest, *, notify: bool) -> Booked:
    """Book with the link that has this token; return the booking, or the one that the same request made before.

    With `notify` both sides get a mail. Raises NotFound, LinkUsed, LinkRevoked, LinkExpired, CalendarClosed, SlotTaken;
    the link is unchanged then.
    """
    salt = tokens.new_salt()
    manage = tokens.derive(key, PURPOSE, salt)
    told = told_columns(booking_request, salt, manage)  # while others may write
    try:
        with bare_transaction() as connection:
            if link := find_active_for_update(connection, token):
                return Booked(_book(connection, link, booking_request.start, told, notify=notify), manage)
    except IntegrityError as error:
        raise _booking_error(error, token) from error
    earlier = _earlier(token, booking_request)
    return Booked(earlier.id, manage_token(key, earlier))


def _book(
    connection: Connection, link: ActiveLink, start: datetime | None, told: dict[str, Any], *, notify: bool
) -> int:
    """Book with an active link, in the transaction that has read it; return the booking's id.

    The row is written as it is: to make a `Booking` of it would take a twentieth of the time.
    """
    if start is None or not is_free(link.calendar, link.rules, start, link.now, connection=connection):
        raise SlotTaken
    columns = all_columns(told, link, start, link.now)
    _USE_LINK.change(connection, link=link.id, now=link.now)
    booking_id: int = _INSERT.change(connection, **columns)
    if link.is_written or notify:
        booking = Booking(id=booking_id, **columns)
        if link.is_written:
            enqueue_entry(connection, booking, link.now)
        if notify:
            enqueue_notifications(connection, booking, MessageKind.BOOKED, link.now)
    return booking_id


def _earlier(token: str, booking_request: BookingRequest) -> Booking:
    """Return the booking that the same request made before; else raise why the link can't be used."""
    with transaction():
        link = get_link_for_update(token)
        if earlier := find_by_request_id(link, booking_request.request_id):
            return earlier
        require_active(link, utcnow())
    raise SlotTaken  # it became active at this very moment: its page shows what is free


def find_by_request_id(link: Link, request_id: str) -> Booking | None:
    """Return the booking that the same request made with the link before; it may have been moved or cancelled."""
    if not request_id or link.used_at is None:
        return None
    query = select(Booking).where(Booking.link_id == link.id, Booking.request_hash == tokens.digest(request_id))
    return db.session.scalars(query).one_or_none()


def is_free(
    calendar: Calendar | ActiveCalendar,
    rules: Rules,
    start: datetime,
    now: datetime,
    moving: Booking | None = None,
    connection: Connection | None = None,
) -> bool:
    """Return whether there is a slot at `start`, at the time `now`; the appointment `moving` is left out.

    `rules` are the calendar's, as they are for the link or the appointment.
    """
    since, until = rules.blocked(start)
    margin = timedelta() if rules.daily_limit is None else MARGIN  # only the limit asks for what else is on that day
    busy = agenda(calendar.owner_id, calendar.id, rules.zone, since, until, moving, margin, connection)
    return is_offered(rules, busy, now, start)


def manage_token(key: str, booking: Booking) -> str | None:
    """Return the manage token, derived again; None if it was made with another key."""
    return tokens.derive_again(key, PURPOSE, booking.salt, booking.manage_hash)


def get_booking_by_token(token: str) -> Booking:
    """Return the booking with this manage token, its calendar, owner and link loaded. Raises NotFound."""
    query = (
        select(Booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .join(Booking.link)
        .options(contains_eager(Booking.calendar).contains_eager(Calendar.owner), contains_eager(Booking.link))
        .where(Booking.manage_hash == tokens.digest(token))
        .execution_options(populate_existing=True)
    )
    booking: Booking = get_or_not_found(query)
    return booking


def told_columns(booking_request: BookingRequest, salt: bytes, manage: str) -> dict[str, Any]:
    """Return what a new booking has of its request, and of its manage token."""
    return {
        "name": booking_request.name,
        "email": booking_request.email,
        "phone": booking_request.phone,
        "notes": booking_request.notes,
        "answers": booking_request.answers,
        "timezone": booking_request.timezone,
        "locale": booking_request.locale,
        "search_text": normalize_for_search(f"{booking_request.name} {booking_request.email}"),
        "salt": salt,
        "manage_hash": tokens.digest(manage),
        "request_hash": tokens.digest(booking_request.request_id) if booking_request.request_id else None,
        "uid": str(uuid4()),
    }


def all_columns(told: dict[str, Any], link: Link | ActiveLink, start: datetime, now: datetime) -> dict[str, Any]:
    """Return the columns of a new booking: what it has of its request, and what it has of its link."""
    return {
        **told,
        **time_columns(link.rules, start),
        "owner_id": link.owner_id,
        "calendar_id": link.calendar_id,
        "link_id": link.id,
        "status": BookingStatus.CONFIRMED,
        "timezone": told["timezone"] or link.calendar.timezone,
        "sequence": 0,
        "created_at": now,
        "changed_at": now,
    }


def time_columns(rules: Rules, start: datetime) -> dict[str, Any]:
    """Return a booking's time and the interval it blocks, with the duration and the buffers of these rules."""
    blocked_from, blocked_until = rules.blocked(start)
    return {
        "starts_at": start,
        "ends_at": start + rules.duration,
        "blocked_from": blocked_from,
        "blocked_until": blocked_until,
    }


def _booking_error(error: IntegrityError, token: str) -> BookingError | IntegrityError:
    """Return the error that a violated constraint means; it happens only if other code writes to the tables."""
    said = str(error.orig)
    if "one_owner_one_place" in said:
        return SlotTaken()
    if "one_link_one_booking" in said or "bookings.link_id" in said:
        return LinkUsed(get_link_by_token(token).calendar.owner)
    return error
