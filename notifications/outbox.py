"""The outbox: queues of mails in the database. Any number of workers may empty them; each mail has one worker.

A worker leases a mail instead of locking it, since a lock would block bookings on SQLite. A lease is longer than
sending can take (`smtp.MESSAGE_TIMEOUT`), and expires by itself if the worker is killed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, update
from sqlalchemy.orm import Session

from database import db, snapshot, transaction
from enums import MessageState
from models import AccountMessage, Mail, MailTable, Message
from notifications import account_queue, booking_queue
from notifications.leases import is_ready

LEASE = timedelta(seconds=90)
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=15), timedelta(hours=1)


@dataclass(frozen=True)
class Queue:
    """One kind of mail: its table, the query for the next one's id, and what the modules of these names say of it."""

    table: MailTable
    due: Callable[[datetime], Select[int]]
    load: Callable[[Session, int], Any]
    is_outdated: Callable[[Session, Any, datetime], bool]


ACCOUNTS = Queue(AccountMessage, account_queue.due, account_queue.load, account_queue.is_outdated)
BOOKINGS = Queue(Message, booking_queue.due, booking_queue.load, booking_queue.is_outdated)
QUEUES = (ACCOUNTS, BOOKINGS)


def pause(attempts: int, longest: timedelta = MAX_PAUSE) -> timedelta:
    """Return how long to wait after `attempts` failures in a row: it doubles each time, up to `longest`."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), longest)


def has_due_message(now: datetime) -> bool:
    """Return whether there is a mail to send."""
    with snapshot(db.engine) as connection:
        return any(connection.scalar(queue.due(now)) is not None for queue in QUEUES)


def lease_next(now: datetime) -> Mail | None:
    """Return the next mail to send, leased to the caller; None if there is none.

    Those about accounts go first: whoever has forgotten a password waits at the screen. Outdated ones are dropped. The
    mail is detached from its session, so it can be read even if the database fails later.
    """
    with transaction() as session:
        mail = _lease(session, ACCOUNTS, now) or _lease(session, BOOKINGS, now)
    session.expunge_all()
    return mail


def mark_sent(mail: Mail, now: datetime) -> None:
    """Record that the mail server accepted the mail."""
    _update(mail, state=MessageState.SENT, done_at=now, error="", attempts=mail.attempts + 1)


def mark_failed(mail: Mail, now: datetime, error: str) -> None:
    """Record that the mail can't be sent, and the error."""
    _update(mail, state=MessageState.FAILED, done_at=now, error=error, attempts=mail.attempts + 1)


def postpone(mail: Mail, now: datetime, error: str) -> None:
    """Retry the mail later, after a longer pause each time; after its `give_up_at` it has failed."""
    attempts = mail.attempts + 1
    due_at = now + pause(attempts)
    if due_at > mail.give_up_at:
        mark_failed(mail, now, error)
    else:
        _update(mail, due_at=due_at, error=error, attempts=attempts)


def postpone_all(now: datetime, until: datetime, error: str) -> None:
    """Retry all due mails at `until`, when the mail server is unavailable."""
    with transaction() as session:
        for table in (queue.table for queue in QUEUES):
            due, once_more = is_ready(table, now), {"error": error, "attempts": table.attempts + 1}
            failed = {"state": MessageState.FAILED, "done_at": now}
            session.execute(update(table).where(due, table.give_up_at <= until).values(failed | once_more))
            session.execute(update(table).where(due).values(due_at=until, **once_more))


def _lease(session: Session, queue: Queue, now: datetime) -> Mail | None:
    while mail_id := session.scalar(queue.due(now).with_for_update(skip_locked=True)):
        mail: Mail = queue.load(session, mail_id)
        if not queue.is_outdated(session, mail, now):
            lease = update(queue.table).where(queue.table.id == mail.id).values(leased_until=now + LEASE)
            session.execute(lease.execution_options(synchronize_session=False))  # a flush would unload `told_start`
            return mail
        mail.state, mail.done_at = MessageState.DROPPED, now
        session.flush()
    return None


def _update(mail: Mail, **values: Any) -> None:
    """Write what became of the mail, unless it was dropped meanwhile: an error may name what was erased then."""
    table = type(mail)
    with transaction() as session:
        waits = (table.id == mail.id, table.is_waiting())
        session.execute(update(table).where(*waits).values(leased_until=None, **values))
