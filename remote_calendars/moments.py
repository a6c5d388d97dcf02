"""Dates and times of iCalendar (RFC 5545, sections 3.3.4 to 3.3.6) as instants."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from remote_calendars.content_lines import Component, Feed, Line
from remote_calendars.zones import Zone, Zones

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than anything that matters; arithmetic stays far from its limits."""
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?", re.ASCII
)


class Moment(NamedTuple):
    """A wall time; `zone` is None for a date and for a floating time. A date has the time 00:00."""

    wall: datetime
    zone: tzinfo | None
    is_date: bool = False


class Duration(NamedTuple):
    """`days` are of the calendar, so that one may have 23 hours; `exact` is elapsed time."""

    days: int
    exact: timedelta


class Clock:
    """Reads the moments of one feed, and says what instants they are."""

    def __init__(self, feed: Feed, owners_zone: ZoneInfo) -> None:
        self.zones = Zones(feed.of_kind("VTIMEZONE"))
        self.owners_zone = owners_zone
        named = self.zones.find(feed.zone_name) if feed.zone_name else None
        self.floating = named.tz if named else owners_zone

    def moment(self, line: Line) -> Moment | None:
        """Return the moment that the line says; None if it can't be read. Of an unknown zone it is a floating time."""
        zone = self.zone_of(line)
        return parse_moment(line.value, zone.tz if zone else None)

    def zone_of(self, line: Line) -> Zone | None:
        """Return the zone that the line names, None if it names none or one that nobody knows."""
        name = line.parameters.get("TZID", "")
        return self.zones.find(name) if name else None

    def unknown_zone(self, component: Component) -> str:
        """Return the first name of a zone in the component that nobody knows, or ''."""
        for line in component.lines:
            name = line.parameters.get("TZID", "")
            if name and not line.value.strip().upper().endswith("Z") and self.zones.find(name) is None:
                return name
        return ""

    def instant(self, moment: Moment) -> datetime:
        """Return the instant in UTC. A date begins at midnight where the owner lives, whatever zone the feed names.

        A wall time in a gap has the offset before it, one that occurs twice is the first (RFC 5545, section 3.3.5).
        """
        if moment.wall.year >= LAST.year:
            return LAST
        zone = self.owners_zone if moment.is_date else moment.zone or self.floating
        return moment.wall.replace(tzinfo=zone, fold=0).astimezone(UTC)

    def later(self, moment: Moment, duration: Duration) -> datetime:
        """Return the instant at which a duration from `moment` on is over (RFC 5545, section 3.3.6)."""
        try:
            wall = moment.wall + duration.days * DAY
        except OverflowError:
            return LAST
        start = self.instant(moment._replace(wall=wall))
        return start if start == LAST else min(start + duration.exact, LAST)


def parse_moment(text: str, zone: tzinfo | None = None) -> Moment | None:
    """Return the moment in `20270101`, `20270101T090000` (in `zone`) or `20270101T090000Z`; None if it is none."""
    found = _TIME.fullmatch(text.strip().upper())
    if not found:
        return None
    year, month, day, hour, minute, second, utc = found.groups()
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            return Moment(datetime.combine(on, time()), None, is_date=True)
        at = time(int(hour), int(minute), min(int(second or 0), 59))  # 60 is a leap second
    except ValueError:
        return None
    return Moment(datetime.combine(on, at), UTC if utc else zone) if on.year >= 1 else None


def parse_duration(text: str) -> Duration | None:
    """Return the duration in `P1DT2H`; None if it is none."""
    found = _DURATION.fullmatch(text.strip().upper())
    if not found or not any(found.groups()[1:]):
        return None
    sign = -1 if found[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Duration(sign * (7 * weeks + days), sign * exact)
