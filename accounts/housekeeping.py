"""Clears what is of no use any more: `docs/privacy.md` has the periods."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from database import Base, transaction, wipe_deleted
from enums import MessageState
from models import AccountMessage, AccountToken, Booking, BrowserSession, Link, LoginAttempt, Message
from scheduling.erasing import erase_due

ATTEMPTS = timedelta(hours=1)
TOKENS = timedelta(days=30)
MAILS = timedelta(days=90)
UNUSED_LINKS = timedelta(days=365)
AT_ONCE = 500


def clear_old(now: datetime) -> int:
    """Erase what retention periods end, delete what is old, and return how many rows were erased or deleted."""
    cleared = erase_due(now)
    for table, condition in _old(now):
        while count := _delete(table, condition):
            cleared += count
    wipe_deleted()
    return cleared


def _old(now: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    ended = select(Booking.id).where(Booking.owner_id == Message.owner_id, Booking.ends_at <= now - MAILS)
    return [
        (BrowserSession, BrowserSession.expires_at <= now),
        (LoginAttempt, LoginAttempt.created_at <= now - ATTEMPTS),
        (AccountToken, or_(AccountToken.expires_at <= now - TOKENS, AccountToken.ended_at <= now - TOKENS)),
        (AccountMessage, AccountMessage.done_at <= now - MAILS),
        (Message, (Message.state != MessageState.WAITING) & Message.booking_id.in_(ended)),
        (
            Link,
            Link.used_at.is_(None) & or_(Link.expires_at <= now - UNUSED_LINKS, Link.revoked_at <= now - UNUSED_LINKS),
        ),
    ]


def _delete(table: type[Base], condition: ColumnElement[bool]) -> int:
    """Delete up to 500 rows, so that no booking waits for long; return how many."""
    key = table.__table__.c.id
    with transaction() as session:
        ids = session.scalars(select(key).where(condition).limit(AT_ONCE)).all()
        session.execute(delete(table).where(key.in_(ids)))
    return len(ids)
