"""Writes the messages about a booking to the outbox, in the transaction that makes or changes it.

Nothing is sent here: `notifications.worker` sends the rows later.
"""

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from database import Instant, column_values, db
from enums import MessageKind, MessageState, Role
from models import AccountMessage, Booking, Change, MailTable, Message, Owner

KEEP_TRYING = timedelta(days=3)
WARN_AFTER = timedelta(minutes=10)

_INSERT = insert(Message.__table__)  # type: ignore[arg-type]


def _count(table: MailTable, *what: ColumnElement[bool]) -> ScalarSelect[int]:
    mails = select(func.count()).where(table.owner_id == Owner.id, table.is_undelivered(), *what)
    return mails.correlate(Owner).scalar_subquery()


def _count_failed(table: MailTable) -> ScalarSelect[int]:
    return _count(table, table.is_failed())


def _count_late(table: MailTable) -> ScalarSelect[int]:
    was_tried = table.attempts > literal_column("0")
    return _count(table, table.is_waiting(), was_tried, table.created_at < bindparam("late", type_=Instant))


# Parts of a query of owners: how many of their mails failed, and how many were tried without success before `late`.
FAILED_MAILS = _count_failed(Message) + _count_failed(AccountMessage)
LATE_MAILS = _count_late(Message) + _count_late(AccountMessage)


def enqueue_notifications(
    connection: Connection, booking: Booking, kind: MessageKind, now: datetime, change: Change | None = None
) -> None:
    """Write a message to each side about the booking; booking and change must be flushed before.

    A message about a change says all that one before it would, so those that are not sent yet are dropped.
    """
    if change:
        drop_undelivered(booking, now)
    give_up_at = min(now + KEEP_TRYING, booking.ends_at)
    rows = [column_values(new_message(booking, kind, recipient, now, give_up_at, change)) for recipient in Role]
    connection.execute(_INSERT, rows)


def new_message(
    booking: Booking,
    kind: MessageKind,
    recipient: Role,
    now: datetime,
    give_up_at: datetime,
    change: Change | None = None,
) -> Message:
    """Return a message about the booking as it is now, not added to a session."""
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


def drop_undelivered(booking: Booking, now: datetime, recipient: Role | None = None) -> None:
    """Drop the booking's messages, or those to one side, that are not sent, but those that a worker has in hand now.

    A row that a worker has locked is left out: a booking never waits for mail. `outbox.lease_next` drops it later.
    """
    free = or_(Message.leased_until.is_(None), Message.leased_until <= now)
    mine = [Message.owner_id == booking.owner_id, Message.booking_id == booking.id]
    if recipient is not None:
        mine.append(Message.recipient == recipient)
    found = db.session.scalars(
        select(Message.id).where(*mine, Message.is_undelivered(), free).with_for_update(skip_locked=True)
    ).all()
    if found:
        dropped = {"state": MessageState.DROPPED, "done_at": now}
        db.session.execute(update(Message).where(Message.id.in_(found)).values(dropped))
