"""The rule that decides which slots can be booked. Pure: no database, and `now` is an argument.

Opening hours are wall times and a zone; everything else is an aware instant in UTC. All intervals are half-open and
all arithmetic is on instants, so a day on which the clock changes needs no special case.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Window:
    """A part of a day, in minutes after its midnight; `closes` may be 1440, the next day's 00:00."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise ValueError("a window ends after it starts, on the same day")


Windows = tuple[Window, ...]


@dataclass(frozen=True)
class Availability:
    """Weekly hours (Monday first) and overrides for single dates; an override without windows is a closed day."""

    week: tuple[Windows, ...] = ((),) * 7
    overrides: Mapping[date, Windows] = field(default_factory=dict)

    @property
    def has_hours(self) -> bool:
        """Whether there are any opening hours."""
        return any(self.week) or any(self.overrides.values())

    def on(self, day: date) -> Windows:
        """Return the windows of `day`: those of its override, else those of its weekday."""
        return self.overrides.get(day, self.week[day.weekday()])


@dataclass(frozen=True)
class Rules:
    """The settings of a calendar that determine its slots."""

    zone: ZoneInfo
    availability: Availability
    duration: timedelta
    step: timedelta
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    min_notice: timedelta = timedelta()
    horizon: int = 60
    """Days: the last bookable date is today in the calendar's zone and this many more."""
    daily_limit: int | None = None
    earliest: date | None = None
    latest: date | None = None
    """The first and the last bookable date in the calendar's zone, where they are narrower than notice and horizon."""
    starts: tuple[datetime, ...] | None = None
    """Exact starts, sorted, in the place of what windows and steps give."""

    def blocked(self, start: datetime) -> tuple[datetime, datetime]:
        """Return the interval that an appointment at `start` blocks, buffers included."""
        return start - self.buffer_before, start + self.duration + self.buffer_after

    def last_date(self, now: datetime) -> date:
        """Return the last date, in the calendar's zone, that is within the horizon and not after `latest`."""
        last = now.astimezone(self.zone).date() + timedelta(days=self.horizon)
        return min(last, self.latest) if self.latest else last


@dataclass(frozen=True)
class Notation:
    """How instants are written: as values of any kind that are in the order of their instants."""

    write: Callable[[datetime], Any]
    read: Callable[[Any], datetime]


AS_INSTANTS = Notation(lambda at: at, lambda at: at)


class BusyTimes:
    """Intervals in which the owner can't be booked, given in any order; they may overlap.

    They are kept as they are written: to read thousands of texts takes longer than all else that is done with them.
    """

    def __init__(self, intervals: Iterable[tuple[Any, Any]] = (), notation: Notation = AS_INSTANTS) -> None:
        self._write, self._read = notation.write, notation.read
        self._starts: list[Any] = []
        self._ends: list[Any] = []
        last = None
        for start, end in sorted(intervals):
            if last is None or start > last:
                self._starts.append(start)
                self._ends.append(last := end)
            elif end > last:
                self._ends[-1] = last = end

    def meets(self, start: datetime, end: datetime) -> bool:
        """Return whether `[start, end)` overlaps one of them."""
        i = bisect_right(self._ends, self._write(start))
        return i < len(self._starts) and bool(self._starts[i] < self._write(end))

    def between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield their parts within `[start, end)`, sorted; none touches another."""
        first, last = self._write(start), self._write(end)
        for i in range(bisect_right(self._ends, first), len(self._starts)):
            if self._starts[i] >= last:
                return
            yield self._read(max(self._starts[i], first)), self._read(min(self._ends[i], last))


@dataclass(frozen=True)
class Agenda:
    """What limits a calendar's slots: its owner's busy times, and the number of its bookings on each date."""

    busy: BusyTimes = field(default_factory=BusyTimes)
    booked: Mapping[date, int] = field(default_factory=dict)


@lru_cache(maxsize=8192)
def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a wall time given in minutes after midnight of `day`; 1440 is 24:00.

    RFC 5545, section 3.3.5: a wall time in a gap has the offset before the gap; of one that occurs twice, the first is
    meant. That is what `fold=0` does (PEP 495).
    """
    days, minutes = divmod(minutes, MINUTES_A_DAY)
    hours, minutes = divmod(minutes, 60)
    return datetime.combine(day + days * DAY, time(hours, minutes), zone).astimezone(UTC)


