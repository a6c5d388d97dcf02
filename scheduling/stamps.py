"""The one read that tells whether a slot page that was kept is still what the database says."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, Text, bindparam, cast, select, type_coerce

import tokens
from database import instants_text
from database.prepared import Prepared
from models import ACTIVE, Calendar, Link, Owner

_ACTIVE = Prepared(
    select(
        Calendar.id,
        Owner.stamp,
        Link.duration,
        cast(Link.earliest, Text),
        cast(Link.latest, Text),
        type_coerce(Link.starts, Text),
    )
    .select_from(Link)
    .join(Link.calendar)
    .join(Calendar.owner)
    .where(Link.token_hash == bindparam("hash"), ACTIVE)
)


class Stamped(NamedTuple):
    """A calendar as of one state of the database, and the offer of a link: where all are the same, so is the page.

    The offer is as the database writes it. It is read with the link itself, so no stamp has to be renewed for it, and
    links with the same offer share their pages.
    """

    calendar_id: int
    stamp: str
    duration: int | None
    earliest: str | None
    latest: str | None
    starts: str

    @classmethod
    def of(cls, link: Link) -> "Stamped":
        """Return what `find_stamped` would, from a link whose calendar and owner are loaded."""
        offer, calendar = link.offer, link.calendar
        earliest, latest = (day.isoformat() if day else None for day in (offer.earliest, offer.latest))
        return cls(calendar.id, calendar.owner.stamp, offer.duration, earliest, latest, instants_text(offer.starts))


def find_stamped(engine: Engine, token: str, now: datetime) -> Stamped | None:
    """Return the calendar that can be booked with the link at `now`, in one query; None if the link is not active."""
    row = _ACTIVE.row(engine, hash=tokens.digest(token), now=now)
    return Stamped(*row) if row else None
