"""Which source is read next, and by whom: any number of workers, each source by one of them at a time.

As in the outbox, a lease is in the row instead of a lock, is longer than a reading can take, and expires by itself.
"""

import random
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from database import db, snapshot, transaction
from models import Source
from remote_calendars.process import GRACE, SECONDS

LEASE = timedelta(seconds=3 * (SECONDS + GRACE))  # a token may be renewed before, and once more after a refusal
INTERVAL = timedelta(minutes=15)
JITTER = 0.1
FIRST_PAUSE, MAX_PAUSE = timedelta(minutes=1), timedelta(hours=1)


def next_due(now: datetime) -> datetime:
    """Return when a source that was read is read again: in 15 minutes, more or less, so that not all come at once."""
    return now + INTERVAL * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def retry_due(now: datetime, attempts: int, retry_after: int = 0) -> datetime:
    """Return when a source is tried again after `attempts` failures in a row: the pause doubles, up to an hour.

    It is at least as many seconds as its server asked for.
    """
    return now + max(min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), MAX_PAUSE), timedelta(seconds=retry_after))


def has_due_source(now: datetime) -> bool:
    """Return whether there is a source to read."""
    with snapshot(db.engine) as connection:
        return connection.scalar(select(Source.id).where(_due(now)).limit(1)) is not None


def lease_next(now: datetime) -> Source | None:
    """Return the source that has waited longest, leased to the caller; None if none is due."""
    query = select(Source).where(_due(now)).order_by(Source.due_at, Source.id).limit(1)
    with transaction() as session:
        source = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if source:
            source.leased_until = now + LEASE
    return _detached(source)


def lease(owner_id: int, source_id: int, now: datetime) -> Source | None:
    """Return the owner's source, leased to the caller, due or not; None if somebody reads it at this moment."""
    query = select(Source).where(Source.owner_id == owner_id, Source.id == source_id, _free(now))
    with transaction() as session:
        source = session.scalars(query.with_for_update()).one_or_none()
        if source:
            source.leased_until = now + LEASE
    return _detached(source)


def _detached(source: Source | None) -> Source | None:
    """Return the source outside of its session, so that it keeps saying until when the caller has it."""
    if source:
        db.session.expunge(source)
    return source


def _due(now: datetime) -> ColumnElement[bool]:
    return (Source.paused_at.is_(None)) & (Source.due_at <= now) & _free(now)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Source.leased_until.is_(None), Source.leased_until <= now)
