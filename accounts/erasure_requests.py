"""An invitee asks, at their manage link, for their details to be erased: the owner is told, and grants it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from accounts.account_mail import enqueue_account_mail
from database import db, transaction, utcnow
from enums import AccountMessageKind
from models import Booking
from scheduling.bookings import get_booking_by_token
from scheduling.lookup import read_under_lock


def ask_for_erasing(token: str) -> None:
    """Note it in the booking with this manage token, and tell the owner; asking again changes nothing.

    Raises NotFound.
    """
    with transaction():
        booking = read_under_lock(lambda: get_booking_by_token(token))
        if booking.erasure_asked_at is None:
            booking.erasure_asked_at = now = utcnow()
            owner, kind = booking.calendar.owner, AccountMessageKind.ERASURE_ASKED
            enqueue_account_mail(owner, kind, now, booking=str(booking.id))


class ErasureRequest(NamedTuple):
    """Whose details an invitee asks to be erased, of which appointment, since when."""

    booking_id: int
    name: str
    starts_at: datetime
    asked_at: datetime


def erasure_requests(owner_id: int, limit: int) -> list[ErasureRequest]:
    """Return the owner's requests that are not granted yet, oldest first."""
    asked_at = Booking.erasure_asked_at
    query = (
        select(Booking.id, Booking.name, Booking.starts_at, asked_at)
        .where(Booking.owner_id == owner_id, asked_at.is_not(None))
        .order_by(asked_at, Booking.id)
        .limit(limit)
    )
    return [ErasureRequest._make(row) for row in db.session.execute(query)]
