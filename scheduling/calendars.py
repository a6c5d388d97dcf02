"""Calendars: create, change, list, delete or archive."""

from collections.abc import Sequence
from functools import reduce
from itertools import islice
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session, contains_eager

from availability.opening_hours import parse_availability
from availability.slots import Availability
from database import Instant, db, lock_owner, transaction, utcnow
from database.prepared import Prepared
from models import UNUSED, Booking, Calendar, Link, Source
from scheduling.errors import NotFound
from scheduling.lookup import get_or_not_found
from scheduling.search import having

DEFAULTS = {column.name: column.default.arg for column in Calendar.__table__.columns if column.default is not None} | {
    "duration": 30,
    "step": 30,
    "link_days": 90,
    "reminder": 1440,
    "availability": parse_availability(["mon-fri 09:00-17:00"]),
}

MANY = 100
MOST_SEARCHED = 1000
ARCHIVED = Calendar.archived_at.is_not(None).label("is_archived")


class Summary(NamedTuple):
    """A calendar in the owner's list, with the numbers of its unused links and of its bookings.

    Counting many thousands is slow, so `MANY` or more stands for many.
    """

    id: int
    name: str
    duration: int
    location: str
    timezone: str
    availability: Availability
    is_open: bool
    is_archived: bool
    waiting: int
    booked: int


class CalendarName(NamedTuple):
    """A calendar in a list of links. `is_open`: it takes bookings."""

    id: int
    name: str
    is_open: bool


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


def copy_of(calendar: Calendar, name: str) -> Calendar:
    """Return an unsaved calendar of this name that is like `calendar` in all else."""
    own = {"id", "owner_id", "name", "created_at", "archived_at"}
    fields = {column.key: getattr(calendar, column.key) for column in Calendar.__table__.columns}
    return new_calendar(calendar.owner_id, name=name, **{key: value for key, value in fields.items() if key not in own})


def get_calendar(owner_id: int, calendar_id: int) -> Calendar:
    """Return the owner's calendar, archived or not, with its owner loaded. Raises NotFound."""
    calendar: Calendar = get_or_not_found(_WITH_OWNER, {"owner": owner_id, "id": calendar_id})
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


def calendar_names(owner_id: int) -> list[CalendarName]:
    """Return the owner's calendars, without archived ones, oldest first."""
    return list(map(CalendarName._make, _NAMES.rows(db.session.connection(), owner=owner_id)))


def calendar_name(owner_id: int, calendar_id: int) -> CalendarName:
    """Return the owner's calendar, archived or not. Raises NotFound."""
    row = _NAME.row(db.session.connection(), owner=owner_id, id=calendar_id)
    if row is None:
        raise NotFound
    return CalendarName._make(row)


def open_hours(owner_id: int) -> Sequence[Availability]:
    """Return the availability of each calendar that takes bookings, up to `MOST_SEARCHED`; equal ones once."""
    query = select(Calendar.availability).where(
        Calendar.owner_id == owner_id, Calendar.archived_at.is_(None), Calendar.is_open
    )
    return db.session.scalars(query.distinct().limit(MOST_SEARCHED)).all()


_OWNER = bindparam("owner", type_=BigInteger)
_WITH_OWNER = (
    select(Calendar)
    .join(Calendar.owner)
    .options(contains_eager(Calendar.owner))
    .where(Calendar.id == bindparam("id", type_=BigInteger), Calendar.owner_id == _OWNER)
)
_NAMED = select(
    Calendar.id, Calendar.name, and_(Calendar.is_open, Calendar.archived_at.is_(None)).label("is_open")
).where(Calendar.owner_id == _OWNER)
_NAME = Prepared(_NAMED.where(Calendar.id == bindparam("id", type_=BigInteger)))
_NAMES = Prepared(_NAMED.where(Calendar.archived_at.is_(None)).order_by(Calendar.id))
# The page's calendars first, so that the links of no other are counted.
_PAGE = (
    select(*(Calendar.__table__.c[name] for name in ("owner_id", *Summary._fields[:-3])), ARCHIVED)
    .where(Calendar.owner_id == _OWNER)
    .order_by(ARCHIVED, Calendar.id)
    .offset(bindparam("skip", type_=Integer))
    .limit(bindparam("most", type_=Integer))
    .subquery()
)


def calendar_summaries(owner_id: int, skip: int, limit: int) -> list[Summary]:
    """Return up to `limit` calendars of the owner after the first `skip`, with counts; archived ones come last."""
    values = {"owner": owner_id, "skip": skip, "most": limit, "now": utcnow()}
    return list(map(Summary._make, _SUMMARIES.rows(db.session.connection(), **values)))


def search_calendars(owner_id: int, words: str, limit: int) -> list[Summary]:
    """Return up to `limit` calendars of the owner with all of the words in their names."""
    every, is_wanted = calendar_summaries(owner_id, 0, MOST_SEARCHED), having(words)
    return list(islice((summary for summary in every if is_wanted(summary.name)), limit))


def _count(*parts: Select[int]) -> ColumnElement[int]:
    """Return how many rows of the page's calendar the parts find together, or MANY if one of them finds so many.

    Each part is a range of an index. To go past 99 entries is a third of the work of counting them.
    """
    parts = tuple(part.correlate(_PAGE) for part in parts)
    many, last = literal_column(str(MANY), Integer), literal_column(str(MANY - 1), Integer)
    full = (part.with_only_columns(many).limit(literal_column("1")).offset(last).scalar_subquery() for part in parts)
    counts = [part.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery() for part in parts]
    return func.coalesce(*full, reduce(add, counts))


def _hasten_sources(session: Session, owner_id: int) -> None:
    """Let the owner's other calendars be read soon: a horizon may reach further than they were read."""
    query = update(Source).where(Source.owner_id == owner_id, Source.problem == "", Source.due_at > utcnow())
    session.execute(query.values(due_at=utcnow()))


def _summaries() -> Select[*tuple[Any, ...]]:
    unused = select(Link.id).where(Link.owner_id == _PAGE.c.owner_id, Link.calendar_id == _PAGE.c.id, UNUSED)
    # In two parts, each a range of the index: together they would read all links that have expired.
    lasting = unused.where(Link.expires_at.is_(None))
    expiring = unused.where(Link.expires_at > bindparam("now", type_=Instant))
    bookings = select(Booking.id).where(Booking.owner_id == _PAGE.c.owner_id, Booking.calendar_id == _PAGE.c.id)
    columns = (_PAGE.c[name] for name in Summary._fields[:-2])
    query = select(*columns, _count(lasting, expiring), _count(bookings))
    return query.order_by(_PAGE.c.is_archived, _PAGE.c.id)


_SUMMARIES = Prepared(_summaries())
