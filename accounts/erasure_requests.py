"""An invitee asks, at their manage link, for their details to be erased: the owner is told, and grants it."""

from accounts.account_mail import enqueue_account_mail
from database import transaction, utcnow
from models import AccountMessageKind
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
