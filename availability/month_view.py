"""The slot picker's data: six weeks with their bookable days, and the slots of one day. Pure, like availability.slots.

A view is named by a month. It begins with the week of the month's first day, or with this week if that is later. It has
six weeks, so that the whole month is in it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from availability.slots import DAY, Agenda, Rules, bookable_dates, first_slot, instant, nearest_slots, offered_slots

NEAREST = 3
WEEKS = 6
WEEK = timedelta(days=7)
AROUND_MIDNIGHT = timedelta(hours=3)


@dataclass(frozen=True)
class Picker:
    """One view of a calendar's slots in the invitee's zone. Months are named by their first day."""

    zone: ZoneInfo
    month: date
    first: date
    """The first day that is shown; it may be over."""
    previous: date | None
    next: date | None
    today: date
    bookable: frozenset[date]
    """The days of the six weeks that have a slot."""
    day: date | None
    starts: tuple[datetime, ...]
    """The slots that start on `day`, as aware wall times in `zone`."""
    elsewhere: date | None
    """The first bookable day after the six weeks, if they have none."""
    nearest: tuple[datetime, ...]
    """The slots nearest to one that is gone; those of them on `day` are not repeated in `starts`."""

    @property
    def noon(self) -> datetime:
        """Noon of the day that is shown if it is in the six weeks, else of the first day of the month.

        Any day can be asked for, also the first or the last that there is: no arithmetic is done on it.
        """
        seen = self.day and _shows(self.first, self.day)
        return instant(self.day if self.day and seen else self.month, 12 * 60, self.zone)

    @property
    def weeks(self) -> list[list[date]]:
        """The six weeks, each with its seven days."""
        return [[self.first + (week * 7 + i) * DAY for i in range(7)] for week in range(WEEKS)]

    @property
    def needs_last_week(self) -> bool:
        """Whether the sixth week must be shown on a phone, too: no later view has it, or the day is in it."""
        return self.next is None or (self.day is not None and self.day in self.weeks[-1])

    @property
    def months(self) -> tuple[date, date]:
        """The first and the last of the months that have a week or more in the view."""
        days = Counter(_first_of(day) for week in self.weeks for day in week)
        named = [month for month, count in days.items() if count >= 7]
        return named[0], named[-1]


def build_picker(
    rules: Rules,
    agenda: Agenda,
    now: datetime,
    zone: ZoneInfo,
    month: date | None = None,
    day: date | None = None,
    near: datetime | None = None,
    first_weekday: int = 0,
) -> Picker:
    """Return the view of `day`, else of the first bookable day of `month`, else of the first bookable day at all.

    The weeks begin with `first_weekday`, Monday is 0. A `day` is shown in the view of `month` if that has it, so that
    the weeks stay where they are. A day or month outside the horizon gives the nearest month within it, without slots.
    With `near`, the slots nearest to it are listed separately.
    """
    today = now.astimezone(zone).date()
    end_of_horizon = instant(rules.last_date(now), 24 * 60, rules.zone) - timedelta.resolution
    last = max(today, end_of_horizon.astimezone(zone).date())  # the dates of an offer may be over
    begins = partial(_first_day, today=today, first_weekday=first_weekday)

    def view(of: date) -> date:
        """Return the month of the view that shows this day."""
        return _clamp(_first_of(of), _first_of(today), _first_of(last))

    shown = view(month or today)
    if day and not _shows(begins(shown), day):
        shown = view(day)
    bookable = _bookable(rules, agenda, now, zone, begins(shown))
    if not bookable and day is None and month is None:
        day = _first_from(rules, agenda, now, zone, begins(shown) + WEEKS * WEEK)
        if day:
            shown = view(day)
            bookable = _bookable(rules, agenda, now, zone, begins(shown))
    if day is None:
        day = min((each for each in bookable if each >= shown), default=min(bookable, default=None))
    starts = _by_day(rules, agenda, now, zone, day, day + DAY).get(day, []) if day in bookable else []
    close = nearest_slots(rules, agenda, now, near, NEAREST) if near else []
    end = begins(shown) + WEEKS * WEEK
    return Picker(
        zone=zone,
        month=shown,
        first=begins(shown),
        previous=_first_of(shown - DAY) if shown > _first_of(today) else None,
        next=_first_of(end - DAY) if end <= last else None,
        today=today,
        bookable=frozenset(bookable),
        day=day,
        starts=tuple(at for at in starts if at.astimezone(UTC) not in close),
        elsewhere=None if bookable else _first_from(rules, agenda, now, zone, end),
        nearest=tuple(at.astimezone(zone) for at in close),
    )


def upcoming_days(rules: Rules, agenda: Agenda, now: datetime, count: int) -> list[tuple[date, list[datetime]]]:
    """Return the next `count` dates in the calendar's zone, today first, each with its slots as wall times."""
    today = now.astimezone(rules.zone).date()
    found = _by_day(rules, agenda, now, rules.zone, today, today + timedelta(days=count))
    return [(day, found.get(day, [])) for day in (today + timedelta(days=i) for i in range(count))]


def _first_day(month: date, today: date, first_weekday: int) -> date:
    """Return the first day of the week of the month's first day, or of today if that is later."""
    of_the_view = max(month, today)
    return of_the_view - (of_the_view.weekday() - first_weekday) % 7 * DAY


def _shows(first: date, day: date) -> bool:
    """Return whether the six weeks from `first` on have this day; any two dates can be compared."""
    return 0 <= (day - first).days < WEEKS * 7


def _bookable(rules: Rules, agenda: Agenda, now: datetime, zone: ZoneInfo, first: date) -> set[date]:
    """Return the dates of the six weeks, in `zone`, that have a slot."""
    until = first + WEEKS * WEEK
    found = bookable_dates(rules, agenda, now, *_around(first, until, zone), zone)
    return {day for day in found if first <= day < until}


def _first_from(rules: Rules, agenda: Agenda, now: datetime, zone: ZoneInfo, day: date) -> date | None:
    """Return the first date from `day` on, in `zone`, that has a slot."""
    later = first_slot(rules, agenda, now, instant(day, 0, zone))
    return later.astimezone(zone).date() if later else None


def _by_day(
    rules: Rules, agenda: Agenda, now: datetime, zone: ZoneInfo, first: date, end: date
) -> dict[date, list[datetime]]:
    """Return the slots of the dates in `[first, end)`, as wall times in `zone`, by date."""
    days: dict[date, list[datetime]] = {}
    for start in offered_slots(rules, agenda, now, *_around(first, end, zone)):
        local = start.astimezone(zone)
        if first <= local.date() < end:
            days.setdefault(local.date(), []).append(local)
    return days


def _around(first: date, end: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the interval that contains all slots on the dates in `[first, end)`.

    It is a little wider on both sides, since midnight itself may be skipped or repeated.
    """
    return instant(first, 0, zone) - AROUND_MIDNIGHT, instant(end, 0, zone) + AROUND_MIDNIGHT


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _clamp(day: date, earliest: date, latest: date) -> date:
    return max(earliest, min(day, latest))
