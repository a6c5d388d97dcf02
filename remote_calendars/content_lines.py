"""iCalendar's text (RFC 5545, section 3.1): lines, their names, parameters and values, and the events that they form.

Each event is kept as few lines, since a feed has many events and most of their text says nothing about time.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from remote_calendars.reading import ProblemCode, ReadingFailed

MAX_DEPTH = 20
KEPT = {
    *("UID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
    *("TRANSP", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE", "FREEBUSY"),
}
_FOLD = re.compile(rb"\r?\n[ \t]")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_ESCAPE = re.compile(r"\\(.)")


class Line(NamedTuple):
    """A content line: `DTSTART;TZID=Europe/Berlin:20270101T090000`. Names are in capitals."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value of a text property without its escapes."""
        return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], self.value)


@dataclass
class Component:
    """A VEVENT, VFREEBUSY or VTIMEZONE: its kept lines. `raw` is the whole text of a VTIMEZONE."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        """Return the first line of this name, or None."""
        return next((line for line in self.lines if line.name == name), None)

    def all(self, name: str) -> list[Line]:
        """Return all lines of this name."""
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str:
        """Return the first value of this name in capitals, '' if there is none."""
        line = self.first(name)
        return line.value.strip().upper() if line else ""


@dataclass
class Feed:
    """All components of a feed, and the zone that it names for times without one ('' if none)."""

    components: list[Component]
    zone_name: str = ""
    name: str = ""

    def of_kind(self, kind: str) -> list[Component]:
        """Return the components of this kind."""
        return [component for component in self.components if component.kind == kind]


def parse_feed(data: bytes) -> Feed:
    """Return the components of a feed. Raises ReadingFailed if it is no whole calendar.

    A calendar that was cut off lacks its END:VCALENDAR, and what is missing must not become free.
    """
    text = _decode(data)
    if text.lstrip()[:1] == "<":
        raise ReadingFailed(ProblemCode.WEB_PAGE)
    return _Parser().parse(_NEWLINE.split(text))


def parse_line(text: str) -> Line | None:
    """Return the line; None if it is none. Quotation marks around parameters are gone."""
    name = _NAME.match(text)
    if not name:
        return None
    at, parameters = name.end(), {}
    while found := _PARAMETER.match(text, at):
        parameters[found[1].upper()] = found[2].replace('"', "")
        at = found.end()
    if text[at : at + 1] == ":" and not text.startswith("://", at):
        return Line(name[0].upper(), parameters, text[at + 1 :])
    # A parameter with a colon and without quotation marks, TZID=tzone://Microsoft/Utc: the value is the last part.
    rest, colon, value = text[name.end() :].rpartition(":")
    if not colon:
        return None
    broken = dict(part.split("=", 1) for part in rest.split(";") if "=" in part)
    return Line(name[0].upper(), {key.upper(): said.replace('"', "") for key, said in broken.items()}, value)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return re.sub(r"\r?\n[ \t]", "", data.decode("utf-16", "replace"))
    data = _FOLD.sub(b"", data)  # before decoding: a line may be folded within a letter
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Parser:
    def __init__(self) -> None:
        self._feed = Feed([])
        self._open: list[str] = []
        self._current: Component | None = None
        self._calendars = 0

    def parse(self, lines: list[str]) -> Feed:
        for text in filter(str.strip, lines):
            upper = text[:6].upper()
            if upper == "BEGIN:":
                self._begin(text[6:].strip().upper())
            elif upper[:4] == "END:":
                self._end(text[4:].strip().upper())
            elif self._current is not None:
                self._take(self._current, text)
            elif self._open == ["VCALENDAR"]:
                self._take_header(text)
            if self._current is not None and self._current.kind == "VTIMEZONE":
                self._current.raw.append(text)
        if not self._calendars:
            raise ReadingFailed(ProblemCode.NO_CALENDAR)
        if self._open:
            raise ReadingFailed(ProblemCode.CUT_OFF)
        return self._feed

    def _begin(self, kind: str) -> None:
        if not self._open and kind != "VCALENDAR":
            raise ReadingFailed(ProblemCode.NO_CALENDAR)
        if len(self._open) >= MAX_DEPTH:
            raise ReadingFailed(ProblemCode.TOO_MUCH)
        if kind == "VCALENDAR":
            self._calendars += 1
        elif self._open == ["VCALENDAR"] and kind in ("VEVENT", "VFREEBUSY", "VTIMEZONE"):
            self._current = Component(kind)
            self._feed.components.append(self._current)
        self._open.append(kind)

    def _end(self, kind: str) -> None:
        """Close the component, and whatever is open within it: one that is not ended costs only itself."""
        if kind not in self._open:
            return
        while self._open.pop() != kind:
            pass
        if len(self._open) <= 1:
            if self._current is not None and self._current.kind == "VTIMEZONE":
                self._current.raw.append(f"END:{kind}")
            self._current = None

    def _take(self, component: Component, text: str) -> None:
        if len(self._open) > 2 or component.kind == "VTIMEZONE" and not text.upper().startswith("TZID"):
            return
        name = _NAME.match(text)
        if name and (name[0].upper() in KEPT or component.kind == "VTIMEZONE") and (line := parse_line(text)):
            component.lines.append(line)

    def _take_header(self, text: str) -> None:
        if text[:2].upper() == "X-" and (line := parse_line(text)):
            if line.name == "X-WR-TIMEZONE":
                self._feed.zone_name = line.text.strip()
            elif line.name == "X-WR-CALNAME":
                self._feed.name = line.text.strip()
