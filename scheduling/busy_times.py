"""Busy times that an owner enters, such as a holiday; they block all of the owner's calendars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, func, literal, null, select, union_all

from database import db, lock_owner, transaction, utcnow
from models import CONFIRMED, Booking, BusyTime, ImportedTime, Source
from scheduling.lookup import get_or_not_found


def add_busy_time(owner_id: int, start: datetime, end: datetime, note: str = "") -> BusyTime:
    """Create a busy time and return it; appointments within it stay."""
    with transaction() as session:
        lock_owner(owner_id)
        busy = BusyTime(owner_id=owner_id, starts_at=start, ends_at=end, note=note, created_at=utcnow())
        session.add(busy)
    return busy


def change_busy_time(owner_id: int, busy_id: int, start: datetime, end: datetime, note: str = "") -> BusyTime:
    """Change the interval and the note of a busy time; return it. Raises NotFound."""
    with transaction():
        busy = _get_for_update(owner_id, busy_id)
        busy.starts_at, busy.ends_at, busy.note = start, end, note
    return busy


def delete_busy_time(owner_id: int, busy_id: int) -> BusyTime:
    """Delete the busy time and return it. Raises NotFound."""
    with transaction() as session:
        busy = _get_for_update(owner_id, busy_id)
        session.delete(busy)
    return busy


def get_busy_time(owner_id: int, busy_id: int) -> BusyTime:
    """Return the owner's busy time. Raises NotFound."""
    query = select(BusyTime).where(BusyTime.id == busy_id, BusyTime.owner_id == owner_id)
    busy: BusyTime = get_or_not_found(query)
    return busy


class Busy(NamedTuple):
    """A busy time: one that the owner blocked, with its `note`, or one of the other calendar named `source`."""

    starts_at: datetime
    ends_at: datetime
    note: str
    source: str | None


def busy_between(owner_id: int, since: datetime, until: datetime) -> list[Busy]:
    """Return the busy times that meet `[since, until)`, blocked and imported ones, soonest first."""
    blocked, imported = (
        (table.owner_id == owner_id, table.ends_at > since, table.starts_at < until)
        for table in (BusyTime, ImportedTime)
    )
    ours = (Source.owner_id == ImportedTime.owner_id) & (Source.id == ImportedTime.source_id)
    times = select(ImportedTime.starts_at, ImportedTime.ends_at, literal(""), Source.name).join(Source, ours)
    both: CompoundSelect[Any] = union_all(
        select(BusyTime.starts_at, BusyTime.ends_at, BusyTime.note, null()).where(*blocked), times.where(*imported)
    )
    return sorted((Busy(*row) for row in db.session.execute(both)), key=lambda busy: busy.starts_at)


def upcoming_busy_times(owner_id: int, now: datetime, limit: int) -> Sequence[tuple[BusyTime, int]]:
    """Return up to `limit` busy times that have not ended, soonest first, each with its number of appointments."""
    within = (
        select(func.count())
        .select_from(Booking)
        .where(
            Booking.owner_id == BusyTime.owner_id,
            CONFIRMED,
            Booking.blocked_until > BusyTime.starts_at,
            Booking.ends_at > BusyTime.starts_at,
            Booking.starts_at < BusyTime.ends_at,
        )
        .scalar_subquery()
    )
    query = select(BusyTime, within).where(BusyTime.owner_id == owner_id, BusyTime.ends_at > now)
    found = db.session.execute(query.order_by(BusyTime.starts_at, BusyTime.id).limit(limit))
    return [(busy, count) for busy, count in found]


def _get_for_update(owner_id: int, busy_id: int) -> BusyTime:
    lock_owner(owner_id)
    return get_busy_time(owner_id, busy_id)
