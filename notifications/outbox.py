"""The outbox: a queue of messages in the database. Any number of workers may empty it; each message has one worker.

A worker leases a message instead of locking it, since a lock would block bookings on SQLite. A lease is longer than
sending can take (`smtp.MESSAGE_TIMEOUT`), and expires by itself if the worker is killed.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager, with_expression

from database import db, snapshot, transaction
from models import WAITING, Booking, Calendar, Message, MessageKind, MessageState

LEASE = timedelta(seconds=90)
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=15), timedelta(hours=1)


def pause(attempts: int, longest: timedelta = MAX_PAUSE) -> timedelta:
    """Return how long to wait after `attempts` failures in a row: it doubles each time, up to `longest`."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), longest)


def has_due_message(now: datetime) -> bool:
    """Return whether there is a message to send."""
    with snapshot(db.engine) as connection:
        return connection.scalar(_due(now)) is not None


def lease_next(now: datetime) -> Message | None:
    """Return the next message to send, leased to the caller; None if there is none.

    Messages to one recipient about one booking keep their order. A reminder that is outdated is dropped, and a message
    that one about a later change has overtaken. The message is detached from its session, so it can be read even if the
    database fails later.
    """
    message = None
    with transaction() as session:
        while message_id := session.scalar(_due(now).with_for_update(skip_locked=True)):
            message = _load(session, message_id)
            if not _outdated(session, message, now):
                lease = update(Message).where(Message.id == message.id).values(leased_until=now + LEASE)
                session.execute(lease.execution_options(synchronize_session=False))  # a flush would unload `told_start`
                break
            message.state, message.done_at = MessageState.DROPPED, now
            session.flush()
            message = None
    session.expunge_all()
    return message


def mark_sent(message: Message, now: datetime) -> None:
    """Record that the mail server accepted the message."""
    _update(message, state=MessageState.SENT, done_at=now, error="", attempts=message.attempts + 1)


def mark_failed(message: Message, now: datetime, error: str) -> None:
    """Record that the message can't be sent, and the error."""
    _update(message, state=MessageState.FAILED, done_at=now, error=error, attempts=message.attempts + 1)


def postpone(message: Message, now: datetime, error: str) -> None:
    """Retry the message later, after a longer pause each time; after its `give_up_at` it has failed."""
    attempts = message.attempts + 1
    due_at = now + pause(attempts)
    if due_at > message.give_up_at:
        mark_failed(message, now, error)
    else:
        _update(message, due_at=due_at, error=error, attempts=attempts)


def postpone_all(now: datetime, until: datetime, error: str) -> None:
    """Retry all due messages at `until`, when the mail server is unavailable."""
    due = and_(WAITING, Message.due_at <= now, _not_leased(now))
    with transaction() as session:
        session.execute(
            update(Message)
            .where(due, Message.give_up_at <= until)
            .values(state=MessageState.FAILED, done_at=now, error=error, attempts=Message.attempts + 1)
        )
        session.execute(update(Message).where(due).values(due_at=until, error=error, attempts=Message.attempts + 1))


def _due(now: datetime) -> Select[int]:
    earlier = aliased(Message)
    waiting_earlier = and_(_same_thread(earlier), earlier.state == MessageState.WAITING, earlier.id < Message.id)
    return (
        select(Message.id)
        .where(WAITING, Message.due_at <= now, _not_leased(now), ~exists().where(waiting_earlier))
        .order_by(Message.due_at, Message.id)
        .limit(1)
    )


def _same_thread(other: type[Message]) -> ColumnElement[bool]:
    """Return the condition that `other` goes to the same recipient about the same booking."""
    return and_(
        other.owner_id == Message.owner_id,
        other.booking_id == Message.booking_id,
        other.recipient == Message.recipient,
    )


def _not_leased(now: datetime) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


def _load(session: Session, message_id: int) -> Message:
    """Return the message with everything that its mail is composed from."""
    before = aliased(Message)
    told_start = (
        select(before.starts_at)
        .where(_same_thread(before), before.state == MessageState.SENT, before.id < Message.id)
        .order_by(before.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Message)
        .join(Message.booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .outerjoin(Message.change)
        .options(
            contains_eager(Message.booking).contains_eager(Booking.calendar).contains_eager(Calendar.owner),
            contains_eager(Message.change),
            with_expression(Message.told_start, told_start),
        )
        .where(Message.id == message_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one()


def _outdated(session: Session, message: Message, now: datetime) -> bool:
    booking = message.booking
    if message.kind is MessageKind.REMINDER:
        return not (booking.is_confirmed and booking.sequence == message.sequence and booking.starts_at > now)
    later = aliased(Message)
    of_a_change = and_(_same_thread(later), later.change_id.is_not(None), later.sequence > Message.sequence)
    query = select(exists().where(of_a_change, later.state != MessageState.DROPPED)).where(Message.id == message.id)
    return bool(session.scalar(query))


def _update(message: Message, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message.id).values(leased_until=None, **values))
