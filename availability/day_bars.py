"""Days as bars: when a calendar is open, what of that is free, and what is taken. Pure, like availability.slots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from availability.slots import MINUTES_A_DAY, Agenda, Rules, instant
from availability.wall_week import MINUTE, wall_minutes

Spans = tuple[tuple[int, int], ...]
"""Minutes of the wall time after midnight, from and to."""

NINE_TO_FIVE = 9 * 60, 17 * 60


@dataclass(frozen=True)
class DayBar:
    """A date with its slots, as wall times, and with the spans in which it is open, free and taken."""

    day: date
    starts: Sequence[datetime]
    open: Spans
    free: Spans
    taken: Spans


def day_bars(rules: Rules, agenda: Agenda, days: Iterable[tuple[date, Sequence[datetime]]]) -> list[DayBar]:
    """Return the bar of each date, which comes with its slots as wall times."""
    return [
        DayBar(
            day=day,
            starts=starts,
            open=tuple((window.opens, window.closes) for window in rules.availability.on(day)),
            free=_free(rules, starts),
            taken=_taken(rules, agenda, day),
        )
        for day, starts in days
    ]


def hours_shown(bars: Iterable[DayBar]) -> tuple[int, int]:
    """Return from when until when the bars reach, in minutes of whole hours; nine to five if nothing is open."""
    spans = [span for bar in bars for span in bar.open + bar.free]
    if not spans:
        return NINE_TO_FIVE
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    return first // 60 * 60, -(-last // 60) * 60


def _free(rules: Rules, starts: Sequence[datetime]) -> Spans:
    length = rules.duration // MINUTE
    minutes = sorted({start.hour * 60 + start.minute for start in starts})
    return merged((start, min(start + length, MINUTES_A_DAY)) for start in minutes)


def _taken(rules: Rules, agenda: Agenda, day: date) -> Spans:
    spans = []
    for window in rules.availability.on(day):
        opens, closes = (instant(day, minutes, rules.zone) for minutes in (window.opens, window.closes))
        for start, end in agenda.busy.between(opens, closes):
            spans.append((wall_minutes(start, day, rules.zone), min(wall_minutes(end, day, rules.zone), window.closes)))
    return tuple(span for span in spans if span[0] < span[1])


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return sorted spans as few: those that touch or overlap become one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)
