"""Busy times that an owner blocks by hand: a holiday, the dentist. They hold in all calendars."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clock import utcnow
from database import db, lock_owner, writing
from models import CONFIRMED, Booking, BusyTime
from scheduling.refusals import Unknown


def block(owner_id: int, start: datetime, end: datetime, note: str = "") -> BusyTime:
    """Return a new busy time; appointments that are in it stay."""
    with writing() as session:
        lock_owner(session, owner_id)
        busy = BusyTime(owner_id=owner_id, starts_at=start, ends_at=end, note=note, created_at=utcnow())
        session.add(busy)
    return busy


def change_busy_time(owner_id: int, busy_id: int, start: datetime, end: datetime, note: str = "") -> BusyTime:
    """Return the busy time with another extent or note. Raises Unknown."""
    with writing() as session:
        busy = _alone(session, owner_id, busy_id)
        busy.starts_at, busy.ends_at, busy.note = start, end, note
    return busy


def unblock(owner_id: int, busy_id: int) -> BusyTime:
    """Return the busy time, which is no more. Raises Unknown."""
    with writing() as session:
        busy = _alone(session, owner_id, busy_id)
        session.delete(busy)
    return busy


def own_busy_time(owner_id: int, busy_id: int) -> BusyTime:
    """Return the owner's busy time. Raises Unknown."""
    query = select(BusyTime).where(BusyTime.id == busy_id, BusyTime.owner_id == owner_id)
    busy = db.session.scalars(query).one_or_none()
    if busy is None:
        raise Unknown
    return busy


def coming_busy_times(owner_id: int, now: datetime, most: int) -> Sequence[tuple[BusyTime, int]]:
    """Return up to `most` busy times that have not ended, soonest first, each with how many appointments it has."""
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
    found = db.session.execute(query.order_by(BusyTime.starts_at, BusyTime.id).limit(most))
    return [(busy, count) for busy, count in found]


def _alone(session: Session, owner_id: int, busy_id: int) -> BusyTime:
    lock_owner(session, owner_id)
    return own_busy_time(owner_id, busy_id)
