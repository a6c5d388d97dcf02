"""Whether a link can have an offer, and until when it lives: what can't be is refused before anything is made."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from availability.offers import MAX_STARTS, Offer
from availability.slots import DAY, MINUTES_A_DAY, instant, is_offered
from models import Calendar
from parsing.limits import MAX_DAYS
from scheduling.agenda import agenda
from scheduling.errors import BookingError


class CalendarsOwn:
    """The expiry that the calendar's setting gives."""


class AsItIs:
    """The expiry that a link has already."""


CALENDARS_OWN, AS_IT_IS = CalendarsOwn(), AsItIs()

Expiry = CalendarsOwn | AsItIs | timedelta | date | None
"""The calendar's, the one it has, a lifetime, the last day in the calendar's zone, or never."""


class Reason(StrEnum):
    """Why an offer can't be."""

    PAST = "past"
    TOO_FAR = "too far"
    ORDER = "order"
    TOO_MANY = "too many"
    TOO_SOON = "too soon"
    OUTSIDE = "outside"
    BUSY = "busy"


class OfferRefused(BookingError):
    """The offer can't be: its `expires_on`, `earliest`, `latest` or `starts`; `start` is the exact time."""

    def __init__(self, field: str, reason: Reason, start: datetime | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.start = field, reason, start


def expiry_instant(calendar: Calendar, expiry: Expiry, now: datetime) -> datetime | None:
    """Return when a link that is made at `now` expires; None is never. Raises OfferRefused."""
    if isinstance(expiry, CalendarsOwn | AsItIs):
        return None if calendar.link_days is None else now + timedelta(days=calendar.link_days)
    if expiry is None or isinstance(expiry, timedelta):
        return None if expiry is None else now + expiry
    _require_near("expires_on", expiry, calendar, now)
    return instant(expiry, MINUTES_A_DAY, ZoneInfo(calendar.timezone))


def sorted_starts(starts: Iterable[datetime]) -> tuple[datetime, ...]:
    """Return exact times in order, each once, in whole seconds."""
    return tuple(sorted({start.replace(microsecond=0) for start in starts}))


def require_possible(calendar: Calendar, offer: Offer, now: datetime) -> None:
    """Raise OfferRefused unless the dates are in order and not over, and each exact time can be booked at `now`."""
    if offer.earliest:
        _require_near("earliest", offer.earliest, calendar, now)
    if offer.latest:
        _require_near("latest", offer.latest, calendar, now)
    if offer.earliest and offer.latest and offer.latest < offer.earliest:
        raise OfferRefused("latest", Reason.ORDER)
    if len(offer.starts) > MAX_STARTS:
        raise OfferRefused("starts", Reason.TOO_MANY)
    if offer.starts:
        _require_free(calendar, offer, now)


def _require_near(field: str, day: date, calendar: Calendar, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    if day < today:
        raise OfferRefused(field, Reason.PAST)
    if day > today + MAX_DAYS * DAY:
        raise OfferRefused(field, Reason.TOO_FAR)


def _require_free(calendar: Calendar, offer: Offer, now: datetime) -> None:
    rules = calendar.rules_with(offer)
    for start in offer.starts:
        on = start.astimezone(rules.zone).date()
        if start < now:
            raise OfferRefused("starts", Reason.PAST, start)
        if start < now + rules.min_notice:
            raise OfferRefused("starts", Reason.TOO_SOON, start)
        if on > replace(rules, latest=None).last_date(now):
            raise OfferRefused("starts", Reason.TOO_FAR, start)
        if (offer.earliest and on < offer.earliest) or (offer.latest and on > offer.latest):
            raise OfferRefused("starts", Reason.OUTSIDE, start)
    busy = agenda(calendar.owner_id, calendar.id, rules.zone, offer.starts[0], offer.starts[-1] + rules.duration)
    for start in offer.starts:
        if not is_offered(rules, busy, now, start):
            raise OfferRefused("starts", Reason.BUSY, start)
