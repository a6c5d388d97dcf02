"""Lists of an owner's links, newest first: filters, counts and search, fast with a million of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

import tokens
from database import Instant, db
from models import CONFIRMED, NOTED, UNUSED, Batch, Booking, Calendar, Link, LinkState
from scheduling.search import normalize_for_search

MANY = 100
"""Counts end here, since counting many thousands is slow."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LinkFilter:
    """Which links of an owner. Each of `words` must occur; with a `token` it is the one link with that address."""

    state: LinkState | None = None
    calendar_id: int | None = None
    batch_id: int | None = None
    words: str = ""
    token: str | None = None


class ListedLink(NamedTuple):
    """A link with its calendar's name; the fields of its booking and of its batch are None if it has none."""

    id: int
    salt: bytes
    token_hash: bytes
    label: str
    name: str
    email: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None
    position: int | None
    calendar_name: str
    calendar_open: bool
    booking_id: int | None
    booked_by: str | None
    booked_with: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_confirmed: bool | None
    batch_id: int | None
    batch_label: str | None
    batch_count: int | None


def list_links(
    owner_id: int, chosen: LinkFilter, now: datetime, limit: int, before: int | None = None
) -> list[ListedLink]:
    """Return up to `limit` links, newest first; `before` is the id of the last one of the previous page."""
    wanted = _conditions(chosen)
    if chosen.state is not None:
        wanted.append(_is(chosen.state, now, pages=True))
    if before is not None:
        wanted.append(Link.id < before)
    if chosen.words and chosen.token is None:
        wanted = [Link.id.in_(_found_by(owner_id, normalize_for_search(chosen.words).split(), wanted, limit))]
    query = _listed(owner_id).where(*wanted).order_by(Link.id.desc()).limit(limit)
    return [ListedLink._make(row) for row in db.session.execute(query)]


def count_links(owner_id: int, chosen: LinkFilter, now: datetime) -> dict[LinkState | None, int]:
    """Return how many links there are of each state, and of all (None), up to MANY; none of them for a search."""
    if chosen.words or chosen.token:
        return {}
    states = [None, *LinkState]
    mine = [Link.owner_id == owner_id, *_conditions(chosen)]
    counts = [
        _up_to_many(select(Link.id).where(*mine, *([] if state is None else [_is(state, now)]))) for state in states
    ]
    return dict(zip(states, db.session.execute(select(*counts)).one(), strict=True))


def all_links(calendar: Calendar, state: LinkState | None, now: datetime) -> Iterator[Link]:
    """Give a calendar's links, oldest first, a thousand at a time."""
    query = select(Link).where(Link.owner_id == calendar.owner_id, Link.calendar_id == calendar.id).order_by(Link.id)
    if state is not None:
        query = query.where(_is(state, now))
    yield from db.session.scalars(query.execution_options(yield_per=1000))


def recent_batches(owner_id: int, calendar_id: int | None, limit: int) -> Sequence[Batch]:
    """Return the owner's newest batches, of one calendar or of all."""
    query = select(Batch).where(Batch.owner_id == owner_id)
    if calendar_id is not None:
        query = query.where(Batch.calendar_id == calendar_id)
    return db.session.scalars(query.order_by(Batch.id.desc()).limit(limit)).all()


def known_people(owner_id: int, limit: int) -> Sequence[tuple[str, str]]:
    """Return name and email of those who booked last, each of them once."""
    latest = select(Booking.name, Booking.email, func.max(Booking.id).label("last")).where(
        Booking.id.in_(
            select(Booking.id).where(Booking.owner_id == owner_id).order_by(Booking.id.desc()).limit(5 * limit)
        )
    )
    grouped = latest.group_by(Booking.name, Booking.email).order_by(func.max(Booking.id).desc()).limit(limit)
    return [(name, email) for name, email, _last in db.session.execute(grouped)]


def _listed(owner_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Link.id,
            Link.salt,
            Link.token_hash,
            Link.label,
            Link.name,
            Link.email,
            Link.created_at,
            Link.expires_at,
            Link.used_at,
            Link.revoked_at,
            Link.position,
            Calendar.name,
            and_(Calendar.is_open, Calendar.archived_at.is_(None)),
            Booking.id,
            Booking.name,
            Booking.email,
            Booking.starts_at,
            Booking.ends_at,
            CONFIRMED,
            Batch.id,
            Batch.label,
            Batch.count,
        )
        .join(Calendar, Calendar.id == Link.calendar_id)
        .outerjoin(Booking, Booking.link_id == Link.id)
        .outerjoin(Batch, Batch.id == Link.batch_id)
        .where(Link.owner_id == owner_id)
    )


def _conditions(chosen: LinkFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.calendar_id is not None:
        found.append(Link.calendar_id == chosen.calendar_id)
    if chosen.batch_id is not None:
        found.append(Link.batch_id == chosen.batch_id)
    if chosen.token is not None:
        found.append(Link.token_hash == tokens.digest(chosen.token))
    return found


def _found_by(owner_id: int, words: list[str], wanted: list[ColumnElement[bool]], limit: int) -> CompoundSelect[int]:
    """Return the query for the newest links whose notes, or whose bookings, have all of the words.

    They are two, each of them limited: with `OR` the links of a million that nobody noted would be read, too.
    """
    noted = select(Link.id).where(Link.owner_id == owner_id, NOTED, *_have(Link.search_text, words), *wanted)
    booked = select(Link.id).join(Booking, Booking.link_id == Link.id).where(Booking.owner_id == owner_id)
    booked = booked.where(*_have(Booking.search_text, words), *wanted)
    newest = (query.order_by(Link.id.desc()).limit(limit).subquery() for query in (noted, booked))
    return union_all(*(select(found.c.id) for found in newest))


def _have(text: InstrumentedAttribute[str], words: list[str]) -> list[ColumnElement[bool]]:
    return [text.contains(word, autoescape=True) for word in words] or [false()]


def _is(state: LinkState, now: datetime, pages: bool = False) -> ColumnElement[bool]:
    """Return the condition that `Link.state` is this one; so written that partial indexes are used.

    For a page they are read in the order of the list, for a count in that of their expiry.
    """
    match state:
        case LinkState.USED:
            return Link.used_at.is_not(None)
        case LinkState.REVOKED:
            return Link.revoked_at.is_not(None)
        case LinkState.EXPIRED:
            over = (
                func.coalesce(Link.expires_at, bindparam("never", NEVER, type_=Instant)) if pages else Link.expires_at
            )
            return and_(UNUSED, over <= now)
        case LinkState.ACTIVE:
            return and_(UNUSED, or_(Link.expires_at.is_(None), Link.expires_at > now))


def _up_to_many(query: Select[int]) -> ColumnElement[int]:
    return select(func.count()).select_from(query.limit(MANY).subquery()).scalar_subquery()
