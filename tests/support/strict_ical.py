"""Reading iCalendar strictly: RFC 5545's rules for lines and properties, and a parser that is not the writer's."""

import re

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

ONCE = {"VCALENDAR": {"PRODID", "VERSION"}, "VEVENT": {"UID", "DTSTAMP", "DTSTART"}}
AT_MOST_ONCE = {
    "METHOD", "CALSCALE", "UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LOCATION",
    "DESCRIPTION", "URL", "CREATED", "LAST-MODIFIED", "ORGANIZER", "REFRESH-INTERVAL",
}  # fmt: skip


def read(data: bytes) -> Calendar:
    """Return the calendar; anything that RFC 5545 (or 7986, for feeds) does not allow fails."""
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), line
        assert len(line) <= 75, line
        line.decode()  # section 3.1: a fold may not part a letter's bytes for readers that unfold as text
    names = [re.split("[;:]", line)[0] for line in unfolded(data)]
    for component, needed in ONCE.items():
        for part in parts(unfolded(data), component):
            there = [re.split("[;:]", line)[0] for line in part]
            assert all(there.count(name) == 1 for name in needed), (component, there)
            assert all(there.count(name) <= 1 for name in AT_MOST_ONCE), there
    assert names[0] == "BEGIN"
    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    known = [calendar, *calendar.events]
    assert [extra.name for each in known for extra in each.extras if not extra.name.startswith("x-")] == []
    return calendar


def unfolded(data: bytes) -> list[str]:
    """Return the content lines (section 3.1)."""
    return data.replace(b"\r\n ", b"").decode().splitlines()


def parts(lines: list[str], component: str) -> list[list[str]]:
    """Return each component's own lines, without those of what is in it."""
    found: list[list[str]] = []
    path: list[str] = []
    for line in lines:
        if line.startswith("BEGIN:"):
            path.append(line[6:])
            if path[-1] == component:
                found.append([])
        elif line.startswith("END:"):
            assert path.pop() == line[4:]
        elif path[-1] == component:
            found[-1].append(line)
    assert path == []
    return found
