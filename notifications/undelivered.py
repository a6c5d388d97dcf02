"""Undelivered mail as an owner sees it: failed and waiting mails, to be sent again or dismissed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.orm import contains_eager

from database import Instant, db, transaction, utcnow
from models import AccountMessage, Booking, Calendar, Message, MessageState
from notifications.leases import MailTable
from scheduling.errors import NotFound
from scheduling.notifications import KEEP_TRYING

Row = TypeVar("Row")

WARN_AFTER = timedelta(minutes=10)
TABLES: tuple[MailTable, ...] = (Message, AccountMessage)


def _undelivered(table: MailTable) -> ColumnElement[bool]:
    """Return the condition that a mail is not sent. The values are literals, so that SQLite uses its partial index."""
    return table.state.in_((literal_column("'waiting'"), literal_column("'failed'")))


def _failed(table: MailTable) -> ColumnElement[bool]:
    return and_(_undelivered(table), table.state == MessageState.FAILED)


def _problems(table: MailTable) -> Select[str, int]:
    """Return the query that counts an owner's mails that failed, and those that wait for too long."""
    late = and_(
        table.state == MessageState.WAITING,
        table.attempts > 0,
        table.created_at < bindparam("late", type_=Instant),
    )
    mine = and_(table.owner_id == bindparam("owner", type_=BigInteger), _undelivered(table))
    return select(_state(table), func.count()).where(mine, or_(_failed(table), late)).group_by(table.state)


def _state(table: MailTable) -> ColumnElement[str]:
    return type_coerce(table.state, String)


# Built once: it runs with each of an owner's pages.
_DELIVERY_PROBLEMS = union_all(*(_problems(table) for table in TABLES))


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


def delivery_problems(owner_id: int) -> tuple[int, int]:
    """Return how many mails failed, and how many were tried without success for more than ten minutes."""
    counts = _counted(_DELIVERY_PROBLEMS, owner=owner_id, late=utcnow() - WARN_AFTER)
    return counts[MessageState.FAILED], counts[MessageState.WAITING]


def count_undelivered() -> tuple[int, int]:
    """Return how many mails of all owners are waiting, and how many failed."""
    queries = (select(_state(table), func.count()).where(_undelivered(table)).group_by(table.state) for table in TABLES)
    counts = _counted(union_all(*queries))
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
            mine = and_(table.owner_id == owner_id, _failed(table))
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
    return query.where(_failed(table)).order_by(table.id.desc()).limit(limit)


def _soonest(query: Select[Row], table: MailTable, limit: int) -> Select[Row]:
    tried = and_(_undelivered(table), table.state == MessageState.WAITING, table.attempts > 0)
    return query.where(tried).order_by(table.due_at, table.id).limit(limit)


def _counted(query: CompoundSelect[str, int], **parameters: object) -> Counter[str]:
    """Return the sum of the counts for each state."""
    counts: Counter[str] = Counter()
    for state, count in db.session.execute(query, parameters):
        counts[state] += count
    return counts


def _change(table: MailTable, owner_id: int, mail_id: int, **values: object) -> None:
    with transaction() as session:
        mine = and_(table.owner_id == owner_id, table.id == mail_id)
        if session.scalar(select(table.id).where(mine)) is None:
            raise NotFound
        session.execute(update(table).where(mine, _undelivered(table)).values(**values))
