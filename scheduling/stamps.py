"""The one read that tells whether a slot page that was kept is still what the database says."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, bindparam, select

import tokens
from database.row_query import RowQuery
from models import ACTIVE, Calendar, Link, Owner

_ACTIVE = RowQuery(
    select(Calendar.id, Owner.stamp)
    .select_from(Link)
    .join(Link.calendar)
    .join(Calendar.owner)
    .where(Link.token_hash == bindparam("hash"), ACTIVE)
)


class Stamped(NamedTuple):
    """A calendar as of one state of the database: with the same stamp its slots and words are the same."""

    calendar_id: int
    stamp: str


def find_stamped(engine: Engine, token: str, now: datetime) -> Stamped | None:
    """Return the calendar that can be booked with the link at `now`, in one query; None if the link is not active."""
    row = _ACTIVE.row(engine, hash=tokens.digest(token), now=now)
    return Stamped(*row) if row else None
