"""Parsing and formatting opening hours: `mon-fri 09:00-17:00`, `2026-12-24 closed`."""

import re
from collections.abc import Iterable
from datetime import date

from availability.slots import MINUTES_A_DAY, Availability, Window, Windows, overlapping

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_OVERRIDES = 2000

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*(?:(am|pm)|([ap])\.m\.?)?|(\d{2})(\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class HoursError(ValueError):
    """Hours that can't be parsed or that contradict one another.

    `code` says why, `values` has the details; `i18n.hours_errors` has the message for each code.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def parse_availability(hours: Iterable[str], overrides: Iterable[str] = ()) -> Availability:
    """Return the availability given by lines such as `mon-fri 09:00-17:00` and `2026-12-24 closed`.

    Raises HoursError.
    """
    week: list[list[Window]] = [[] for _day in WEEKDAYS]
    for line in hours:
        weekdays, window = _read_weekly(line)
        for weekday in weekdays:
            week[weekday].append(window)
    dates: dict[date, list[Window]] = {}
    closed: set[date] = set()
    for line in overrides:
        day, window_or_none = _read_override(line)
        dates.setdefault(day, []).extend([window_or_none] if window_or_none else [])
        if window_or_none is None:
            closed.add(day)
        if day in closed and dates[day]:
            raise HoursError("closed_and_open", date=day.isoformat())
    if len(dates) > MAX_OVERRIDES:
        raise HoursError("too_many_dates", count=MAX_OVERRIDES)
    return Availability(
        week=tuple(_in_order(windows, name) for windows, name in zip(week, WEEKDAYS, strict=True)),
        overrides={day: _in_order(windows, day.isoformat()) for day, windows in sorted(dates.items())},
    )


def parse_windows(text: str) -> Windows:
    """Return the windows of one day, sorted, from a text such as `9:00-12:30, 13:30-24:00`; none if it is empty.

    Raises HoursError.
    """
    if text.strip().casefold() in ("", "closed", "-", "–"):
        return ()
    parts = [part for part in re.split(r"[,;\n]+", text) if part.strip()]
    return _in_order([_read_window(part) for part in parts])


def format_windows(windows: Windows) -> str:
    """Return the text of one day's windows, `09:00-12:30, 13:30-24:00`; empty if there are none."""
    return ", ".join(f"{format_minutes(w.opens)}-{format_minutes(w.closes)}" for w in windows)


def format_minutes(minutes: int) -> str:
    """Return minutes after midnight as `09:00`; 1440 is `24:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_time(text: str) -> int:
    """Return the minutes after midnight of `9:00`, `17.30`, `0900`, `9h` or `5 p.m.`; 24:00 is 1440.

    Raises HoursError.
    """
    match = _TIME.fullmatch(text.strip().casefold())
    hours, minutes = (int(match[1] or match[5]), int(match[2] or match[6] or 0)) if match else (99, 0)
    if match and (half := match[3] or match[4]):
        hours = hours % 12 + (12 if half.startswith("p") else 0) if 1 <= hours <= 12 else 99
    total = hours * 60 + minutes
    if minutes > 59 or total > MINUTES_A_DAY:
        raise HoursError("not_a_time", text=_short(text))
    return total


def _in_order(windows: Iterable[Window], day: str = "") -> Windows:
    ordered = tuple(sorted(windows))
    if overlapping(ordered):
        raise HoursError("overlap_on" if day else "overlap", day=day)
    return ordered


def _read_weekly(line: str) -> tuple[list[int], Window]:
    days_text, _space, window_text = line.strip().partition(" ")
    names = re.split("[-‐‑–—]", days_text.casefold())
    ends = [WEEKDAYS.index(name) for name in names if name in WEEKDAYS]
    if len(ends) != len(names) or len(ends) > 2 or not window_text.strip():
        raise HoursError("not_weekly_hours", text=_short(line))
    first, last = ends[0], ends[-1]
    count = (last - first) % len(WEEKDAYS) + 1
    return [(first + i) % len(WEEKDAYS) for i in range(count)], _read_window(window_text)


def _read_override(line: str) -> tuple[date, Window | None]:
    date_text, _space, rest = line.strip().partition(" ")
    if not _DATE.fullmatch(date_text) or not rest.strip():
        raise HoursError("not_an_override", text=_short(line))
    try:
        day = date.fromisoformat(date_text)
    except ValueError:
        raise HoursError("not_a_date", text=date_text) from None
    return day, None if rest.strip().casefold() == "closed" else _read_window(rest)


def _read_window(text: str) -> Window:
    ends = re.split(r"\s*(?:[-‐‑–—]|\bto\b)\s*", text.strip().casefold())
    if len(ends) != 2:
        raise HoursError("not_a_window", text=_short(text))
    opens, closes = parse_time(ends[0]), parse_time(ends[1]) or MINUTES_A_DAY  # midnight, as an end, is 24:00
    if opens >= closes:
        raise HoursError("ends_before_start", text=_short(text))
    return Window(opens, closes)


def _short(text: str) -> str:
    flat = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return flat if len(flat) <= 40 else flat[:39] + "…"
