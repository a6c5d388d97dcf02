"""The rows of lists of links, in words: their template only puts them in place."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from blueprints.responses import url_pattern
from enums import LinkState
from i18n.bidi import isolate
from i18n.formatting import days_left, format_expiry, format_past_day, format_short_slot
from i18n.texts import gettext as _
from public_urls import link_addresses
from scheduling.link_lists import ListedLink

SOON = 2
"""In days: from then on, that a link expires stands out."""


class LinkRow(NamedTuple):
    """A link in a list. Exactly one of the four states is true.

    `said` is what comes next, or when it ended; of a booked link it is the appointment. What is done with a link has
    an address below `url`. `can_share`: its address is known and can be booked with; `can_renew`: its calendar is open.
    """

    id: int
    url: str
    whom: str
    called: str
    note: str
    batch: str
    batch_url: str
    calendar_name: str
    end: str
    is_waiting: bool
    is_booked: bool
    is_expired: bool
    is_revoked: bool
    said: str
    is_soon: bool
    is_cancelled: bool
    booking_url: str
    made: str
    can_share: bool
    can_renew: bool
    address: str
    query: str


def link_rows(
    listed: Iterable[ListedLink], here: str, now: datetime, zone: ZoneInfo, *, names_calendar: bool, names_batch: bool
) -> list[LinkRow]:
    """Return the rows with days and times of the zone; `here` is the address of the list."""
    address_of, query = link_addresses(), urlencode({"back": here})
    nobody, erased = _("No name"), _("Details erased")
    url_of, batch_url = url_pattern("owner.links.show", "link_id"), url_pattern("owner.batches.show", "batch_id")
    booking_url = url_pattern("owner.bookings.show", "booking_id")
    rows, today = [], now.astimezone(zone).date()
    for link in listed:
        state = LinkState.of(now, link.used_at, link.revoked_at, link.expires_at)
        address = address_of(link.salt, link.token_hash) or ""
        whom = link.label or link.name or link.email or link.booked_by or ""
        is_waiting = state is LinkState.ACTIVE
        left = days_left(link.expires_at, today, zone) if is_waiting else None
        row = LinkRow(
            id=link.id,
            url=url_of(link.id),
            whom=whom or (erased if link.booking_id else nobody),
            called=isolate(whom) if whom else f"…{address[-6:]}",
            note=_note(link, whom),
            batch=_place_in_batch(link, names_batch) if link.batch_id else "",
            batch_url=batch_url(link.batch_id) if link.batch_id else "",
            calendar_name=link.calendar_name if names_calendar else "",
            end=address[-6:],
            is_waiting=is_waiting,
            is_booked=state is LinkState.USED,
            is_expired=state is LinkState.EXPIRED,
            is_revoked=state is LinkState.REVOKED,
            said=format_expiry(left) if is_waiting else _ended(link, state, today, zone),
            is_soon=left is not None and left <= SOON,
            is_cancelled=link.booking_id is not None and not link.is_confirmed,
            booking_url=booking_url(link.booking_id) if link.booking_id else "",
            made=format_past_day(link.created_at.astimezone(zone).date(), today),
            can_share=is_waiting and bool(address) and link.calendar_open,
            can_renew=link.calendar_open,
            address=address if is_waiting else "",
            query=query,
        )
        rows.append(row)
    return rows


def _note(link: ListedLink, whom: str) -> str:
    """Return who booked, and the email, as far as they are not said yet."""
    known = (link.booked_by, link.booked_with) if link.booking_id else (link.email,)
    return " · ".join(isolate(word) for word in known if word and word != whom)


def _place_in_batch(link: ListedLink, named: bool) -> str:
    place = _("%(position)s of %(count)s", position=link.position, count=link.batch_count)
    return f"{place} · {isolate(link.batch_label)}" if link.batch_label and named else place


def _ended(link: ListedLink, state: LinkState, today: date, zone: ZoneInfo) -> str:
    if state is LinkState.USED:
        return format_short_slot(link.starts_at, zone) if link.starts_at else ""
    ended = link.revoked_at if state is LinkState.REVOKED else link.expires_at
    return format_past_day(ended.astimezone(zone).date(), today) if ended else ""
