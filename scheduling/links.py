"""One-time links: create, share, change, revoke, restore."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import contains_eager

import tokens
from availability.offers import NOTHING_SPECIAL, Offer
from database import db, lock_owner, transaction, utcnow
from enums import LinkState
from models import UNUSED, Batch, Calendar, Link
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed, LinkExpired, LinkNotActive, LinkNotRevoked, LinkRevoked, LinkUsed
from scheduling.lookup import get_or_not_found, read_under_lock
from scheduling.offers import CALENDARS_OWN, AsItIs, Expiry, expiry_instant, require_possible
from scheduling.search import normalize_for_search

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


@dataclass(frozen=True)
class LinkDetails:
    """For whom a link is, until when it lives, and what it offers. `name` and `email` are filled in for the invitee."""

    label: str = ""
    name: str = ""
    email: str = ""
    expiry: Expiry = CALENDARS_OWN
    offer: Offer = NOTHING_SPECIAL


NO_DETAILS = LinkDetails()


def create_links(
    key: str,
    owner_id: int,
    calendar_id: int,
    count: int = 1,
    label: str = "",
    days: int | None = None,
    details: LinkDetails = NO_DETAILS,
) -> list[Link]:
    """Create `count` active links of the owner's calendar and return them; earlier links do not change.

    `label`, and `days`, their lifetime, go before the `details`. Raises NotFound, CalendarClosed, OfferRefused.
    """
    details = replace(details, label=label) if label else details
    details = replace(details, expiry=timedelta(days=days)) if days is not None else details
    with transaction() as session:
        calendar, now = get_open_calendar_for_update(owner_id, calendar_id), utcnow()
        links = [Link(**row) for row in link_rows(key, calendar, [details] * count, now)]
        session.add_all(links)
    return links


def share_link(
    key: str, owner_id: int, calendar_id: int, details: LinkDetails, session_token: str, reuse: bool = False
) -> Link:
    """Create a link and return it; with `reuse` a fresh one of this browser session, which lives on as if it were new.

    Fresh is one that was made here without details, and not handed out since. Raises NotFound, CalendarClosed,
    OfferRefused.
    """
    made_in = tokens.digest(session_token) if details == NO_DETAILS else None
    with transaction() as session:
        calendar, now = get_open_calendar_for_update(owner_id, calendar_id), utcnow()
        if reuse and made_in and (fresh := _find_fresh(calendar, made_in, now)):
            fresh.expires_at = expiry_instant(calendar, details.expiry, now)
            return fresh
        (row,) = link_rows(key, calendar, [details], now)
        link = Link(**row, made_in=made_in)
        session.add(link)
    return link


def get_open_calendar_for_update(owner_id: int, calendar_id: int) -> Calendar:
    """Return the owner's calendar, holding the owner's lock. Raises NotFound, CalendarClosed."""
    lock_owner(owner_id)
    calendar = get_calendar(owner_id, calendar_id)
    if not calendar.takes_bookings or calendar.owner.ended_at is not None:
        raise CalendarClosed(calendar.owner)
    return calendar


def link_rows(key: str, calendar: Calendar, wanted: Sequence[LinkDetails], now: datetime) -> list[dict[str, Any]]:
    """Return the columns of new links. Raises OfferRefused."""
    for offer in {details.offer for details in wanted if details.offer}:
        require_possible(calendar, offer, now)
    return [_new(key, calendar, details, now) for details in wanted]


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


def relabel(owner_id: int, link_id: int, label: str) -> Link:
    """Set the label, which only the owner sees; return the link. Raises NotFound."""
    with transaction():
        link = _get_link_for_update(owner_id, link_id)
        link.label = label
        _make_searchable(link)
        if label:
            link.made_in = None
    return link


def change_details(owner_id: int, link_id: int, details: LinkDetails) -> Link:
    """Set what an active link offers, for whom and until when; return it.

    Raises NotFound, LinkNotActive, OfferRefused.
    """
    with transaction():
        link, now = _get_link_for_update(owner_id, link_id), utcnow()
        if link.state(now) is not LinkState.ACTIVE:
            raise LinkNotActive
        if details.offer != link.offer:
            require_possible(link.calendar, details.offer, now)
        link.label, link.name, link.email = details.label, details.name, details.email
        offer = details.offer
        link.duration, link.earliest, link.latest, link.starts = (
            offer.duration,
            offer.earliest,
            offer.latest,
            offer.starts,
        )
        if not isinstance(details.expiry, AsItIs):
            link.expires_at = expiry_instant(link.calendar, details.expiry, now)
        link.made_in = None
        _make_searchable(link)
    return link


def for_the_same_person(link: Link) -> LinkDetails:
    """Return the details of another link for the person of this one: for whom, and how long. Its dates may be over."""
    return LinkDetails(link.label, link.name, link.email, offer=Offer(link.duration))


def note_handed_out(owner_id: int, link_id: int) -> None:
    """Note that somebody may have the address: the link is not shown again instead of a new one. Raises NotFound."""
    with transaction():
        _get_link_for_update(owner_id, link_id).made_in = None


def revoke(owner_id: int, link_id: int) -> Link:
    """Revoke an active link and return it. Raises NotFound, LinkNotActive."""
    with transaction():
        link, now = _get_link_for_update(owner_id, link_id), utcnow()
        if link.state(now) is not LinkState.ACTIVE:
            raise LinkNotActive
        link.revoked_at, link.made_in = now, None
    return link


def restore(owner_id: int, link_id: int) -> Link:
    """Make a revoked link active again, or expired, if its time is over; return it. Raises NotFound, LinkNotRevoked."""
    with transaction():
        link = _get_link_for_update(owner_id, link_id)
        if link.state(utcnow()) is not LinkState.REVOKED:
            raise LinkNotRevoked
        link.revoked_at = None
    return link


def change_expiry(owner_id: int, link_id: int, last_day: date | None) -> Link:
    """Let an active or expired link work up to a day, in the calendar's zone, or for ever; return it.

    Raises NotFound, LinkNotActive, OfferRefused.
    """
    with transaction():
        link, now = _get_link_for_update(owner_id, link_id), utcnow()
        if link.state(now) not in (LinkState.ACTIVE, LinkState.EXPIRED):
            raise LinkNotActive
        link.expires_at = expiry_instant(link.calendar, last_day, now)
        link.made_in = None
    return link


def _get_link_for_update(owner_id: int, link_id: int) -> Link:
    lock_owner(owner_id)
    return get_link(owner_id, link_id)


def _find_fresh(calendar: Calendar, made_in: bytes, now: datetime) -> Link | None:
    query = select(Link).where(
        Link.owner_id == calendar.owner_id,
        Link.made_in == made_in,
        Link.calendar_id == calendar.id,
        UNUSED,
        or_(Link.expires_at.is_(None), Link.expires_at > now),
    )
    return db.session.scalars(query.order_by(Link.id.desc()).limit(1)).one_or_none()


def _make_searchable(link: Link) -> None:
    batch = db.session.get(Batch, link.batch_id) if link.batch_id else None
    link.search_text = link_search_text(link.label, link.name, link.email, batch.label if batch else "")


def link_search_text(*texts: str) -> str:
    """Return the texts as a search for links compares them, each of them once."""
    return normalize_for_search(" ".join(dict.fromkeys(text for text in texts if text)))


def _new(key: str, calendar: Calendar, details: LinkDetails, now: datetime) -> dict[str, Any]:
    salt, offer = tokens.new_salt(), details.offer
    return {
        "owner_id": calendar.owner_id,
        "calendar_id": calendar.id,
        "label": details.label,
        "name": details.name,
        "email": details.email,
        "search_text": link_search_text(details.label, details.name, details.email),
        "duration": offer.duration,
        "earliest": offer.earliest,
        "latest": offer.latest,
        "starts": offer.starts,
        "salt": salt,
        "token_hash": tokens.digest(tokens.derive(key, PURPOSE, salt)),
        "created_at": now,
        "expires_at": expiry_instant(calendar, details.expiry, now),
    }
