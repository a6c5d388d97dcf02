"""Book a slot: one transaction, which checks the slot again by the rule that offered it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

import tokens
from availability.slots import Rules, is_offered
from database import bare_transaction, column_values, db, transaction, utcnow
from database.prepared import Prepared
from models import Booking, BookingStatus, Calendar, Link, MessageKind
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


def book(key: str, token: str, booking_request: BookingRequest, *, notify: bool) -> Booking:
    """Book with the link that has this token; return the booking, or the one that the same request made before.

    With `notify` both sides get a mail. Raises NotFound, LinkUsed, LinkRevoked, LinkExpired, CalendarClosed, SlotTaken;
    the link is unchanged then.
    """
    try:
        with bare_transaction() as connection:
            if link := find_active_for_update(connection, token):
                return _book(connection, key, link, booking_request, notify=notify)
    except IntegrityError as error:
        raise _booking_error(error, token) from error
    return _earlier(token, booking_request)


def _book(
    connection: Connection, key: str, link: ActiveLink, booking_request: BookingRequest, *, notify: bool
) -> Booking:
    """Book with an active link, in the transaction that has read it."""
    start, now = booking_request.start, link.now
    if start is None or not is_free(link.calendar, link.rules, start, now, connection=connection):
        raise SlotTaken
    booking = _new(key, link, booking_request, start, now)
    _write(connection, booking, now)
    if link.is_written:
        enqueue_entry(connection, booking, now)
    if notify:
        enqueue_notifications(connection, booking, MessageKind.BOOKED, now)
    return booking


def _earlier(token: str, booking_request: BookingRequest) -> Booking:
    """Return the booking that the same request made before; else raise why the link can't be used."""
    with transaction():
        link = get_link_for_update(token)
        if earlier := find_by_request_id(link, booking_request.request_id):
            return earlier
        require_active(link, utcnow())
    raise SlotTaken  # it became active at this very moment: its page shows what is free


def _write(connection: Connection, booking: Booking, now: datetime) -> None:
    """Mark the link as used, insert the booking, and set its id. The session's own way takes three times as long."""
    _USE_LINK.change(connection, link=booking.link_id, now=now)
    booking.id = _INSERT.change(connection, **column_values(booking))


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


def _new(key: str, link: Link | ActiveLink, booking_request: BookingRequest, start: datetime, now: datetime) -> Booking:
    salt = tokens.new_salt()
    booking = Booking(
        owner_id=link.owner_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        status=BookingStatus.CONFIRMED,
        name=booking_request.name,
        email=booking_request.email,
        phone=booking_request.phone,
        notes=booking_request.notes,
        answers=booking_request.answers,
        timezone=booking_request.timezone or link.calendar.timezone,
        locale=booking_request.locale,
        search_text=normalize_for_search(f"{booking_request.name} {booking_request.email}"),
        salt=salt,
        manage_hash=tokens.digest(tokens.derive(key, PURPOSE, salt)),
        request_hash=tokens.digest(booking_request.request_id) if booking_request.request_id else None,
        uid=str(uuid4()),
        sequence=0,
        created_at=now,
        changed_at=now,
    )
    assign_times(booking, link.rules, start)
    return booking


def assign_times(booking: Booking, rules: Rules, start: datetime) -> None:
    """Set the booking's time and the interval it blocks, with the duration and the buffers of these rules."""
    booking.starts_at, booking.ends_at = start, start + rules.duration
    booking.blocked_from, booking.blocked_until = rules.blocked(start)


def _booking_error(error: IntegrityError, token: str) -> BookingError | IntegrityError:
    """Return the error that a violated constraint means; it happens only if other code writes to the tables."""
    said = str(error.orig)
    if "one_owner_one_place" in said:
        return SlotTaken()
    if "one_link_one_booking" in said or "bookings.link_id" in said:
        return LinkUsed(get_link_by_token(token).calendar.owner)
    return error
