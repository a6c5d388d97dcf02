"""What is to be told when a booking is made or changed: rows, written in the transaction that does it.

Nothing is sent here. The rows are the outbox, and `messages/` empties it, when and as well as the mail server lets it.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config import current
from models import Booking, Change, Message

KEEP_TRYING = timedelta(days=3)
RECIPIENTS = ("invitee", "owner")


def tell(session: Session, booking: Booking, what: str, now: datetime, change: Change | None = None) -> None:
    """Let invitee and owner know `what` became of the booking, if mail is sent at all; the rows before are flushed."""
    if current().mail is None:
        return
    for recipient in RECIPIENTS:
        session.add(notice(booking, what, recipient, now, min(now + KEEP_TRYING, booking.ends_at), change))


def notice(
    booking: Booking, what: str, recipient: str, now: datetime, give_up_at: datetime, change: Change | None = None
) -> Message:
    """Return the row of a message about the booking as it is now."""
    return Message(
        owner_id=booking.owner_id,
        booking_id=booking.id,
        change_id=change and change.id,
        what=what,
        recipient=recipient,
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        due_at=now,
        give_up_at=give_up_at,
        created_at=now,
    )
