"""Why there are no times on a day of the preview: what the owner blocked, and what was read from other calendars."""

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from availability.slots import DAY, MINUTES_A_DAY, instant
from i18n.bidi import isolate
from i18n.formatting import format_time
from i18n.texts import gettext as _
from scheduling.busy_times import Busy, busy_between


def busy_reasons(owner_id: int, zone: ZoneInfo, since: datetime, until: datetime) -> dict[date, list[str]]:
    """Return for each date in `zone` a line for each busy time on it: `9:00–10:00: busy in “Work”`."""
    found: defaultdict[date, list[tuple[datetime, str]]] = defaultdict(list)
    for busy in busy_between(owner_id, since, until):
        _add(found, busy.starts_at, busy.ends_at, _what(busy), zone, since, until)
    return {day: [line for _start, line in sorted(lines)] for day, lines in found.items()}


def _what(busy: Busy) -> str:
    if busy.source is not None:
        return _("busy in “%(name)s”", name=isolate(busy.source))
    return _("blocked: %(note)s", note=isolate(busy.note)) if busy.note else _("blocked")


def _add(
    found: dict[date, list[tuple[datetime, str]]],
    start: datetime,
    end: datetime,
    what: str,
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
) -> None:
    """Add a line to each day that the busy time is on."""
    day, last = max(start, since).astimezone(zone).date(), min(end, until).astimezone(zone).date()
    while day <= last:
        first, over = max(start, instant(day, 0, zone)), min(end, instant(day, MINUTES_A_DAY, zone))
        if first < over:
            whole = (first, over) == (instant(day, 0, zone), instant(day, MINUTES_A_DAY, zone))
            when = _("all day") if whole else _times(first, over, zone)
            found[day].append((first, _("%(when)s: %(what)s", when=when, what=what)))
        day += DAY


def _times(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    return f"{format_time(start.astimezone(zone))}–{format_time(end.astimezone(zone))}"
