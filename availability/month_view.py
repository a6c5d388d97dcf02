"""The slot picker's data: a month with its bookable days, and the slots of one day. Pure, like availability.slots."""

from calendar import Calendar as Months
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from availability.slots import DAY, Agenda, Rules, bookable_dates, first_slot, instant, nearest_slots, offered_slots

NEAREST = 3
AROUND_MIDNIGHT = timedelta(hours=3)


@dataclass(frozen=True)
class Picker:
    """One view of a calendar's slots in the invitee's zone. Months are named by their first day."""

    zone: ZoneInfo
    month: date
    previous: date | None
    next: date | None
    today: date
    bookable: frozenset[date]
    day: date | None
    starts: tuple[datetime, ...]
    """The slots that start on `day`, as aware wall times in `zone`."""
    elsewhere: date | None
    """The first bookable day after the month, if the month has none."""
    nearest: tuple[datetime, ...]
    """The slots nearest to one that is gone; those of them on `day` are not repeated in `starts`."""

    @property
    def noon(self) -> datetime:
        """Noon of the day that is shown if it is of the month, else of the first day of the month.

        Any day can be asked for, also the first or the last that there is: no arithmetic is done on it.
        """
        of_the_month = self.day and _first_of(self.day) == self.month
        return instant(self.day if self.day and of_the_month else self.month, 12 * 60, self.zone)

    def weeks(self, first_weekday: int = 0) -> list[list[date]]:
        """Return the weeks of the month that are not over, filled up with days of the months around it.

        They begin with `first_weekday`; Monday is 0.
        """
        weeks = Months(first_weekday).monthdatescalendar(self.month.year, self.month.month)
        return [week for week in weeks if week[-1] >= self.today]


def build_picker(
    rules: Rules,
    agenda: Agenda,
    now: datetime,
    zone: ZoneInfo,
    month: date | None = None,
    day: date | None = None,
    near: datetime | None = None,
) -> Picker:
    """Return the view of `day`, else of the first bookable day of `month`, else of the first bookable day at all.

    A day or month outside the horizon gives the nearest month within it, without slots. With `near`, the slots nearest
    to it are listed separately.
    """
    today = now.astimezone(zone).date()
    end = instant(rules.last_date(now), 24 * 60, rules.zone) - timedelta.resolution
    last = max(today, end.astimezone(zone).date())  # the dates of an offer may be over
    shown = _clamp(_first_of(day or month or today), _first_of(today), _first_of(last))
    bookable = _bookable(rules, agenda, now, zone, shown)
    if not bookable and day is None and month is None and (day := _first_after(rules, agenda, now, zone, shown)):
        shown = _first_of(day)
        bookable = _bookable(rules, agenda, now, zone, shown)
    day = day or min(bookable, default=None)
    starts = _by_day(rules, agenda, now, zone, day, day + DAY).get(day, []) if day in bookable else []
    close = nearest_slots(rules, agenda, now, near, NEAREST) if near else []
    return Picker(
        zone=zone,
        month=shown,
        previous=_first_of(shown - timedelta(days=1)) if shown > _first_of(today) else None,
        next=_next_month(shown) if shown < _first_of(last) else None,
        today=today,
        bookable=frozenset(bookable),
        day=day,
        starts=tuple(at for at in starts if at.astimezone(UTC) not in close),
        elsewhere=None if bookable else _first_after(rules, agenda, now, zone, shown),
        nearest=tuple(at.astimezone(zone) for at in close),
    )


def upcoming_days(rules: Rules, agenda: Agenda, now: datetime, count: int) -> list[tuple[date, list[datetime]]]:
    """Return the next `count` dates in the calendar's zone, today first, each with its slots as wall times."""
    today = now.astimezone(rules.zone).date()
    found = _by_day(rules, agenda, now, rules.zone, today, today + timedelta(days=count))
    return [(day, found.get(day, [])) for day in (today + timedelta(days=i) for i in range(count))]


def _bookable(rules: Rules, agenda: Agenda, now: datetime, zone: ZoneInfo, month: date) -> set[date]:
    """Return the dates of the month, in `zone`, that have a slot."""
    until = _next_month(month)
    found = bookable_dates(rules, agenda, now, *_around(month, until, zone), zone)
    return {day for day in found if month <= day < until}


def _first_after(rules: Rules, agenda: Agenda, now: datetime, zone: ZoneInfo, month: date) -> date | None:
    """Return the first date after the month, in `zone`, that has a slot."""
    later = first_slot(rules, agenda, now, instant(_next_month(month), 0, zone))
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


def _next_month(month: date) -> date:
    return _first_of(month + timedelta(days=31))


def _clamp(day: date, earliest: date, latest: date) -> date:
    return max(earliest, min(day, latest))
