"""When an owner can't be booked. Today: their confirmed appointments, with the buffers of when they were made."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CONFIRMED, Booking, Calendar
from scheduling.slots import Agenda, BusyTimes

# Further than any appointment with its buffers reaches, and than the ends of the dates it touches in any zone.
REACH = timedelta(days=4)


def agenda(
    session: Session, calendar: Calendar, since: datetime, until: datetime, moving: Booking | None = None
) -> Agenda:
    """Return what stands in the way of the calendar's slots in `[since, until)`, read in one query.

    The appointment that is being moved does not count.
    """
    query = select(
        Booking.id, Booking.calendar_id, Booking.starts_at, Booking.blocked_from, Booking.blocked_until
    ).where(
        Booking.owner_id == calendar.owner_id,
        CONFIRMED,
        Booking.blocked_until > since - REACH,
        Booking.blocked_from < until + REACH,
    )
    zone = ZoneInfo(calendar.timezone)
    rows = [row for row in session.execute(query) if moving is None or row.id != moving.id]
    return Agenda(
        busy=BusyTimes((row.blocked_from, row.blocked_until) for row in rows),
        booked=Counter(row.starts_at.astimezone(zone).date() for row in rows if row.calendar_id == calendar.id),
    )
