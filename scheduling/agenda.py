"""When an owner can't be booked, from all that says so: their confirmed appointments, with the buffers of when they
were made, and the times that they blocked by hand. Busy times of other calendars belong here, as one more source."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, CompoundSelect, bindparam, case, null, select, union_all

from availability.slots import Agenda, BusyTimes
from database import Instant, db
from models import CONFIRMED, Booking, BusyTime

# Further than any appointment with its buffers reaches, and than the ends of the dates it touches in any zone.
REACH = timedelta(days=4)

# Built once, and asked at once: to build it each time, or to ask twice, would be a third of a slot page's work.
_IN_THE_WAY: CompoundSelect[Any] = union_all(
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
)


def agenda(
    owner_id: int,
    calendar_id: int,
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
    moving: Booking | None = None,
) -> Agenda:
    """Return what stands in the way of a calendar's slots in `[since, until)`, read in one query.

    `zone` is the calendar's. A calendar that is not saved yet has the id 0. The appointment that is being moved does
    not count.
    """
    asked = {
        "owner": owner_id,
        "calendar": calendar_id,
        "since": since - REACH,
        "until": until + REACH,
        "moving": moving.id if moving else 0,
    }
    rows = db.session.execute(_IN_THE_WAY, asked).all()
    return Agenda(
        busy=BusyTimes(row[:2] for row in rows),
        booked=Counter(row[2].astimezone(zone).date() for row in rows if row[2]),
    )
