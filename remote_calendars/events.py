"""One event of a feed: when it begins, how long it lasts, and whether its time is busy."""

from datetime import date, datetime, timedelta

from remote_calendars.content_lines import Component
from remote_calendars.moments import HOUR, Clock, Duration, Moment, parse_duration
from remote_calendars.reading import MAX_TITLE, Note, NoteCode


class NotAnEvent(Exception):
    """The event can't count; `note` says why."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.code)
        self.note = note


class Event:
    """A VEVENT. `notes` grows with what was not understood. Raises NotAnEvent."""

    def __init__(self, component: Component, clock: Clock) -> None:
        self.component, self._clock = component, clock
        self.notes: list[Note] = []
        uid, title = component.first("UID"), component.first("SUMMARY")
        self.uid = uid.value.strip() if uid else ""
        self.title = title.text.strip()[:MAX_TITLE] if title else ""
        self.start = self._read_start()
        if unknown := clock.unknown_zone(component):
            self.note(NoteCode.ZONE, unknown[:MAX_TITLE])
        self.duration = self._read_duration()

    @property
    def starts_at(self) -> datetime:
        """Its first start."""
        return self._clock.instant(self.start)

    @property
    def ends_at(self) -> datetime:
        """Its first end."""
        return self.end_of(self.start)

    @property
    def day(self) -> date:
        """The date on which it first starts."""
        return self.start.wall.date()

    @property
    def is_override(self) -> bool:
        """Whether it stands for one time of a series."""
        return self.component.first("RECURRENCE-ID") is not None

    @property
    def is_this_and_future(self) -> bool:
        """Whether it stands for one time of a series and all later ones."""
        line = self.component.first("RECURRENCE-ID")
        return line is not None and line.parameters.get("RANGE", "").upper() == "THISANDFUTURE"

    @property
    def sequence(self) -> int:
        """Its revision; 0 if it has none."""
        value = self.component.value("SEQUENCE")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0

    @property
    def repeats(self) -> bool:
        """Whether it has more than its first time, or stands for one of a series."""
        return any(self.component.first(name) for name in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))

    def end_of(self, start: Moment) -> datetime:
        """Return the end of the time that starts at `start`."""
        return self._clock.later(start, self.duration)

    def is_free(self, own_addresses: frozenset[str]) -> bool:
        """Return whether its time is not busy: transparent, cancelled, shown as free, or declined by the owner."""
        component = self.component
        return (
            component.value("TRANSP") == "TRANSPARENT"
            or component.value("STATUS") == "CANCELLED"
            or component.value("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
            or any(
                line.parameters.get("PARTSTAT", "").upper() == "DECLINED"
                and line.value.strip().lower().removeprefix("mailto:") in own_addresses
                for line in component.all("ATTENDEE")
            )
        )

    def note(self, code: NoteCode, detail: str = "") -> None:
        """Remember what was not understood."""
        self.notes.append(Note(code, self.title, self.day, detail))

    def _read_start(self) -> Moment:
        line = self.component.first("DTSTART")
        start = self._clock.moment(line) if line else None
        if start is None:
            raise NotAnEvent(Note(NoteCode.START, self.title, None, line.value[:MAX_TITLE] if line else ""))
        return start

    def _read_duration(self) -> Duration:
        """Return how long it lasts. What repeats lasts as long each time as the first (RFC 5545, section 3.8.5.3)."""
        if line := self.component.first("DTEND"):
            return self._until(self._clock.moment(line))
        if line := self.component.first("DURATION"):
            duration = parse_duration(line.value)
            return self._unless_backwards(duration) if duration else self._unreadable_end()
        return Duration(1, timedelta()) if self.start.is_date else Duration(0, timedelta())

    def _until(self, end: Moment | None) -> Duration:
        if end is None:
            return self._unreadable_end()
        if self.start.is_date and end.is_date:  # the same date twice: some write a whole day like this
            return self._unless_backwards(Duration((end.wall - self.start.wall).days or 1, timedelta()))
        return self._unless_backwards(Duration(0, self._clock.instant(end) - self.starts_at))

    def _unless_backwards(self, duration: Duration) -> Duration:
        if self._clock.later(self.start, duration) >= self.starts_at:
            return duration
        self.note(NoteCode.BACKWARDS)
        return Duration(0, timedelta())

    def _unreadable_end(self) -> Duration:
        self.note(NoteCode.END)
        return Duration(1, timedelta()) if self.start.is_date else Duration(0, HOUR)
