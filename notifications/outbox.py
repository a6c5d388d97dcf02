"""The outbox: rows that say what is to be sent. Any number of workers may empty it, and none takes what another has.

A worker has a message in hand by a lease, not by a lock, since a lock would keep bookings waiting on SQLite. A lease is
longer than one message can take (`smtp.MOST`), and ends by itself when its worker was killed.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager

from database import db, snapshot, transaction
from models import WAITING, Booking, Calendar, Message, MessageKind, MessageState

LEASE = timedelta(seconds=90)
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=15), timedelta(hours=1)


def pause(attempts: int, longest: timedelta = MAX_PAUSE) -> timedelta:
    """Return how long to wait after so many failures in a row: each time twice as long."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), longest)


def is_due(now: datetime) -> bool:
    """Return whether there is something to send."""
    with snapshot(db.engine) as connection:
        return connection.scalar(_due(now)) is not None


def take(now: datetime) -> Message | None:
    """Return the next message to send, in the caller's hand for the time of a lease; None if there is none.

    What is told to one person about one booking goes in the order in which it happened. A reminder of what is
    not to take place then any more is dropped. The message belongs to no session: what becomes of the database later
    can't take away what is known of it.
    """
    message = None
    with transaction() as session:
        while message_id := session.scalar(_due(now).with_for_update(skip_locked=True)):
            message = _whole(session, message_id)
            if not _outdated(message, now):
                message.leased_until = now + LEASE
                break
            message.state, message.done_at = MessageState.DROPPED, now
            session.flush()
            message = None
    session.expunge_all()
    return message


def mark_sent(message: Message, now: datetime) -> None:
    """Remember that the server took it on."""
    _settle(message, state=MessageState.SENT, done_at=now, error="", attempts=message.attempts + 1)


def mark_failed(message: Message, now: datetime, error: str) -> None:
    """Remember that it can't be sent, and why."""
    _settle(message, state=MessageState.FAILED, done_at=now, error=error, attempts=message.attempts + 1)


def put_off(message: Message, now: datetime, error: str) -> None:
    """Try it again later, each time after a longer pause; when it is too late for that, it has failed."""
    attempts = message.attempts + 1
    due_at = now + pause(attempts)
    if due_at > message.give_up_at:
        mark_failed(message, now, error)
    else:
        _settle(message, due_at=due_at, error=error, attempts=attempts)


def put_all_off(now: datetime, until: datetime, error: str) -> None:
    """Try all that is due again at `until`: the mail server is away, and no message is to blame."""
    tried = and_(WAITING, Message.due_at <= now, _free(now))
    with transaction() as session:
        session.execute(
            update(Message)
            .where(tried, Message.give_up_at <= until)
            .values(state=MessageState.FAILED, done_at=now, error=error, attempts=Message.attempts + 1)
        )
        session.execute(update(Message).where(tried).values(due_at=until, error=error, attempts=Message.attempts + 1))


def _due(now: datetime) -> Select[int]:
    earlier = aliased(Message)
    told_before = and_(
        earlier.owner_id == Message.owner_id,
        earlier.booking_id == Message.booking_id,
        earlier.recipient == Message.recipient,
        earlier.state == MessageState.WAITING,
        earlier.id < Message.id,
    )
    return (
        select(Message.id)
        .where(WAITING, Message.due_at <= now, _free(now), ~exists().where(told_before))
        .order_by(Message.due_at, Message.id)
        .limit(1)
    )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Message.leased_until.is_(None), Message.leased_until <= now)


def _whole(session: Session, message_id: int) -> Message:
    """Return the message with all that its mail is written from."""
    query = (
        select(Message)
        .join(Message.booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .outerjoin(Message.change)
        .options(
            contains_eager(Message.booking).contains_eager(Booking.calendar).contains_eager(Calendar.owner),
            contains_eager(Message.change),
        )
        .where(Message.id == message_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one()


def _outdated(message: Message, now: datetime) -> bool:
    booking = message.booking
    stands = booking.is_confirmed and booking.sequence == message.sequence and booking.starts_at > now
    return message.kind is MessageKind.REMINDER and not stands


def _settle(message: Message, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message.id).values(leased_until=None, **values))
