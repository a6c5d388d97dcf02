"""Reminders: writes one into the outbox when its appointment comes up, and one more for each new time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from database import db, lock_owner, snapshot, transaction
from enums import MessageKind, Role
from models import CONFIRMED, Booking, Calendar, Message
from scheduling.notifications import new_message

REMINDER_LOCK = -1
"""Locked instead of an owner's id, so that one worker at a time writes reminders."""


def enqueue_reminders(now: datetime) -> int:
    """Write the reminders that are due into the outbox; return how many.

    There is none for an appointment that was booked or moved after the reminder's time. Whether it still takes place is
    checked again when the reminder is sent.
    """
    with snapshot(db.engine) as connection:
        if not _due_reminders(connection, now):
            return 0
    with transaction() as session:
        lock_owner(REMINDER_LOCK)
        found = _due_reminders(session.connection(), now)
        for booking in session.scalars(select(Booking).where(Booking.id.in_(found))):
            session.add(new_message(booking, MessageKind.REMINDER, Role.INVITEE, now, booking.starts_at))
    return len(found)


def _due_reminders(connection: Connection, now: datetime) -> list[int]:
    """Return the ids of the bookings whose reminder is due and not written yet, up to 500 for each reminder setting."""
    lengths = connection.scalars(select(Calendar.reminder).where(Calendar.reminder > 0).distinct()).all()
    return [booking_id for minutes in lengths for booking_id in _within(connection, now, minutes)]


def _within(connection: Connection, now: datetime, minutes: int) -> list[int]:
    before = timedelta(minutes=minutes)
    written = exists().where(
        Message.owner_id == Booking.owner_id,
        Message.booking_id == Booking.id,
        Message.recipient == Role.INVITEE,
        Message.sequence == Booking.sequence,
        Message.kind == MessageKind.REMINDER,
    )
    query = (
        select(Booking.id, Booking.starts_at, Booking.changed_at)
        .join(Booking.calendar)
        .where(
            Calendar.reminder == minutes,
            Booking.owner_id == Calendar.owner_id,  # so that the index by owner, calendar and start is used
            CONFIRMED,
            Booking.starts_at > now,
            Booking.starts_at <= now + before,
            ~written,
        )
    )
    return [row.id for row in connection.execute(query) if row.changed_at <= row.starts_at - before][:500]
