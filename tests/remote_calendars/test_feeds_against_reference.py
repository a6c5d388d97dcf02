"""Generated events that repeat, in eight zones and over all clock changes of 2026 to 2028, against a slow reference.

The reference walks through every day and every minute of the clock; it uses neither our code nor a library's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cases import how_many, same_each_time

from remote_calendars.feed import read_feed
from remote_calendars.reading import Scope

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Chatham",
]
OWNERS_ZONE = "Europe/Berlin"
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
SCOPE = Scope(datetime(2026, 1, 10, tzinfo=UTC), datetime(2028, 12, 20, tzinfo=UTC), ZoneInfo(OWNERS_ZONE))
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@cache
def changes(zone: str) -> list[tuple[datetime, timedelta]]:
    """Return the offsets of a zone with the instants from which they hold, found by looking at every quarter hour."""
    at, found = datetime(2025, 12, 1, tzinfo=UTC), []
    while at.year < 2029:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
        if not found or found[-1][1] != offset:
            found.append((at, offset))
        at += 15 * MINUTE
    return found


def instant(wall: datetime, zone: str) -> datetime:
    """Return the first instant at which the clock shows `wall`; in a gap, by the offset before it."""
    spans = changes(zone)
    for number, (since, offset) in enumerate(spans):
        at = (wall - offset).replace(tzinfo=UTC)
        until = spans[number + 1][0] if number + 1 < len(spans) else None
        if until is None or at < until:
            return at if at >= since or number == 0 else (wall - spans[number - 1][1]).replace(tzinfo=UTC)
    raise AssertionError


@dataclass(frozen=True)
class Generated:
    """An event: how often it repeats, and what else is said of single times of it."""

    zone: str  # a name, "" for floating, "date" for whole days
    first: date
    minute: int
    minutes: int
    by_duration: bool
    frequency: str
    interval: int
    weekdays: frozenset[int]
    count: int | None
    until: date | None
    left_out: frozenset[int]
    moved: frozenset[int]
    freed: frozenset[int]

    @property
    def rules_zone(self) -> str:
        return self.zone if self.zone not in ("", "date") else OWNERS_ZONE


def days(event: Generated) -> list[date]:
    """Return the dates of the series, by looking at each day whether it belongs to it."""
    found, on = [], event.first
    week = event.first - event.first.weekday() * DAY
    while on <= LAST + DAY:
        match event.frequency:
            case "DAILY":
                belongs = (on - event.first).days % event.interval == 0
            case "WEEKLY":
                within = (on - week).days // 7 % event.interval == 0
                belongs = within and on.weekday() in (event.weekdays or {event.first.weekday()})
            case "MONTHLY":
                months = (on.year - event.first.year) * 12 + on.month - event.first.month
                belongs = months % event.interval == 0 and on.day == event.first.day
            case _:
                belongs = on == event.first
        if event.until and on > event.until:
            belongs = False
        if belongs or on == event.first:
            found.append(on)
        on += DAY
    return found[: event.count] if event.count else found


def reference(event: Generated) -> list[tuple[datetime, datetime]]:
    """Return the busy stretches: sorted, merged, within the scope."""
    times = []
    for number, on in enumerate(days(event)):
        if number in event.left_out or number in event.freed:
            continue
        if number in event.moved:
            start = instant(wall(event, on) + moved_by(event), event.rules_zone)
        else:
            start = instant(wall(event, on), event.rules_zone)
        if event.zone == "date":
            end = instant(start_of_day(start) + (event.minutes // 1440 + 1) * DAY, OWNERS_ZONE)
        else:
            end = start + event.minutes * MINUTE
        times.append((start, end))
    stretches: list[tuple[datetime, datetime]] = []
    for start, end in sorted(times):
        start, end = max(start, SCOPE.since), min(end, SCOPE.until)
        if start >= end:
            continue
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
        else:
            stretches.append((start, end))
    return stretches


def start_of_day(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(OWNERS_ZONE)).replace(tzinfo=None)


def moved_by(event: Generated) -> timedelta:
    return DAY if event.zone == "date" else 95 * MINUTE


def wall(event: Generated, on: date) -> datetime:
    minute = 0 if event.zone == "date" else event.minute
    return datetime.combine(on, time()) + minute * MINUTE


def as_text(event: Generated) -> bytes:
    """Return the event as a feed."""
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", dated("DTSTART", event, wall(event, event.first))]
    lines += length(event, event.first, timedelta())
    if event.frequency:
        rule = f"RRULE:FREQ={event.frequency};INTERVAL={event.interval}"
        if event.weekdays and event.frequency == "WEEKLY":
            rule += ";BYDAY=" + ",".join(DAYS[day] for day in sorted(event.weekdays))
        if event.count:
            rule += f";COUNT={event.count}"
        elif event.until:
            last = wall(event, event.until)
            if event.zone in ("", "date"):
                rule += f";UNTIL={last:%Y%m%d}" + ("" if event.zone == "date" else f"T{last:%H%M%S}")
            else:
                rule += f";UNTIL={instant(last, event.zone):%Y%m%dT%H%M%SZ}"
        lines.append(rule)
    on = days(event)
    lines += [dated("EXDATE", event, wall(event, on[number])) for number in event.left_out if number < len(on)]
    lines.append("END:VEVENT")
    for number in sorted(event.moved | event.freed):
        if number < len(on) and number not in event.left_out:
            shift = moved_by(event) if number in event.moved else timedelta()
            start = wall(event, on[number]) + shift
            lines += ["BEGIN:VEVENT", "UID:1", dated("RECURRENCE-ID", event, wall(event, on[number]))]
            lines += [dated("DTSTART", event, start), *length(event, on[number], shift)]
            lines += ["STATUS:CANCELLED"] if number in event.freed else []
            lines.append("END:VEVENT")
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def dated(name: str, event: Generated, at: datetime) -> str:
    if event.zone == "date":
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    zone = f";TZID={event.zone}" if event.zone else ""
    return f"{name}{zone}:{at:%Y%m%dT%H%M%S}"


def length(event: Generated, on: date, shift: timedelta) -> list[str]:
    start = wall(event, on) + shift
    if event.zone == "date":
        last = start + (event.minutes // 1440 + 1) * DAY
        return [dated("DTEND", event, last)]
    if event.by_duration:
        return [f"DURATION:PT{event.minutes}M"]
    # In UTC, so that the end says how long it lasts whatever the clock does.
    return [f"DTEND:{instant(start, event.rules_zone) + event.minutes * MINUTE:%Y%m%dT%H%M%SZ}"]


numbers = st.frozensets(st.integers(0, 8), max_size=2)
near_changes = st.sampled_from(
    [date(2026, 3, 27), date(2026, 10, 23), date(2027, 3, 26), date(2027, 4, 2), date(2027, 10, 30), date(2028, 3, 10)]
)


@st.composite
def events(draw: st.DrawFn) -> Generated:
    frequency = draw(st.sampled_from(["", "DAILY", "WEEKLY", "MONTHLY"]))
    first = draw(st.one_of(near_changes, st.dates(date(2026, 1, 12), date(2028, 11, 30))))
    weekdays = draw(st.frozensets(st.integers(0, 6), max_size=3)) if frequency == "WEEKLY" else frozenset()
    if weekdays:  # a start that is not one of the rule's own times is not defined (RFC 5545, section 3.8.5.3)
        weekdays |= {first.weekday()}
    ends = draw(st.sampled_from(["count", "until", ""])) if frequency else ""
    moved, freed, left_out = (draw(numbers) if frequency else frozenset[int]() for _ in range(3))
    return Generated(
        zone=draw(st.sampled_from([*ZONES, "", "date"])),
        first=first,
        minute=draw(st.one_of(st.sampled_from([60, 90, 120, 150, 180]), st.integers(0, 1439))),
        minutes=draw(st.one_of(st.integers(1, 600), st.integers(1, 4000))),
        by_duration=draw(st.booleans()),
        frequency=frequency,
        interval=draw(st.integers(1, 3)),
        weekdays=weekdays,
        count=draw(st.integers(1, 30)) if ends == "count" else None,
        until=first + draw(st.integers(0, 200)) * DAY if ends == "until" else None,
        left_out=left_out,
        moved=moved - left_out,
        freed=freed - left_out - moved,
    )


@pytest.mark.generated
@same_each_time(how_many(400))
@given(events())
def test_busy_times_are_those_of_the_reference(event: Generated) -> None:
    reading = read_feed(as_text(event), SCOPE)
    assert reading.notes == []
    assert reading.busy == reference(event)
