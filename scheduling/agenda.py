"""The times at which an owner can't be booked: confirmed appointments with their buffers, busy times, imported ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, case, null, select, type_coerce, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from availability.slots import AS_INSTANTS, Agenda, BusyTimes
from database import INSTANT_TEXT, Instant, UnreadInstant, db
from database.prepared import Prepared
from models import CONFIRMED, Booking, BusyTime, ImportedTime

# Longer than any appointment with its buffers, plus the difference of dates between time zones.
MARGIN = timedelta(days=4)


class Gathered(FunctionElement[Any]):
    """On SQLite all instants of a column, joined by commas, since it takes long to hand over thousands of rows."""

    type = UnreadInstant()
    inherit_cache = True


@compiles(Gathered)
def _as_it_is(element: Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Gathered, "sqlite")
def _joined(element: Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)})"


def _unread(instant: ColumnElement[datetime] | InstrumentedAttribute[datetime]) -> ColumnElement[Any]:
    return type_coerce(instant, UnreadInstant)


# Built once, and one query: building it each time, or a second query, would take a third of a slot page's time.
_BUSY_INTERVALS = Prepared(
    union_all(
        select(
            _unread(Booking.blocked_from),
            _unread(Booking.blocked_until),
            case((Booking.calendar_id == bindparam("calendar", type_=BigInteger), _unread(Booking.starts_at))),
        ).where(
            Booking.owner_id == bindparam("owner", type_=BigInteger),
            CONFIRMED,
            Booking.blocked_until > bindparam("since", type_=Instant),
            Booking.blocked_from < bindparam("until", type_=Instant),
            Booking.id != bindparam("moving", type_=BigInteger),
        ),
        select(Gathered(BusyTime.starts_at), Gathered(BusyTime.ends_at), null()).where(
            BusyTime.owner_id == bindparam("owner", type_=BigInteger),
            BusyTime.ends_at > bindparam("since", type_=Instant),
            BusyTime.starts_at < bindparam("until", type_=Instant),
        ),
        select(Gathered(ImportedTime.starts_at), Gathered(ImportedTime.ends_at), null()).where(
            ImportedTime.owner_id == bindparam("owner", type_=BigInteger),
            ImportedTime.ends_at > bindparam("since", type_=Instant),
            ImportedTime.starts_at < bindparam("until", type_=Instant),
        ),
    )
)


def agenda(
    owner_id: int,
    calendar_id: int,
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
    moving: Booking | None = None,
    margin: timedelta = MARGIN,
    connection: Connection | None = None,
) -> Agenda:
    """Return what limits a calendar's slots in `[since, until)`, in one query.

    `zone` is the calendar's. A calendar that is not saved yet has the id 0. The appointment `moving` is left out.
    `margin` is how much is read before and after, by the session or the connection.
    """
    connection = connection or db.session.connection()
    notation = INSTANT_TEXT if connection.dialect.name == "sqlite" else AS_INSTANTS
    rows = _BUSY_INTERVALS.rows(
        connection,
        owner=owner_id,
        calendar=calendar_id,
        since=since - margin,
        until=until + margin,
        moving=moving.id if moving else 0,
    )
    return Agenda(
        busy=BusyTimes(_intervals(rows), notation),
        booked=Counter(notation.read(booked).astimezone(zone).date() for _start, _end, booked in rows if booked),
    )


def _intervals(rows: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield start and end of each interval in the rows; of a table without any, SQLite has one row of NULLs."""
    for starts, ends, _booked in rows:
        if isinstance(starts, str):
            yield from zip(starts.split(","), ends.split(","), strict=True)
        elif starts:
            yield starts, ends
