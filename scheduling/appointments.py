"""An owner's appointments, to be looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from database import db
from models import Booking


def appointments(owner_id: int, now: datetime, past: bool, most: int, skip: int = 0) -> Sequence[Booking]:
    """Return up to `most` appointments with their calendars: coming ones soonest first, past ones latest first.

    What has begun is past; cancelled ones are among them.
    """
    query = (
        select(Booking)
        .join(Booking.calendar)
        .options(contains_eager(Booking.calendar))
        .where(Booking.owner_id == owner_id, Booking.starts_at <= now if past else Booking.starts_at > now)
        .order_by(Booking.starts_at.desc() if past else Booking.starts_at, Booking.id)
        .limit(most)
        .offset(skip)
    )
    return db.session.scalars(query).all()
