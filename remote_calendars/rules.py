"""Recurrence rules (RFC 5545, section 3.3.10), checked first: a library drops what it does not know without a word."""

import re
from datetime import datetime, time

from remote_calendars.moments import Clock, Moment, parse_moment
from remote_calendars.reading import NoteCode

_FREQUENCIES = {"MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_NUMBERS = re.compile(r"[+-]?\d{1,4}(,[+-]?\d{1,4})*")
_PARTS = {
    "FREQ": re.compile(r"[A-Z]+"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
    "COUNT": re.compile(r"[1-9]\d{0,9}"),
    "INTERVAL": re.compile(r"[1-9]\d{0,6}"),
    "BYDAY": re.compile(rf"([+-]?\d{{1,2}})?{_WEEKDAY}(,([+-]?\d{{1,2}})?{_WEEKDAY})*"),
    "WKST": re.compile(_WEEKDAY),
} | dict.fromkeys(
    ("BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"), _NUMBERS
)


class BadRule(Exception):
    """The rule is not understood, or too much work."""

    def __init__(self, code: NoteCode) -> None:
        super().__init__(code)
        self.code = code


def wall_time_rule(rule: str, start: Moment, clock: Clock) -> str:
    """Return the rule for a series that starts at `start`, its UNTIL as wall time there. Raises BadRule.

    UNTIL should be in UTC, or a date for whole days; what programs write instead is taken as they mean it: a time
    without a zone is one of the series' own, and a day is its last one.
    """
    parts = dict(_parts(rule))
    frequency = parts.get("FREQ", "")
    if frequency == "SECONDLY":
        raise BadRule(NoteCode.OFTEN)
    if frequency not in _FREQUENCIES or not all(
        name in _PARTS and _PARTS[name].fullmatch(value) for name, value in parts.items()
    ):
        raise BadRule(NoteCode.RULE)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], start, clock)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _parts(rule: str) -> list[tuple[str, str]]:
    split = (part.partition("=") for part in rule.strip().upper().split(";") if part.strip())
    return [(name.strip(), value.strip()) for name, _, value in split]


def _until(text: str, start: Moment, clock: Clock) -> str:
    until = parse_moment(text)
    if until is None:
        raise BadRule(NoteCode.RULE)
    wall = until.wall
    if until.zone is not None and not start.is_date:
        wall = wall_time(until, start, clock)
    elif until.is_date and not start.is_date:
        wall = datetime.combine(wall.date(), time(23, 59, 59))
    return f"{wall:%Y%m%d}" if start.is_date else f"{wall:%Y%m%dT%H%M%S}"


def wall_time(moment: Moment, start: Moment, clock: Clock) -> datetime:
    """Return what the clock shows at `moment` where the series that starts at `start` takes place."""
    if moment.is_date or start.is_date or moment.zone is start.zone:
        return moment.wall
    return clock.instant(moment).astimezone(start.zone or clock.floating).replace(tzinfo=None, fold=0)
