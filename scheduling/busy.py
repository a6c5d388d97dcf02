"""When an owner can't be booked, from all that says so: their confirmed appointments, with the buffers of when they
were made, and the times that they blocked by hand. Busy times of other calendars belong here, as one more source."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, CompoundSelect, bindparam, null, select, union_all
from sqlalchemy.orm import Session

from database import Instant
from models import CONFIRMED, Booking, BusyTime, Calendar
from scheduling.slots import Agenda, BusyTimes

# Further than any appointment with its buffers reaches, and than the ends of the dates it touches in any zone.
REACH = timedelta(days=4)

# Built once, and asked at once: to build it each time, or to ask twice, would be a third of a slot page's work.
_IN_THE_WAY: CompoundSelect[Any] = union_all(
    select(Booking.blocked_from, Booking.blocked_until, Booking.id, Booking.calendar_id, Booking.starts_at).where(
        Booking.owner_id == bindparam("owner", type_=BigInteger),
        CONFIRMED,
        Booking.blocked_until > bindparam("since", type_=Instant),
        Booking.blocked_from < bindparam("until", type_=Instant),
    ),
    select(BusyTime.starts_at, BusyTime.ends_at, null(), null(), null()).where(
        BusyTime.owner_id == bindparam("owner", type_=BigInteger),
        BusyTime.ends_at > bindparam("since", type_=Instant),
        BusyTime.starts_at < bindparam("until", type_=Instant),
    ),
)


def agenda(
    session: Session, calendar: Calendar, since: datetime, until: datetime, moving: Booking | None = None
) -> Agenda:
    """Return what stands in the way of the calendar's slots in `[since, until)`, read in one query.

    The appointment that is being moved does not count.
    """
    asked = {"owner": calendar.owner_id, "since": since - REACH, "until": until + REACH}
    rows = session.execute(_IN_THE_WAY, asked).all()
    if moving is not None:
        rows = [row for row in rows if row.id != moving.id]
    zone = ZoneInfo(calendar.timezone)
    return Agenda(
        busy=BusyTimes((row[0], row[1]) for row in rows),
        booked=Counter(row.starts_at.astimezone(zone).date() for row in rows if row.calendar_id == calendar.id),
    )
