"""Which of an owner's other calendars their pages warn of: one that must be connected again, or failed for a day."""

from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select

from database import Instant
from models import Owner, Source

WARN_AFTER = timedelta(days=1)
CONNECT_AGAIN = ("key", "login", "consent", "not found")
"""The problems that do not end by themselves."""

# Part of a query of owners; `failing` is the instant before which failing counts.
TROUBLED_SOURCES = (
    select(func.count())
    .where(
        Source.owner_id == Owner.id,
        Source.paused_at.is_(None),
        or_(
            *(Source.problem == each for each in CONNECT_AGAIN),  # no IN, since the query is prepared
            Source.failing_since <= bindparam("failing", type_=Instant),
        ),
    )
    .correlate(Owner)
    .scalar_subquery()
)
