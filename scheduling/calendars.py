"""Calendars: create, change, list, delete or archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from availability.opening_hours import parse_availability
from database import db, lock_owner, transaction, utcnow
from models import UNUSED, Booking, Calendar, Link, Source
from scheduling.lookup import get_or_not_found

DEFAULTS = {column.name: column.default.arg for column in Calendar.__table__.columns if column.default is not None} | {
    "duration": 30,
    "step": 30,
    "link_days": 90,
    "reminder": 1440,
    "availability": parse_availability(["mon-fri 09:00-17:00"]),
}


@dataclass(frozen=True)
class Summary:
    """A calendar in the owner's list, with the numbers of its unused links and of its bookings.

    Both are counted up to `MANY`, since counting many thousands is slow.
    """

    MANY: ClassVar[int] = 100
    calendar: Calendar
    waiting: int
    booked: int


def create_calendar(owner_id: int, **fields: Any) -> Calendar:
    """Create a calendar as `new_calendar` does, save and return it."""
    with transaction() as session:
        calendar = new_calendar(owner_id, **fields)
        session.add(calendar)
        _hasten_sources(session, owner_id)
    return calendar


def new_calendar(owner_id: int, **fields: Any) -> Calendar:
    """Return an unsaved calendar with `fields` as its columns; by default half an hour, weekdays nine to five."""
    return Calendar(**DEFAULTS | fields, owner_id=owner_id, created_at=utcnow())


def get_calendar(owner_id: int, calendar_id: int) -> Calendar:
    """Return the owner's calendar, archived or not, with its owner loaded. Raises NotFound."""
    query = (
        select(Calendar)
        .join(Calendar.owner)
        .options(contains_eager(Calendar.owner))
        .where(Calendar.id == calendar_id, Calendar.owner_id == owner_id)
    )
    calendar: Calendar = get_or_not_found(query)
    return calendar


def get_any_calendar(calendar_id: int) -> Calendar:
    """Return the calendar of any owner, for the command line. Raises NotFound."""
    calendar: Calendar = get_or_not_found(select(Calendar).where(Calendar.id == calendar_id))
    return calendar


def change_calendar(owner_id: int, calendar_id: int, **fields: Any) -> Calendar:
    """Set columns of the calendar and return it; its appointments do not change. Raises NotFound."""
    with transaction() as session:
        lock_owner(owner_id)
        calendar = get_calendar(owner_id, calendar_id)
        for name, value in fields.items():
            setattr(calendar, name, value)
        _hasten_sources(session, owner_id)
    return calendar


def remove_calendar(owner_id: int, calendar_id: int) -> bool:
    """Delete the calendar, or archive it if it ever had a link; return whether it was archived.

    The links of an archived calendar show the owner's contact, and its appointments stay. Raises NotFound.
    """
    with transaction() as session:
        lock_owner(owner_id)
        calendar = get_calendar(owner_id, calendar_id)
        if has_links(calendar):
            calendar.archived_at = calendar.archived_at or utcnow()
            return True
        session.delete(calendar)
        return False


def restore_calendar(owner_id: int, calendar_id: int) -> Calendar:
    """Take the calendar out of the archive and return it; its unused links work again. Raises NotFound."""
    return change_calendar(owner_id, calendar_id, archived_at=None)


def has_links(calendar: Calendar) -> bool:
    """Return whether the calendar ever had a link."""
    query = select(exists().where(Link.owner_id == calendar.owner_id, Link.calendar_id == calendar.id))
    return bool(db.session.scalar(query))


def list_calendars(owner_id: int) -> Sequence[Calendar]:
    """Return the owner's calendars, without archived ones, oldest first."""
    query = select(Calendar).where(Calendar.owner_id == owner_id, Calendar.archived_at.is_(None))
    return db.session.scalars(query.order_by(Calendar.id)).all()


def calendar_summaries(owner_id: int, skip: int, limit: int) -> list[Summary]:
    """Return up to `limit` calendars of the owner after the first `skip`, with counts; archived ones come last."""
    alive = or_(Link.expires_at.is_(None), Link.expires_at > utcnow())
    waiting = _up_to_many(select(Link.id).where(_of_calendar(Link), UNUSED, alive))
    booked = _up_to_many(select(Booking.id).where(_of_calendar(Booking)))
    query = select(Calendar, waiting, booked).where(Calendar.owner_id == owner_id)
    query = query.order_by(Calendar.archived_at.is_not(None), Calendar.id).offset(skip).limit(limit)
    return [Summary(*row) for row in db.session.execute(query)]


def _of_calendar(table: type[Link] | type[Booking]) -> ColumnElement[bool]:
    return and_(table.owner_id == Calendar.owner_id, table.calendar_id == Calendar.id)


def _up_to_many(query: Select[int]) -> ScalarSelect[int]:
    few = query.limit(Summary.MANY).correlate(Calendar).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _hasten_sources(session: Session, owner_id: int) -> None:
    """Let the owner's other calendars be read soon: a horizon may reach further than they were read."""
    query = update(Source).where(Source.owner_id == owner_id, Source.problem == "", Source.due_at > utcnow())
    session.execute(query.values(due_at=utcnow()))
