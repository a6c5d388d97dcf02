"""The times at which an owner can't be booked: confirmed appointments with their buffers, busy times, imported ones."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, bindparam, case, null, select, union_all

from availability.slots import Agenda, BusyTimes
from database import Instant, db
from database.prepared import Prepared
from models import CONFIRMED, Booking, BusyTime, ImportedTime

# Longer than any appointment with its buffers, plus the difference of dates between time zones.
MARGIN = timedelta(days=4)

# Built once, and one query: building it each time, or a second query, would take a third of a slot page's time.
_BUSY_INTERVALS = Prepared(
    union_all(
        select(
            Booking.blocked_from,
            Booking.blocked_until,
            case((Booking.calendar_id == bindparam("calendar", type_=BigInteger), Booking.starts_at)),
        ).where(
            Booking.owner_id == bindparam("owner", type_=BigInteger),
            CONFIRMED,
            Booking.blocked_until > bindparam("since", type_=Instant),
            Booking.blocked_from < bindparam("until", type_=Instant),
            Booking.id != bindparam("moving", type_=BigInteger),
        ),
        select(BusyTime.starts_at, BusyTime.ends_at, null()).where(
            BusyTime.owner_id == bindparam("owner", type_=BigInteger),
            BusyTime.ends_at > bindparam("since", type_=Instant),
            BusyTime.starts_at < bindparam("until", type_=Instant),
        ),
        select(ImportedTime.starts_at, ImportedTime.ends_at, null()).where(
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
    rows = _BUSY_INTERVALS.rows(
        connection or db.session.connection(),
        owner=owner_id,
        calendar=calendar_id,
        since=since - margin,
        until=until + margin,
        moving=moving.id if moving else 0,
    )
    return Agenda(
        busy=BusyTimes(row[:2] for row in rows),
        booked=Counter(row[2].astimezone(zone).date() for row in rows if row[2]),
    )
