"""What is to be told when a booking is made or changed: rows, written in the transaction that does it.

Nothing is sent here. The rows are the outbox, and `messages/` empties it, when and as well as the mail server lets it.
"""

from datetime import datetime, timedelta

from database import db
from models import Booking, Change, Message, MessageKind, Role

KEEP_TRYING = timedelta(days=3)


def enqueue_notifications(booking: Booking, kind: MessageKind, now: datetime, change: Change | None = None) -> None:
    """Write the messages that tell invitee and owner what became of the booking; the rows before are flushed."""
    for recipient in Role:
        db.session.add(new_message(booking, kind, recipient, now, min(now + KEEP_TRYING, booking.ends_at), change))


def new_message(
    booking: Booking,
    kind: MessageKind,
    recipient: Role,
    now: datetime,
    give_up_at: datetime,
    change: Change | None = None,
) -> Message:
    """Return the row of a message about the booking as it is now."""
    return Message(
        owner_id=booking.owner_id,
        booking_id=booking.id,
        change_id=change and change.id,
        kind=kind,
        recipient=recipient,
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        due_at=now,
        give_up_at=give_up_at,
        created_at=now,
    )
