"""Undelivered mail as an owner sees it: failed and waiting messages, to be sent again or dismissed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.orm import contains_eager

from database import db, transaction, utcnow
from models import FAILED, UNDELIVERED, Booking, Calendar, Message, MessageState
from scheduling.errors import NotFound
from scheduling.notifications import KEEP_TRYING


def failed(owner_id: int, limit: int) -> Sequence[Message]:
    """Return up to `limit` failed messages, newest first."""
    query = _messages_of(owner_id).where(FAILED).order_by(Message.id.desc())
    return db.session.scalars(query.limit(limit)).all()


def waiting(owner_id: int, limit: int) -> Sequence[Message]:
    """Return up to `limit` messages that were tried and wait for the next attempt, soonest first."""
    query = _messages_of(owner_id).where(UNDELIVERED, Message.state == MessageState.WAITING, Message.attempts > 0)
    return db.session.scalars(query.order_by(Message.due_at, Message.id).limit(limit)).all()


def count_undelivered() -> tuple[int, int]:
    """Return how many messages of all owners are waiting, and how many failed."""
    query = select(Message.state, func.count()).where(UNDELIVERED).group_by(Message.state)
    counts = {state: count for state, count in db.session.execute(query)}  # noqa: C416
    return counts.get(MessageState.WAITING, 0), counts.get(MessageState.FAILED, 0)


def for_booking(booking: Booking) -> Sequence[Message]:
    """Return all messages about a booking, in order, except dropped ones."""
    query = select(Message).where(
        Message.owner_id == booking.owner_id, Message.booking_id == booking.id, Message.state != MessageState.DROPPED
    )
    return db.session.scalars(query.order_by(Message.id)).all()


def send_again(owner_id: int, message_id: int) -> None:
    """Retry a failed or waiting message at once; a sent one stays as it is. Raises NotFound."""
    _change(owner_id, message_id, **_retry_values(utcnow()))


def send_all_again(owner_id: int) -> None:
    """Retry all failed messages at once."""
    with transaction() as session:
        session.execute(update(Message).where(Message.owner_id == owner_id, FAILED).values(**_retry_values(utcnow())))


def dismiss(owner_id: int, message_id: int) -> None:
    """Give up a failed or waiting message; a sent one stays as it is. Raises NotFound."""
    _change(owner_id, message_id, state=MessageState.DROPPED, done_at=utcnow())


def _retry_values(now: datetime) -> dict[str, object]:
    return {
        "state": MessageState.WAITING,
        "due_at": now,
        "give_up_at": now + KEEP_TRYING,
        "attempts": 0,
        "done_at": None,
    }


def _messages_of(owner_id: int) -> Select[Message]:
    return (
        select(Message)
        .join(Message.booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .options(contains_eager(Message.booking).contains_eager(Booking.calendar).contains_eager(Calendar.owner))
        .where(Message.owner_id == owner_id)
    )


def _change(owner_id: int, message_id: int, **values: object) -> None:
    with transaction() as session:
        mine = and_(Message.owner_id == owner_id, Message.id == message_id)
        if session.scalar(select(Message.id).where(mine)) is None:
            raise NotFound
        session.execute(update(Message).where(mine, UNDELIVERED).values(**values))
