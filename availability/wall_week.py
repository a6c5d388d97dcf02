"""A week as it hangs on a wall: intervals as pieces of its days. Pure, like availability.slots.

A piece lies on one date, in minutes of the wall time. What goes on past midnight is two pieces. On a day on which the
clock changes, the minutes are those that a clock on the wall shows; a piece that would end before it starts there is
as long as it takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from availability.slots import DAY, MINUTES_A_DAY, instant

DAYS = 7
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Piece:
    """The part of an interval on one day; `number` is the interval's place in what was given."""

    number: int
    day: int
    opens: int
    closes: int
    begins: bool
    """Whether the interval starts here, and not on a day before."""
    lane: int = 0
    lanes: int = 1
    """Pieces at the same time lie beside each other: this one in `lane` of so many `lanes`."""


def week_bounds(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants at which the week of seven days from `first` on starts and ends; 167 to 169 hours, mostly."""
    return instant(first, 0, zone), instant(first + DAYS * DAY, 0, zone)


def wall_minutes(at: datetime, day: date, zone: ZoneInfo) -> int:
    """Return the minutes of the wall time after midnight of `day`; those of another day are below 0 or above 1440."""
    local = at.astimezone(zone)
    return (local.date() - day).days * MINUTES_A_DAY + local.hour * 60 + local.minute


def pieces(intervals: Iterable[tuple[datetime, datetime]], first: date, zone: ZoneInfo) -> list[Piece]:
    """Return the pieces of the intervals on the seven days from `first` on, in the order of the intervals."""
    found = []
    for number, (start, end) in enumerate(intervals):
        since = (start.astimezone(zone).date() - first).days
        until = ((end - timedelta.resolution).astimezone(zone).date() - first).days
        for day in range(max(since, 0), min(until, DAYS - 1) + 1):
            opens = max(wall_minutes(start, first + day * DAY, zone), 0)
            closes = min(wall_minutes(end, first + day * DAY, zone), MINUTES_A_DAY)
            if closes <= opens:  # the clock was set back in between
                closes = min(opens + (end.astimezone(UTC) - start.astimezone(UTC)) // MINUTE, MINUTES_A_DAY)
            found.append(Piece(number, day, opens, closes, begins=day == since))
    return found


def side_by_side(found: Sequence[Piece], least: int) -> list[Piece]:
    """Return the pieces with their lanes, sorted by day and time. None counts as shorter than `least` minutes."""
    laid: list[Piece] = []
    together: list[Piece] = []
    ends: list[int] = []  # of the last piece in each lane
    for piece in sorted(found, key=lambda each: (each.day, each.opens, each.closes)):
        if together and (piece.day != together[-1].day or piece.opens >= max(ends)):
            laid += [replace(each, lanes=len(ends)) for each in together]
            together, ends = [], []
        lane = next((i for i, end in enumerate(ends) if end <= piece.opens), len(ends))
        ends[lane : lane + 1] = [max(piece.closes, piece.opens + least)]
        together.append(replace(piece, lane=lane))
    return laid + [replace(each, lanes=len(ends)) for each in together]
