"""One-time links: create, list, relabel, revoke."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

import tokens
from database import db, lock_owner, transaction, utcnow
from models import Booking, Calendar, Link, LinkState
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed, LinkExpired, LinkNotActive, LinkRevoked, LinkUsed
from scheduling.lookup import get_or_not_found, read_under_lock

PURPOSE = "link"

# Built once: building it takes as long as running it.
_FIND = (
    select(Link)
    .join(Link.calendar)
    .join(Calendar.owner)
    .options(contains_eager(Link.calendar).contains_eager(Calendar.owner))
    .where(Link.token_hash == bindparam("hash"))
    .execution_options(populate_existing=True)
)

STATE_ERRORS = {LinkState.USED: LinkUsed, LinkState.REVOKED: LinkRevoked, LinkState.EXPIRED: LinkExpired}


def create_links(
    key: str, owner_id: int, calendar_id: int, count: int = 1, label: str = "", days: int | None = None
) -> list[Link]:
    """Create `count` active links of the owner's calendar and return them; earlier links do not change.

    `days` is their lifetime, by default the calendar's setting. Raises NotFound, CalendarClosed.
    """
    with transaction() as session:
        lock_owner(owner_id)
        calendar = get_calendar(owner_id, calendar_id)
        if not calendar.takes_bookings or calendar.owner.ended_at is not None:
            raise CalendarClosed(calendar.owner)
        now = utcnow()
        lifetime = days if days is not None else calendar.link_days
        expires_at = now + timedelta(days=lifetime) if lifetime is not None else None
        links = [_new(key, calendar, label, now, expires_at) for _ in range(count)]
        session.add_all(links)
    return links


def link_token(key: str, link: Link) -> str | None:
    """Return the link's token, derived again; None if it was made with another key."""
    return tokens.derive_again(key, PURPOSE, link.salt, link.token_hash)


def get_link_by_token(token: str) -> Link:
    """Return the link with this token, whatever its state, with its calendar and owner loaded. Raises NotFound."""
    link: Link = get_or_not_found(_FIND, {"hash": tokens.digest(token)})
    return link


def get_link_for_update(token: str) -> Link:
    """Return the link as `get_link_by_token` does, holding the owner's lock until the transaction ends."""
    return read_under_lock(lambda: get_link_by_token(token))


def require_active(link: Link, now: datetime) -> None:
    """Raise LinkUsed, LinkRevoked, LinkExpired or CalendarClosed unless the link can be used for booking."""
    refusal = STATE_ERRORS.get(link.state(now))
    if refusal is None and not link.calendar.takes_bookings:
        refusal = CalendarClosed
    if refusal is not None:
        raise refusal(link.calendar.owner)


def get_link(owner_id: int, link_id: int) -> Link:
    """Return the owner's link with its calendar loaded. Raises NotFound."""
    query = (
        select(Link)
        .join(Link.calendar)
        .options(contains_eager(Link.calendar))
        .where(Link.id == link_id, Link.owner_id == owner_id)
    )
    link: Link = get_or_not_found(query)
    return link


def list_links(calendar: Calendar, before: int | None, limit: int) -> Sequence[tuple[Link, Booking | None]]:
    """Return up to `limit` links of the calendar, newest first, each with its booking if it has one.

    `before` is the id of the last link of the previous page.
    """
    query = (
        select(Link, Booking)
        .outerjoin(Booking, Booking.link_id == Link.id)
        .where(Link.owner_id == calendar.owner_id, Link.calendar_id == calendar.id)
        .order_by(Link.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Link.id < before)
    return [(link, booking) for link, booking in db.session.execute(query)]


def relabel(owner_id: int, link_id: int, label: str) -> Link:
    """Set the label, which only the owner sees; return the link. Raises NotFound."""
    with transaction():
        lock_owner(owner_id)
        link = get_link(owner_id, link_id)
        link.label = label
    return link


def revoke(owner_id: int, link_id: int) -> Link:
    """Revoke an active link and return it. Raises NotFound, LinkNotActive."""
    with transaction():
        lock_owner(owner_id)
        link = get_link(owner_id, link_id)
        now = utcnow()
        if link.state(now) is not LinkState.ACTIVE:
            raise LinkNotActive
        link.revoked_at = now
    return link


def _new(key: str, calendar: Calendar, label: str, now: datetime, expires_at: datetime | None) -> Link:
    salt = tokens.new_salt()
    return Link(
        owner_id=calendar.owner_id,
        calendar_id=calendar.id,
        label=label,
        salt=salt,
        token_hash=tokens.digest(tokens.derive(key, PURPOSE, salt)),
        created_at=now,
        expires_at=expires_at,
    )
