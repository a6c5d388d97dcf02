"""The invitee's email is corrected, by either side: the confirmation goes out anew, to the right address."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from database import transaction, utcnow
from enums import MessageKind, Role
from models import Booking, Message
from scheduling.changes import HOUR, Actor, InviteeActor
from scheduling.errors import BookingErased, ChangeLimitReached, TooManyChanges
from scheduling.lookup import read_under_lock
from scheduling.notifications import KEEP_TRYING, drop_undelivered, new_message
from scheduling.search import normalize_for_search

MAX_AN_HOUR, MAX_IN_ALL = 3, 10
"""Confirmations of one booking that go out anew by its invitee, and by both: each goes to what somebody typed."""


def correct_email(actor: Actor, email: str, *, notify: bool) -> Booking:
    """Set the invitee's email and return the booking; the same email again changes nothing.

    With `notify` the confirmation goes there if the appointment takes place and is not over; what waits for the old
    address is dropped. Raises NotFound, BookingErased, TooManyChanges, ChangeLimitReached.
    """
    with transaction() as session:
        booking = read_under_lock(actor.find)
        if booking.is_erased:
            raise BookingErased
        if booking.email == email:
            return booking
        now = utcnow()
        tells = notify and booking.is_confirmed and booking.ends_at > now
        if tells:
            _limit(session, actor, booking, now)
        booking.email, booking.search_text = email, normalize_for_search(f"{booking.name} {email}")
        drop_undelivered(booking, now, Role.INVITEE)
        if tells:
            _tell_again(session, booking, now)
    return booking


def _tell_again(session: Session, booking: Booking, now: datetime) -> None:
    """Write the confirmation once more, as a newer version of the appointment than the one sent before."""
    booking.sequence += 1
    booking.changed_at = now
    give_up_at = min(now + KEEP_TRYING, booking.ends_at)
    session.add(new_message(booking, MessageKind.BOOKED, Role.INVITEE, now, give_up_at))


def _limit(session: Session, actor: Actor, booking: Booking, now: datetime) -> None:
    """Raise TooManyChanges or ChangeLimitReached if it was confirmed too often; the first time does not count."""
    query = select(func.count(), func.count().filter(Message.created_at > now - HOUR)).where(
        Message.owner_id == booking.owner_id,
        Message.booking_id == booking.id,
        Message.recipient == Role.INVITEE,
        Message.kind == MessageKind.BOOKED,
        Message.sequence > 0,
    )
    in_all, within_hour = session.execute(query).one()
    if in_all >= MAX_IN_ALL:
        raise ChangeLimitReached
    if isinstance(actor, InviteeActor) and within_hour >= MAX_AN_HOUR:
        raise TooManyChanges
