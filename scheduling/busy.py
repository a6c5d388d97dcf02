"""When an owner can't be booked, from all that says so: their confirmed appointments, with the buffers of when they
were made, and the times that they blocked by hand. Busy times of other calendars belong here, as one more source."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CONFIRMED, Booking, BusyTime, Calendar
from scheduling.slots import Agenda, BusyTimes

# Further than any appointment with its buffers reaches, and than the ends of the dates it touches in any zone.
REACH = timedelta(days=4)


def agenda(
    session: Session, calendar: Calendar, since: datetime, until: datetime, moving: Booking | None = None
) -> Agenda:
    """Return what stands in the way of the calendar's slots in `[since, until)`, read in two queries.

    The appointment that is being moved does not count.
    """
    booked = select(
        Booking.id, Booking.calendar_id, Booking.starts_at, Booking.blocked_from, Booking.blocked_until
    ).where(
        Booking.owner_id == calendar.owner_id,
        CONFIRMED,
        Booking.blocked_until > since - REACH,
        Booking.blocked_from < until + REACH,
    )
    blocked = select(BusyTime.starts_at, BusyTime.ends_at).where(
        BusyTime.owner_id == calendar.owner_id, BusyTime.ends_at > since - REACH, BusyTime.starts_at < until + REACH
    )
    zone = ZoneInfo(calendar.timezone)
    rows = [row for row in session.execute(booked) if moving is None or row.id != moving.id]
    busy = [(row.blocked_from, row.blocked_until) for row in rows]
    busy += [(row.starts_at, row.ends_at) for row in session.execute(blocked)]
    return Agenda(
        busy=BusyTimes(busy),
        booked=Counter(row.starts_at.astimezone(zone).date() for row in rows if row.calendar_id == calendar.id),
    )