class BookableRange:
    """The time range in which slots can be booked at `now`, and a test for each candidate in it."""

    def __init__(self, rules: Rules, agenda: Agenda, now: datetime, since: datetime, until: datetime) -> None:
        """Narrow `[since, until)` to what the minimum notice, the horizon and the dates of an offer allow."""
        self._rules, self._agenda = rules, agenda
        self._first_date, self._last_date = rules.earliest or date.min, rules.last_date(now)
        self._since = max(since, now + rules.min_notice)
        if rules.earliest:
            self._since = max(self._since, instant(rules.earliest, 0, rules.zone) - DAY)
        self._until = min(until, instant(self._last_date, MINUTES_A_DAY, rules.zone) + DAY)

    def days(self) -> Iterator[list[datetime]]:
        """Yield the candidates of each date, starting a day early: a start in a gap may fall on the next day.

        In some places a whole day was skipped. Exact starts come all at once.
        """
        if self._since >= self._until:
            return
        if self._rules.starts is not None:
            yield list(self._rules.starts)
            return
        day = self._since.astimezone(self._rules.zone).date() - DAY
        last = self._until.astimezone(self._rules.zone).date()
        while day <= last:
            yield _candidates(self._rules, day)
            day += DAY

    def offers(self, start: datetime) -> bool:
        """Return whether a candidate can be booked at `now`."""
        if not self._since <= start < self._until or self._agenda.busy.meets(*self._rules.blocked(start)):
            return False
        on, limit = start.astimezone(self._rules.zone).date(), self._rules.daily_limit
        return self._first_date <= on <= self._last_date and (limit is None or self._agenda.booked.get(on, 0) < limit)


def offered_slots(rules: Rules, agenda: Agenda, now: datetime, since: datetime, until: datetime) -> list[datetime]:
    """Return the starts of all slots in `[since, until)` that can be booked at `now`, sorted and unique."""
    reach = BookableRange(rules, agenda, now, since, until)
    return sorted({start for starts in reach.days() for start in starts if reach.offers(start)})


def bookable_dates(
    rules: Rules, agenda: Agenda, now: datetime, since: datetime, until: datetime, zone: ZoneInfo
) -> set[date]:
    """Return the dates in `zone` of `offered_slots`; faster, since it stops at the first slot of a date."""
    reach = BookableRange(rules, agenda, now, since, until)
    found: set[date] = set()
    for starts in reach.days():
        for on, group in _by_date(starts, zone):
            if on not in found and any(map(reach.offers, group)):
                found.add(on)
    return found


def is_offered(rules: Rules, agenda: Agenda, now: datetime, start: datetime) -> bool:
    """Return whether `start` is one of the `offered_slots`."""
    return offered_slots(rules, agenda, now, start, start + timedelta.resolution) == [start]


def first_slot(rules: Rules, agenda: Agenda, now: datetime, since: datetime) -> datetime | None:
    """Return the first slot at or after `since`, or None if there is none within the horizon."""
    end = instant(rules.last_date(now), MINUTES_A_DAY, rules.zone) + DAY
    since = max(since, now)
    while since < end:
        if found := offered_slots(rules, agenda, now, since, since + 7 * DAY):
            return found[0]
        since += 7 * DAY
    return None


def nearest_slots(rules: Rules, agenda: Agenda, now: datetime, start: datetime, limit: int) -> list[datetime]:
    """Return the up to `limit` slots nearest to `start`, sorted; further away than a week only if none is nearer."""
    found = offered_slots(rules, agenda, now, start - 7 * DAY, start + 7 * DAY)
    if not found:
        later = first_slot(rules, agenda, now, start)
        found = [later] if later else []
    return sorted(sorted(found, key=lambda slot: abs(slot - start))[:limit])


def within(availability: Availability, zone: ZoneInfo, start: datetime, end: datetime) -> bool:
    """Return whether `[start, end)` lies within one window."""
    day = start.astimezone(zone).date()
    return any(
        instant(on, window.opens, zone) <= start and end <= instant(on, window.closes, zone)
        for on in (day - DAY, day)
        for window in availability.on(on)
    )


def _candidates(rules: Rules, day: date) -> list[datetime]:
    """Return the possible starts in the windows of `day`, window by window."""
    starts = []
    for window in rules.availability.on(day):
        start = instant(day, window.opens, rules.zone)
        latest = instant(day, window.closes, rules.zone) - rules.duration
        while start <= latest:
            starts.append(start)
            start += rules.step
    return starts


def _by_date(starts: list[datetime], zone: ZoneInfo) -> Iterator[tuple[date, Iterable[datetime]]]:
    """Yield the candidates of a day grouped by their dates in `zone`; a date may come twice when the clock changes."""
    if starts and (on := starts[0].astimezone(zone).date()) == starts[-1].astimezone(zone).date():
        yield on, starts
    else:
        yield from groupby(starts, key=lambda start: start.astimezone(zone).date())


def overlapping(windows: Sequence[Window]) -> bool:
    """Return whether two of the windows overlap; windows that only touch do not."""
    ordered = sorted(windows)
    return any(later.opens < earlier.closes for earlier, later in zip(ordered, ordered[1:], strict=False))
