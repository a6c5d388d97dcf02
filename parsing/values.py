"""Parsing dates, months, instants, numbers and text of a request; anything invalid gives None."""

import re
from datetime import UTC, date, datetime

YEARS = range(1970, 9000)  # date arithmetic stays far from its limits
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_date(text: str | None) -> date | None:
    """Return the date in `2026-12-03`; None if invalid."""
    return _day(text, "%Y-%m-%d")


def parse_month(text: str | None) -> date | None:
    """Return the first day of the month in `2026-12`; None if invalid."""
    return _day(text, "%Y-%m")


def parse_instant(text: str | None) -> datetime | None:
    """Return the instant in `2026-12-03T09:00:00Z` (RFC 3339); None if invalid or outside YEARS."""
    if not _INSTANT.fullmatch(text or ""):
        return None
    try:
        at = datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


def parse_positive_int(text: str | None, maximum: int) -> int | None:
    """Return the whole number from 1 to `maximum` in the text; None if it is not one."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(maximum)):
        return None
    number = int(text)
    return number if 1 <= number <= maximum else None


def printable_line(text: str) -> str:
    """Return the text on one line, without control characters: fit for a mail header or an error message."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _day(text: str | None, pattern: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
    except ValueError:
        return None
