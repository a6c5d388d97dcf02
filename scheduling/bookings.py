"""Book: one transaction, which applies the rule that offered the slot again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

import tokens
from availability.slots import is_offered
from database import db, transaction, utcnow
from models import Booking, BookingStatus, Calendar, Link, MessageKind
from scheduling.agenda import agenda
from scheduling.booking_queries import normalize_for_search
from scheduling.errors import BookingError, LinkUsed, SlotTaken
from scheduling.links import get_link_for_update, require_active
from scheduling.lookup import get_or_not_found
from scheduling.notifications import enqueue_notifications

PURPOSE = "manage"


@dataclass(frozen=True)
class BookingRequest:
    """What an invitee asks for. `start` is None if what they sent is no instant; `request_id` tells a retry.

    `locale` is the one in which they read, and are written to.
    """

    start: datetime | None
    name: str
    email: str
    phone: str = ""
    notes: str = ""
    timezone: str = ""
    request_id: str = ""
    locale: str = ""


def book(key: str, token: str, booking_request: BookingRequest, *, notify: bool) -> Booking:
    """Return the booking that the link with this token makes, or has made for the same request before.

    With `notify` both sides are told by mail. Raises NotFound, LinkUsed, LinkRevoked, LinkExpired, CalendarClosed,
    SlotTaken; then the link is as it was.
    """
    with transaction() as session:
        link = get_link_for_update(token)
        if earlier := find_by_request_id(link, booking_request.request_id):
            return earlier
        now = utcnow()
        require_active(link, now)
        if booking_request.start is None or not is_free(link.calendar, booking_request.start, now):
            raise SlotTaken
        used_meanwhile = LinkUsed(link.calendar.owner)
        link.used_at = now
        booking = _new(key, link, booking_request, booking_request.start, now)
        session.add(booking)
        try:
            session.flush()
        except IntegrityError as error:
            raise _refusal(error, used_meanwhile) from error
        if notify:
            enqueue_notifications(booking, MessageKind.BOOKED, now)
    return booking


def find_by_request_id(link: Link, request_id: str) -> Booking | None:
    """Return the booking that this very request made with the link before; it may have been moved or cancelled."""
    if not request_id or link.used_at is None:
        return None
    query = select(Booking).where(Booking.link_id == link.id, Booking.request_hash == tokens.digest(request_id))
    return db.session.scalars(query).one_or_none()


def is_free(calendar: Calendar, start: datetime, now: datetime, moving: Booking | None = None) -> bool:
    """Return whether the calendar offers a slot at `start` to who asks at `now`, as if `moving` were not there."""
    rules = calendar.rules
    return is_offered(rules, agenda(calendar.owner_id, calendar.id, rules.zone, start, start, moving), now, start)


def manage_token(key: str, booking: Booking) -> str | None:
    """Return the manage token, derived again; None if it was made with another key and can't be shown."""
    return tokens.derive_again(key, PURPOSE, booking.salt, booking.manage_hash)


def get_booking_by_token(token: str) -> Booking:
    """Return the booking with this manage token, its calendar and owner read with it. Raises NotFound."""
    query = (
        select(Booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .options(contains_eager(Booking.calendar).contains_eager(Calendar.owner))
        .where(Booking.manage_hash == tokens.digest(token))
        .execution_options(populate_existing=True)
    )
    booking: Booking = get_or_not_found(query)
    return booking


def _new(key: str, link: Link, booking_request: BookingRequest, start: datetime, now: datetime) -> Booking:
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
    assign_times(booking, link.calendar, start)
    return booking


def assign_times(booking: Booking, calendar: Calendar, start: datetime) -> None:
    """Give the booking its time, and what it takes from its owner with the calendar's buffers as they are now."""
    rules = calendar.rules
    booking.starts_at, booking.ends_at = start, start + rules.duration
    booking.blocked_from, booking.blocked_until = rules.blocked(start)


def _refusal(error: IntegrityError, used: LinkUsed) -> BookingError | IntegrityError:
    """Return what the database's refusal means; it only speaks where somebody writes past this module."""
    said = str(error.orig)
    if "one_owner_one_place" in said:
        return SlotTaken()
    if "one_link_one_booking" in said or "bookings.link_id" in said:
        return used
    return error
