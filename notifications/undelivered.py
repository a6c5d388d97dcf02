"""What an owner sees of the outbox: what could not be sent and why, to be sent again or let be."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import contains_eager

from database import Instant, db, transaction, utcnow
from models import UNDELIVERED, Booking, Calendar, Message, MessageState
from scheduling.errors import NotFound
from scheduling.notifications import KEEP_TRYING

LATE = timedelta(minutes=10)
FAILED = and_(UNDELIVERED, Message.state == MessageState.FAILED)

# Built once: it is asked with each of an owner's pages.
_DELIVERY_PROBLEMS = (
    select(Message.state, func.count())
    .where(
        Message.owner_id == bindparam("owner", type_=BigInteger),
        UNDELIVERED,
        or_(
            FAILED,
            and_(
                Message.state == MessageState.WAITING,
                Message.attempts > 0,
                Message.created_at < bindparam("late", type_=Instant),
            ),
        ),
    )
    .group_by(Message.state)
)


def failed(owner_id: int, most: int) -> Sequence[Message]:
    """Return what could not be sent, the latest first."""
    query = _own(owner_id).where(FAILED).order_by(Message.id.desc())
    return db.session.scalars(query.limit(most)).all()


def waiting(owner_id: int, most: int) -> Sequence[Message]:
    """Return what was tried and waits for its next try, soonest first."""
    query = _own(owner_id).where(UNDELIVERED, Message.state == MessageState.WAITING, Message.attempts > 0)
    return db.session.scalars(query.order_by(Message.due_at, Message.id).limit(most)).all()


def delivery_problems(owner_id: int) -> tuple[int, int]:
    """Return how many messages could not be sent, and how many were tried for more than ten minutes in vain."""
    rows = db.session.execute(_DELIVERY_PROBLEMS, {"owner": owner_id, "late": utcnow() - LATE})
    counts = {state: count for state, count in rows}  # noqa: C416
    return counts.get(MessageState.FAILED, 0), counts.get(MessageState.WAITING, 0)


def count_undelivered() -> tuple[int, int]:
    """Return how many messages of all owners wait to be sent, and how many could not be sent."""
    query = select(Message.state, func.count()).where(UNDELIVERED).group_by(Message.state)
    counts = {state: count for state, count in db.session.execute(query)}  # noqa: C416
    return counts.get(MessageState.WAITING, 0), counts.get(MessageState.FAILED, 0)


def for_booking(booking: Booking) -> Sequence[Message]:
    """Return all messages about a booking of the owner, in order; but those that were let be before they were sent."""
    query = select(Message).where(
        Message.owner_id == booking.owner_id, Message.booking_id == booking.id, Message.state != MessageState.DROPPED
    )
    return db.session.scalars(query.order_by(Message.id)).all()


def send_again(owner_id: int, message_id: int) -> None:
    """Try at once what could not be sent, or waits; what was sent stays sent. Raises NotFound."""
    _change(owner_id, message_id, **_anew(utcnow()))


def send_all_again(owner_id: int) -> None:
    """Try at once all that could not be sent."""
    with transaction() as session:
        session.execute(update(Message).where(Message.owner_id == owner_id, FAILED).values(**_anew(utcnow())))


def dismiss(owner_id: int, message_id: int) -> None:
    """Forget what could not be sent; what was sent stays sent. Raises NotFound."""
    _change(owner_id, message_id, state=MessageState.DROPPED, done_at=utcnow())


def _anew(now: datetime) -> dict[str, object]:
    return {
        "state": MessageState.WAITING,
        "due_at": now,
        "give_up_at": now + KEEP_TRYING,
        "attempts": 0,
        "done_at": None,
    }


def _own(owner_id: int) -> Select[Message]:
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
