"""Undelivered mail as an owner sees it: failed and waiting mails, to be sent again or dismissed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, String, and_, func, select, type_coerce, union_all, update
from sqlalchemy.orm import contains_eager

from database import db, transaction, utcnow
from enums import MessageState
from models import AccountMessage, Booking, Calendar, MailTable, Message
from scheduling.errors import NotFound
from scheduling.notifications import KEEP_TRYING

Row = TypeVar("Row")

TABLES: tuple[MailTable, ...] = (Message, AccountMessage)


def failed(owner_id: int, limit: int) -> Sequence[Message]:
    """Return up to `limit` failed mails about bookings, newest first."""
    return db.session.scalars(_newest(_of_bookings(owner_id), Message, limit)).all()


def failed_account_mails(owner_id: int, limit: int) -> Sequence[AccountMessage]:
    """Return up to `limit` failed mails about the account, newest first."""
    return db.session.scalars(_newest(_of_account(owner_id), AccountMessage, limit)).all()


def waiting(owner_id: int, limit: int) -> Sequence[Message]:
    """Return up to `limit` mails about bookings that were tried and wait for the next attempt, soonest first."""
    return db.session.scalars(_soonest(_of_bookings(owner_id), Message, limit)).all()


def waiting_account_mails(owner_id: int, limit: int) -> Sequence[AccountMessage]:
    """Return up to `limit` mails about the account that were tried and wait for the next attempt, soonest first."""
    return db.session.scalars(_soonest(_of_account(owner_id), AccountMessage, limit)).all()


def count_undelivered() -> tuple[int, int]:
    """Return how many mails of all owners are waiting, and how many failed."""
    counts: Counter[str] = Counter()
    for state, count in db.session.execute(union_all(*(_counts(table) for table in TABLES))):
        counts[state] += count
    return counts[MessageState.WAITING], counts[MessageState.FAILED]


def for_booking(booking: Booking) -> Sequence[Message]:
    """Return all messages about a booking, in order, except dropped ones."""
    query = select(Message).where(
        Message.owner_id == booking.owner_id, Message.booking_id == booking.id, Message.state != MessageState.DROPPED
    )
    return db.session.scalars(query.order_by(Message.id)).all()


def send_again(owner_id: int, mail_id: int, table: MailTable = Message) -> None:
    """Retry a failed or waiting mail at once; a sent one stays as it is. Raises NotFound."""
    _change(table, owner_id, mail_id, **_retry_values(utcnow()))


def send_all_again(owner_id: int) -> None:
    """Retry all failed mails at once."""
    with transaction() as session:
        for table in TABLES:
            mine = and_(table.owner_id == owner_id, table.is_failed())
            session.execute(update(table).where(mine).values(**_retry_values(utcnow())))


def dismiss(owner_id: int, mail_id: int, table: MailTable = Message) -> None:
    """Give up a failed or waiting mail; a sent one stays as it is. Raises NotFound."""
    _change(table, owner_id, mail_id, state=MessageState.DROPPED, done_at=utcnow())


def _retry_values(now: datetime) -> dict[str, object]:
    return {
        "state": MessageState.WAITING,
        "due_at": now,
        "give_up_at": now + KEEP_TRYING,
        "attempts": 0,
        "done_at": None,
    }


def _of_bookings(owner_id: int) -> Select[Message]:
    return (
        select(Message)
        .join(Message.booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .options(contains_eager(Message.booking).contains_eager(Booking.calendar).contains_eager(Calendar.owner))
        .where(Message.owner_id == owner_id)
    )


def _of_account(owner_id: int) -> Select[AccountMessage]:
    return select(AccountMessage).where(AccountMessage.owner_id == owner_id)


def _newest(query: Select[Row], table: MailTable, limit: int) -> Select[Row]:
    return query.where(table.is_failed()).order_by(table.id.desc()).limit(limit)


def _soonest(query: Select[Row], table: MailTable, limit: int) -> Select[Row]:
    tried = and_(table.is_undelivered(), table.is_waiting(), table.attempts > 0)
    return query.where(tried).order_by(table.due_at, table.id).limit(limit)


def _counts(table: MailTable) -> Select[str, int]:
    state = type_coerce(table.state, String)
    return select(state, func.count()).where(table.is_undelivered()).group_by(state)


def _change(table: MailTable, owner_id: int, mail_id: int, **values: object) -> None:
    with transaction() as session:
        mine = and_(table.owner_id == owner_id, table.id == mail_id)
        if session.scalar(select(table.id).where(mine)) is None:
            raise NotFound
        session.execute(update(table).where(mine, table.is_undelivered()).values(**values))
