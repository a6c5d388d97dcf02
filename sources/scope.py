"""What of another calendar matters to an owner: from when until when, in which zone, and what of it is our own."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from availability.slots import DAY
from database import db
from models import Booking, Calendar, Owner
from remote_calendars.reading import Scope

LONGEST = 730
"""Days."""
DEFAULT_HORIZON = 60
BEFORE, AFTER = 2 * DAY, 4 * DAY
"""More than the longest buffer; more than an appointment with its buffers, and the dates of another zone."""


def scope_of(owner: Owner, now: datetime, own_addresses: frozenset[str] = frozenset()) -> Scope:
    """Return what is to be read of the owner's other calendars: whole days, so that it stays the same for a day."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    horizon = db.session.scalar(
        select(func.max(Calendar.horizon)).where(Calendar.owner_id == owner.id, Calendar.archived_at.is_(None))
    )
    days = min(DEFAULT_HORIZON if horizon is None else horizon, LONGEST)
    since = today - BEFORE
    uids = db.session.scalars(select(Booking.uid).where(Booking.owner_id == owner.id, Booking.ends_at > since))
    return Scope(
        since,
        today + days * DAY + AFTER,
        ZoneInfo(owner.timezone),
        frozenset(f"{uid}@bookonce" for uid in uids),
        frozenset({owner.email.lower()}) | own_addresses,
    )
