"""Lists of an owner's links, newest first: filters, counts and search, fast with a million of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

import tokens
from database import Instant, db
from database.prepared import Prepared
from enums import LinkState
from models import CONFIRMED, NOTED, UNUSED, Batch, Booking, Calendar, Link
from scheduling.search import normalize_for_search

MANY = 100
"""Counts end here, since counting many thousands is slow."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_OWNER, _NOW = bindparam("owner", type_=BigInteger), bindparam("now", type_=Instant)
_MINE = Link.owner_id == _OWNER


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


class BatchName(NamedTuple):
    """Links that were made at once, by which a list is filtered."""

    id: int
    label: str
    size: int
    created_at: datetime


def list_links(
    owner_id: int, chosen: LinkFilter, now: datetime, limit: int, before: int | None = None
) -> list[ListedLink]:
    """Return up to `limit` links, newest first; `before` is the id of the last one of the previous page."""
    values = _values(owner_id, chosen, now) | {"limit": limit} | ({} if before is None else {"before": before})
    given, connection = frozenset(values), db.session.connection()
    if chosen.words and chosen.token is None:
        words = normalize_for_search(chosen.words).split()
        query = _LISTED.where(Link.id.in_(_found_by(words, _conditions(chosen.state, given))))
        rows = connection.execute(query.order_by(Link.id.desc()).limit(_LIMIT), values).all()
    else:
        rows = _page(chosen.state, given).rows(connection, **values)
    return list(map(ListedLink._make, rows))


def count_links(owner_id: int, chosen: LinkFilter, now: datetime) -> dict[LinkState | None, int]:
    """Return how many links there are of each state, and of all (None), up to MANY; none of them for a search."""
    if chosen.words or chosen.token:
        return {}
    values = _values(owner_id, chosen, now)
    [counts] = _counts(frozenset(values)).rows(db.session.connection(), **values)
    return dict(zip(_COUNTED, counts, strict=True))


def all_links(calendar: Calendar, state: LinkState | None, now: datetime) -> Iterator[Link]:
    """Give a calendar's links, oldest first, a thousand at a time."""
    query = select(Link).where(Link.owner_id == calendar.owner_id, Link.calendar_id == calendar.id).order_by(Link.id)
    if state is not None:
        query = query.where(_is(state))
    yield from db.session.scalars(query.execution_options(yield_per=1000), {"now": now})


def recent_batches(owner_id: int, calendar_id: int | None, limit: int) -> list[BatchName]:
    """Return the owner's newest batches, of one calendar or of all."""
    values = {"owner": owner_id, "limit": limit} | ({} if calendar_id is None else {"calendar": calendar_id})
    return list(map(BatchName._make, _batches(calendar_id is not None).rows(db.session.connection(), **values)))


def known_people(owner_id: int, limit: int) -> Sequence[tuple[str, str]]:
    """Return name and email of those who booked last, each of them once."""
    latest = select(Booking.name, Booking.email, func.max(Booking.id).label("last")).where(
        Booking.id.in_(
            select(Booking.id).where(Booking.owner_id == owner_id).order_by(Booking.id.desc()).limit(5 * limit)
        )
    )
    grouped = latest.group_by(Booking.name, Booking.email).order_by(func.max(Booking.id).desc()).limit(limit)
    return [(name, email) for name, email, _last in db.session.execute(grouped)]


# Queries are built once for each set of the values that they get.
_COUNTED = (None, *LinkState)
_LIMIT = bindparam("limit", type_=Integer)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "calendar": Link.calendar_id == bindparam("calendar"),
    "batch": Link.batch_id == bindparam("batch"),
    "hash": Link.token_hash == bindparam("hash"),
    "before": Link.id < bindparam("before"),
}
_LISTED = (
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
    .where(_MINE)
)


def _values(owner_id: int, chosen: LinkFilter, now: datetime) -> dict[str, Any]:
    """Return the values of the query's parameters, without those that the filter leaves out."""
    given = {
        "calendar": chosen.calendar_id,
        "batch": chosen.batch_id,
        "hash": None if chosen.token is None else tokens.digest(chosen.token),
    }
    return {"owner": owner_id, "now": now} | {name: value for name, value in given.items() if value is not None}


def _conditions(state: LinkState | None, given: frozenset[str]) -> list[ColumnElement[bool]]:
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    return conditions if state is None else [*conditions, _is(state, pages=True)]


@lru_cache(maxsize=128)
def _page(state: LinkState | None, given: frozenset[str]) -> Prepared:
    return Prepared(_LISTED.where(*_conditions(state, given)).order_by(Link.id.desc()).limit(_LIMIT))


@lru_cache(maxsize=16)
def _counts(given: frozenset[str]) -> Prepared:
    mine = select(Link.id).where(_MINE, *_conditions(None, given))
    return Prepared(select(*(_up_to_many(mine if state is None else mine.where(_is(state))) for state in _COUNTED)))


@lru_cache(maxsize=2)
def _batches(of_calendar: bool) -> Prepared:
    query = select(Batch.id, Batch.label, Batch.count, Batch.created_at).where(Batch.owner_id == _OWNER)
    query = query.where(Batch.calendar_id == bindparam("calendar")) if of_calendar else query
    return Prepared(query.order_by(Batch.id.desc()).limit(_LIMIT))


def _found_by(words: list[str], wanted: list[ColumnElement[bool]]) -> CompoundSelect[int]:
    """Return the query for the newest links whose notes, or whose bookings, have all of the words.

    They are two, each of them limited: with `OR` the links of a million that nobody noted would be read, too.
    """
    noted = select(Link.id).where(_MINE, NOTED, *_have(Link.search_text, words), *wanted)
    booked = select(Link.id).join(Booking, Booking.link_id == Link.id).where(Booking.owner_id == _OWNER)
    booked = booked.where(*_have(Booking.search_text, words), *wanted)
    newest = (query.order_by(Link.id.desc()).limit(_LIMIT).subquery() for query in (noted, booked))
    return union_all(*(select(found.c.id) for found in newest))


def _have(text: InstrumentedAttribute[str], words: list[str]) -> list[ColumnElement[bool]]:
    return [text.contains(word, autoescape=True) for word in words] or [false()]


def _is(state: LinkState, pages: bool = False) -> ColumnElement[bool]:
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
            return and_(UNUSED, over <= _NOW)
        case LinkState.ACTIVE:
            return and_(UNUSED, or_(Link.expires_at.is_(None), Link.expires_at > _NOW))


def _up_to_many(query: Select[int]) -> ColumnElement[int]:
    return select(func.count()).select_from(query.limit(MANY).subquery()).scalar_subquery()
