"""Events that repeat, worked out with `recurring-ical-events`.

It gets one series at a time, so that a broken one costs no other, and in the wall time of the series without a zone:
that is how rules are meant, and with zones it takes a time in UTC for the same time on the local clock. What it would
lose without a word is put right before.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import recurring_ical_events
from icalendar import Calendar

from remote_calendars.content_lines import Line
from remote_calendars.cpu_limit import TookTooLong, cpu_limit
from remote_calendars.events import Event
from remote_calendars.moments import DAY, LAST, Clock, Moment, parse_duration
from remote_calendars.reading import Interval, NoteCode, Scope
from remote_calendars.rules import BadRule, wall_time, wall_time_rule

SECONDS_A_SERIES = 3.0
"""Of the processor's time."""
LONGEST_LOOK_BACK = 800 * DAY
_MARK = "X-BOOKONCE-EVENT"


@dataclass
class Series:
    """The events of one UID: the one that repeats, and those that stand for one time of it."""

    master: Event
    overrides: list[Event] = field(default_factory=list)


def expand(series: Series, clock: Clock, scope: Scope) -> list[tuple[Event, Interval]]:
    """Return each time of a series that may meet the scope, with the event that says what it is like.

    If the series can't be worked out, its first time and its overrides remain, and its notes say so.
    """
    try:
        with cpu_limit(SECONDS_A_SERIES):
            return list(_Expansion(series, clock).between(scope))
    except TookTooLong:
        series.master.note(NoteCode.SLOW)
    except Exception:  # whatever a library makes of a broken event: it must not cost the others
        series.master.note(NoteCode.RULE)
    return [(event, (event.starts_at, event.ends_at)) for event in (series.master, *series.overrides)]


class _Expansion:
    def __init__(self, series: Series, clock: Clock) -> None:
        self._master, self._clock = series.master, clock
        self._events = [series.master, *series.overrides]
        self._periods: dict[datetime, datetime] = {}  # the ends of RDATEs that have their own

    def between(self, scope: Scope) -> Iterator[tuple[Event, Interval]]:
        longest = max(event.ends_at - event.starts_at for event in self._events)
        since = scope.since - min(longest, LONGEST_LOOK_BACK) - 2 * DAY  # days are no hours in UTC
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calendar = Calendar.from_ical("\r\n".join(self._text()) + "\r\n")
            query = recurring_ical_events.of(calendar, components=["VEVENT"])
            found = query.between(_naive(since), _naive(scope.until + 2 * DAY))
        for occurrence in found:
            event = self._events[int(occurrence[_MARK])]
            yield event, self._interval(_wall(occurrence["DTSTART"].dt), event)

    def _interval(self, wall: datetime, event: Event) -> Interval:
        if event.is_override and not event.is_this_and_future:
            return event.starts_at, event.ends_at
        start = self._master.start._replace(wall=wall)
        return self._clock.instant(start), self._periods.get(wall) or event.end_of(start)

    def _text(self) -> Iterator[str]:
        """Yield a calendar of the series alone."""
        yield "BEGIN:VCALENDAR"
        for number, event in enumerate(self._events):
            yield from ("BEGIN:VEVENT", f"{_MARK}:{number}", "UID:series", f"SEQUENCE:{event.sequence}")
            yield self._dated("DTSTART", wall_time(event.start, self._master.start, self._clock))
            if event.is_override:
                yield from self._override(event)
            else:
                yield from self._rules(event)
            yield "END:VEVENT"
        yield "END:VCALENDAR"

    def _override(self, event: Event) -> Iterator[str]:
        line = event.component.first("RECURRENCE-ID")
        moment = self._clock.moment(line) if line else None
        if moment is None:
            event.note(NoteCode.RULE)
            return
        wall = wall_time(moment, self._master.start, self._clock)
        if moment.is_date and not self._master.start.is_date:
            wall = datetime.combine(wall, self._master.start.wall.time())
        parameters = ";RANGE=THISANDFUTURE" if event.is_this_and_future else ""
        yield self._dated(f"RECURRENCE-ID{parameters}", wall)

    def _rules(self, event: Event) -> Iterator[str]:
        for line in event.component.all("RRULE"):
            try:
                yield f"RRULE:{wall_time_rule(line.value, event.start, self._clock)}"
            except BadRule as bad:
                event.note(bad.code)
        for line in event.component.all("RDATE"):
            yield from (self._dated("RDATE", wall) for wall in self._more_times(line))
        for line in event.component.all("EXDATE"):
            yield from self._fewer_times(line)

    def _more_times(self, line: Line) -> Iterator[datetime]:
        for value in line.value.split(","):
            text, _, end = value.partition("/")
            moment = self._clock.moment(line._replace(value=text))
            if moment is None:
                self._master.note(NoteCode.RULE)
                continue
            wall = wall_time(moment, self._master.start, self._clock)
            if end and (ends_at := self._period_end(moment, line._replace(value=end))):
                self._periods[wall] = ends_at
            yield wall

    def _period_end(self, start: Moment, line: Line) -> datetime | None:
        if duration := parse_duration(line.value):
            return self._clock.later(start, duration)
        end = self._clock.moment(line)
        return self._clock.instant(end) if end else None

    def _fewer_times(self, line: Line) -> Iterator[str]:
        for value in line.value.split(","):
            moment = self._clock.moment(line._replace(value=value))
            if moment is None:
                self._master.note(NoteCode.RULE)
            elif moment.is_date:
                yield f"EXDATE;VALUE=DATE:{moment.wall:%Y%m%d}"
            else:
                yield self._dated("EXDATE", wall_time(moment, self._master.start, self._clock))

    def _dated(self, name: str, wall: datetime) -> str:
        if self._master.start.is_date:
            return f"{name};VALUE=DATE:{wall:%Y%m%d}"
        return f"{name}:{wall:%Y%m%dT%H%M%S}"


def grouped(events: Iterable[Event]) -> tuple[list[Event], list[Series]]:
    """Return the events that stand alone, and the series.

    Two events with one UID are two, and what stands for a time of a series that is not there stands alone.
    """
    events = list(events)
    overridden = {event.uid for event in events if event.is_override}
    masters: dict[str, Series] = {}
    alone, others = [], []
    for event in events:
        if event.is_override:
            continue
        if not event.repeats and event.uid not in overridden:
            alone.append(event)
        elif event.uid in masters:
            others.append(Series(event))
        else:
            masters[event.uid] = Series(event)
    for event in events:
        if event.is_override and event.uid in masters:
            masters[event.uid].overrides.append(event)
        elif event.is_override:
            alone.append(event)
    return alone, [*masters.values(), *others]


def _naive(at: datetime) -> datetime:
    return min(at, LAST).astimezone(UTC).replace(tzinfo=None)


def _wall(value: date | datetime) -> datetime:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
