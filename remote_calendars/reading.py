"""What a reading of another calendar brings: busy times, and codes for what was not understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]

MAX_NOTES = 50
MAX_TITLE = 100


class NoteCode(StrEnum):
    """What was not understood of one event, and so what was made of it."""

    ZONE = "zone"
    """Its time zone is unknown: the owner's is taken."""
    START = "start"
    """It has no start that can be read, so it can't count."""
    END = "end"
    """Its end can't be read: it counts for an hour."""
    BACKWARDS = "backwards"
    """It ends before it starts, so it can't count."""
    RULE = "rule"
    """How it repeats is not understood: only the first time counts."""
    OFTEN = "often"
    """It repeats each second: only the first time counts."""
    SLOW = "slow"
    """Working out how it repeats takes too long: only the first time counts."""
    BROKEN = "broken"
    """It can't be read at all."""


class ProblemCode(StrEnum):
    """Why a whole reading failed; nothing of it counts."""

    ADDRESS = "address"
    NOT_HTTPS = "not https"
    NOT_PUBLIC = "not public"
    NO_HOST = "no host"
    NO_ANSWER = "no answer"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    LOGIN = "login"
    CONSENT = "consent"
    """The owner must sign in again at the service, and agree."""
    CLIENT = "client"
    """The service does not know this server, or does not let it in: its operator can put that right."""
    NOT_FOUND = "not found"
    REFUSED = "refused"
    SERVER = "server"
    REDIRECTS = "redirects"
    TOO_LARGE = "too large"
    WEB_PAGE = "web page"
    NO_CALENDAR = "no calendar"
    NOT_CALDAV = "not caldav"
    NO_CALENDARS = "no calendars"
    CUT_OFF = "cut off"
    TOO_MUCH = "too much"
    KEY = "key"
    CRASHED = "crashed"


class ReadingFailed(Exception):
    """The calendar could not be read. `detail` is for the owner: a status, a host's name; never a secret.

    `retry_after` is in how many seconds the server wants to be asked again, 0 if it did not say.
    """

    def __init__(self, code: ProblemCode, detail: str = "", retry_after: int = 0) -> None:
        super().__init__(code, detail)
        self.code, self.detail, self.retry_after = code, detail, retry_after


@dataclass(frozen=True)
class Note:
    """One thing that was not understood: the event's title and day as far as known, and the word at fault."""

    code: NoteCode
    title: str = ""
    day: date | None = None
    detail: str = ""


@dataclass(frozen=True)
class Scope:
    """What is to be read: busy times that meet `[since, until)`.

    `zone` is the owner's. Events with one of `own_uids` are our own appointments and are left out; `own_addresses` tell
    which attendee is the owner.
    """

    since: datetime
    until: datetime
    zone: ZoneInfo
    own_uids: frozenset[str] = frozenset()
    own_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """`busy` is sorted and merged, `count` says how many busy times that were; `digest` is that of what was read."""

    busy: list[Interval]
    count: int
    notes: list[Note] = field(default_factory=list)
    more_notes: int = 0
    digest: str = ""


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union of the intervals as sorted stretches; those that touch become one."""
    stretches: list[Interval] = []
    for start, end in sorted(intervals):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(end, stretches[-1][1])
        else:
            stretches.append((start, end))
    return stretches


def joined(readings: Iterable[Reading], notes: Iterable[Note] = ()) -> Reading:
    """Return several readings as one, with more notes in front."""
    readings = list(readings)
    said = [*notes, *(note for reading in readings for note in reading.notes)]
    return Reading(
        merged(interval for reading in readings for interval in reading.busy),
        sum(reading.count for reading in readings),
        said[:MAX_NOTES],
        max(len(said) - MAX_NOTES, 0) + sum(reading.more_notes for reading in readings),
    )
