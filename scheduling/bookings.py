"""Book: one transaction, which applies the rule that offered the slot again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

import tokens
from availability.slots import is_offered
from clock import utcnow
from database import writing
from models import Booking, Calendar, Link
from scheduling.appointments import as_sought
from scheduling.busy import agenda
from scheduling.links import find_alone, require_active
from scheduling.notices import tell
from scheduling.refusals import LinkUsed, Refusal, SlotTaken, Unknown

PURPOSE = "manage"


@dataclass(frozen=True)
class Wish:
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


def book(key: str, token: str, wish: Wish) -> Booking:
    """Return the booking that the link with this token makes, or has made for the same request before.

    Raises Unknown, LinkUsed, LinkRevoked, LinkExpired, CalendarClosed, SlotTaken; then the link is as it was.
    """
    with writing() as session:
        link = find_alone(session, token)
        if earlier := made_by(session, link, wish.request_id):
            return earlier
        now = utcnow()
        require_active(link, now)
        if wish.start is None or not is_free(session, link.calendar, wish.start, now):
            raise SlotTaken
        used_meanwhile = LinkUsed(link.calendar.owner)
        link.used_at = now
        booking = _new(key, link, wish, wish.start, now)
        session.add(booking)
        try:
            session.flush()
        except IntegrityError as error:
            raise _refusal(error, used_meanwhile) from error
        tell(session, booking, "made", now)
    return booking


def made_by(session: Session, link: Link, request_id: str) -> Booking | None:
    """Return the booking that this very request made with the link before; it may have been moved or cancelled."""
    if not request_id or link.used_at is None:
        return None
    query = select(Booking).where(Booking.link_id == link.id, Booking.request_hash == tokens.digest(request_id))
    return session.scalars(query).one_or_none()


def is_free(
    session: Session, calendar: Calendar, start: datetime, now: datetime, moving: Booking | None = None
) -> bool:
    """Return whether the calendar offers a slot at `start` to who asks at `now`, as if `moving` were not there."""
    return is_offered(calendar.rules, agenda(session, calendar, start, start, moving), now, start)


def token_of(key: str, booking: Booking) -> str | None:
    """Return the manage token, derived again; None if it was made with another key and can't be shown."""
    token = tokens.derive(key, PURPOSE, booking.salt)
    return token if tokens.digest(token) == booking.manage_hash else None


def find_managed(session: Session, token: str) -> Booking:
    """Return the booking with this manage token, its calendar and owner read with it. Raises Unknown."""
    query = (
        select(Booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .options(contains_eager(Booking.calendar).contains_eager(Calendar.owner))
        .where(Booking.manage_hash == tokens.digest(token))
        .execution_options(populate_existing=True)
    )
    booking = session.scalars(query).one_or_none()
    if booking is None:
        raise Unknown
    return booking


def _new(key: str, link: Link, wish: Wish, start: datetime, now: datetime) -> Booking:
    salt = tokens.new_salt()
    booking = Booking(
        owner_id=link.owner_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        status="confirmed",
        name=wish.name,
        email=wish.email,
        phone=wish.phone,
        notes=wish.notes,
        timezone=wish.timezone or link.calendar.timezone,
        locale=wish.locale,
        sought=as_sought(f"{wish.name} {wish.email}"),
        salt=salt,
        manage_hash=tokens.digest(tokens.derive(key, PURPOSE, salt)),
        request_hash=tokens.digest(wish.request_id) if wish.request_id else None,
        uid=str(uuid4()),
        sequence=0,
        created_at=now,
        changed_at=now,
    )
    place(booking, link.calendar, start)
    return booking


def place(booking: Booking, calendar: Calendar, start: datetime) -> None:
    """Give the booking its time, and what it takes from its owner with the calendar's buffers as they are now."""
    rules = calendar.rules
    booking.starts_at, booking.ends_at = start, start + rules.duration
    booking.blocked_from, booking.blocked_until = rules.blocked(start)


def _refusal(error: IntegrityError, used: LinkUsed) -> Refusal | IntegrityError:
    """Return what the database's refusal means; it only speaks where somebody writes past this module."""
    said = str(error.orig)
    if "one_owner_one_place" in said:
        return SlotTaken()
    if "one_link_one_booking" in said or "bookings.link_id" in said:
        return used
    return error
