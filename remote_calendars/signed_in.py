"""What the accounts that an owner signs in to have in common: their calendars, and an appointment as an entry there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from remote_calendars.reading import Interval, Reading, Scope, merged

MAX_PAGES = 40
TRIES = 3


@dataclass(frozen=True)
class Found:
    """A calendar of the account: `is_own` says that the owner's own events are in it, and may be written there.

    Of the first one `account` is what the account may be called; '' is as the calendar.
    """

    id: str
    name: str
    is_own: bool
    is_first: bool = False
    account: str = ""


@dataclass(frozen=True)
class Entry:
    """An appointment as the other calendar shows it; `uid` never changes, `sequence` grows with each change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Entry":
        """Return the entry that JSON says."""
        times = {name: datetime.fromtimestamp(said[name], UTC) for name in ("starts_at", "ends_at")}
        return cls(**(said | times))


class Account(Protocol):
    """An account at Google or Microsoft. All of it raises ReadingFailed."""

    def calendars(self) -> list[Found]:
        """Return the account's calendars."""

    def read(self, calendars: list[dict[str, Any]], scope: Scope) -> Reading:
        """Return when these calendars are busy, without our appointments in writable ones. If one fails, all do."""

    def put(self, calendar: str, entry: Entry) -> None:
        """Make the calendar have the entry, at its time; whatever else the owner changed there stays."""

    def remove(self, calendar: str, uid: str) -> None:
        """Take the entry out; one that is not there is out already."""


def choices(found: Iterable[Found], before: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the calendars with whether each counts; of those that are new the owner's own do."""
    chosen = {each["href"]: each["counts"] for each in before}
    return [
        {"href": each.id, "name": each.name[:200], "counts": chosen.get(each.id, each.is_own), "own": each.is_own}
        for each in found
    ]


def reading_of(busy: Iterable[Interval], scope: Scope) -> Reading:
    """Return the busy times that meet the scope, cut to it."""
    clipped = [(max(a, scope.since), min(b, scope.until)) for a, b in busy if a < scope.until and b > scope.since]
    return Reading(merged(clipped), len(clipped))


def spans(scope: Scope, longest: timedelta) -> Iterable[Interval]:
    """Return the scope in parts that are not too long to be asked about at once."""
    since = scope.since
    while since < scope.until:
        yield since, min(since + longest, scope.until)
        since += longest
