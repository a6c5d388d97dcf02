"""The week at a glance: where its blocks, busy times and days stand in the drawing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from availability.slots import DAY, Availability, BusyTimes
from availability.wall_week import DAYS, Piece, pieces, side_by_side, wall_minutes, week_bounds
from i18n.bidi import isolate
from i18n.formatting import format_day, format_hour, format_stretch, format_times, format_week, weekdays
from i18n.texts import gettext as _
from parsing.values import YEARS
from scheduling.booking_queries import Appointment

EIGHT_TO_SIX = 8 * 60, 18 * 60
TWO_HOURS = 120
SHORTEST = 33
"""Minutes that a block takes at least, so that its name can be read and it can be pressed."""
TALL, FLAT = 2.75, 2.0
"""What an hour takes, in the size of the text: the second where the day is long."""
EDGES = 0.35
LONG_DAY = 12 * 60


class Head(NamedTuple):
    """A day above its column."""

    name: str
    words: str
    number: int
    is_today: bool
    is_closed: bool
    x: float


class Block(NamedTuple):
    """An appointment, or its part on one day. x and width are percent of the week, y and height sizes of the text."""

    url: str
    name: str
    words: str
    x: float
    y: float
    width: float
    height: float
    lines: int
    """How many lines of its name there is room for, up to three."""
    is_past: bool
    begins: bool


class Hatched(NamedTuple):
    """A busy time, or its part on one day; `is_imported` if it is one of another calendar."""

    is_imported: bool
    words: str
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class WeekView:
    """A week of an owner's appointments, as it is drawn."""

    title: str
    first: date
    previous: date
    next: date
    is_current: bool
    heads: Sequence[Head]
    hours: Sequence[tuple[str, float]]
    """Each second hour, with its y."""
    height: float
    blocks: Sequence[Block]
    busy: Sequence[Hatched]
    now: tuple[float, float] | None
    """x and y of the line, if this is the current week and the hour is shown."""

    @property
    def has_imported(self) -> bool:
        """Whether a busy time of another calendar is shown."""
        return any(each.is_imported for each in self.busy)


def first_of_week(day: date, first_weekday: int) -> date:
    """Return the first day of the week of `day`."""
    return day - (day.weekday() - first_weekday) % DAYS * DAY


def clamped(day: date) -> date:
    """Return the day, or the nearest of those whose weeks can be shown."""
    return min(max(day, date(YEARS[0], 1, 8)), date(YEARS[-1], 12, 20))


def week_view(
    first: date,
    zone: ZoneInfo,
    now: datetime,
    appointments: Sequence[tuple[Appointment, str]],
    busy: Mapping[str | None, BusyTimes],
    open_hours: Iterable[Availability],
) -> WeekView:
    """Return the week from `first` on in `zone`; each appointment comes with its URL.

    `busy` are the times that the owner blocked (None), and those of each other calendar by its name.
    """
    days = [first + i * DAY for i in range(DAYS)]
    open_hours = list(open_hours)
    windows = [[window for each in open_hours for window in each.on(day)] for day in days]
    laid = side_by_side(pieces([(each.starts_at, each.ends_at) for each, _url in appointments], first, zone), SHORTEST)
    shown = [(window.opens, window.closes) for day in windows for window in day]
    top, bottom = _hours_shown(shown + [(piece.opens, piece.closes) for piece in laid])
    scale = (TALL if bottom - top <= LONG_DAY else FLAT) / 60
    today = now.astimezone(zone).date()
    place = (now.astimezone(zone).date() - first).days, wall_minutes(now, today, zone)
    names = weekdays()
    return WeekView(
        title=format_week(days[0], days[-1], today),
        first=first,
        previous=clamped(first - DAYS * DAY),
        next=clamped(first + DAYS * DAY),
        is_current=days[0] <= today <= days[-1],
        heads=[
            Head(names[i][1], format_day(day), day.day, day == today, bool(open_hours) and not windows[i], _x(i))
            for i, day in enumerate(days)
        ],
        hours=[(format_hour(at), (at - top) * scale) for at in range(top, bottom + 1, TWO_HOURS)],
        height=(bottom - top) * scale,
        blocks=[_block(piece, *appointments[piece.number], zone, now, top, scale) for piece in laid],
        busy=[
            hatched
            for source, times in busy.items()
            for hatched in _hatched(first, zone, source, times, top, bottom, scale)
        ],
        now=(_x(place[0]), (place[1] - top) * scale) if 0 <= place[0] < DAYS and top <= place[1] <= bottom else None,
    )


def _hours_shown(spans: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return from when until when the days reach, in even hours."""
    spans = list(spans) or [EIGHT_TO_SIX]
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    return first // TWO_HOURS * TWO_HOURS, -(-last // TWO_HOURS) * TWO_HOURS


def _block(
    piece: Piece, appointment: Appointment, url: str, zone: ZoneInfo, now: datetime, top: int, scale: float
) -> Block:
    width = 100 / DAYS / piece.lanes
    height = max(piece.closes - piece.opens, SHORTEST) * scale
    when = format_times(appointment.starts_at, appointment.ends_at, zone)
    name = appointment.name or _("Details erased")
    return Block(
        url=url,
        name=name,
        words=f"{isolate(name)}, {format_day(appointment.starts_at.astimezone(zone).date())}, {when}",
        x=round(_x(piece.day) + piece.lane * width, 3),
        y=round((piece.opens - top) * scale, 3),
        width=round(width, 3),
        height=round(height, 3),
        lines=min(max(1, int(height - EDGES)), 3),
        is_past=appointment.ends_at <= now,
        begins=piece.begins,
    )


def _hatched(
    first: date, zone: ZoneInfo, source: str | None, busy: BusyTimes, top: int, bottom: int, scale: float
) -> list[Hatched]:
    intervals = list(busy.between(*week_bounds(first, zone)))
    found = []
    for piece in pieces(intervals, first, zone):
        opens, closes = max(piece.opens, top), min(piece.closes, bottom)
        if opens < closes:
            when, is_imported = format_stretch(*intervals[piece.number], zone), source is not None
            words = (
                _("Busy in “%(name)s”: %(when)s", name=isolate(source), when=when)
                if source is not None
                else _("Blocked: %(when)s", when=when)
            )
            y, height = round((opens - top) * scale, 3), round((closes - opens) * scale, 3)
            found.append(Hatched(is_imported, words, _x(piece.day), y, height))
    return found


def _x(day: int) -> float:
    return round(100 / DAYS * day, 3)
