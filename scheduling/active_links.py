"""An active link as booking needs it: read without the ORM, which would take a fifth of a booking's time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

import tokens
from availability.offers import Offer
from availability.slots import Rules
from database import lock_owner, utcnow
from database.prepared import Prepared
from models import ACTIVE, Calendar, Link, Source, slot_rules


@dataclass(frozen=True)
class ActiveCalendar:
    """The calendar of an active link; the fields are named as in `Calendar`."""

    id: int
    owner_id: int
    timezone: str


@dataclass(frozen=True)
class ActiveLink:
    """A link that can be used at the instant `now`; the other fields are named as in `Link`.

    `is_written` says whether its owner has appointments written into another calendar.
    """

    id: int
    owner_id: int
    calendar_id: int
    calendar: ActiveCalendar
    rules: Rules
    now: datetime
    is_written: bool


_FIND = Prepared(
    select(
        Link.id.label("link_id"),
        Link.duration.label("offered_duration"),
        Link.earliest,
        Link.latest,
        Link.starts,
        Calendar.id,
        Calendar.owner_id,
        Calendar.timezone,
        Calendar.availability,
        Calendar.duration,
        Calendar.step,
        Calendar.buffer_before,
        Calendar.buffer_after,
        Calendar.min_notice,
        Calendar.horizon,
        Calendar.daily_limit,
        exists().where(Source.owner_id == Calendar.owner_id, Source.write_to != "").label("is_written"),
    )
    .select_from(Link)
    .join(Link.calendar)
    .where(Link.token_hash == bindparam("hash"), ACTIVE)
)


def find_active_for_update(connection: Connection, token: str) -> ActiveLink | None:
    """Return the link with this token, holding the owner's lock; None if there is none that is active now."""
    link = find_active(connection, token)
    return find_active(connection, token) if link and lock_owner(link.owner_id, connection) else link


def find_active(connection: Connection, token: str) -> ActiveLink | None:
    """Return the link with this token as of now; None if there is none that is active."""
    now = utcnow()
    row = _FIND.row(connection, hash=tokens.digest(token), now=now)
    if row is None:
        return None
    offer = Offer(row.offered_duration, row.earliest, row.latest, row.starts)
    rules = offer.applied_to(slot_rules(row, row.availability))
    calendar = ActiveCalendar(row.id, row.owner_id, row.timezone)
    return ActiveLink(row.link_id, row.owner_id, row.id, calendar, rules, now, row.is_written)
