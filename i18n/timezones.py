"""IANA time zones: names, parsing, offsets."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones


@cache
def all_timezones() -> frozenset[str]:
    """Return all names that are accepted, old ones too."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


@cache
def common_timezones() -> tuple[str, ...]:
    """Return the names to choose from, in order: those of today's places, and UTC."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    places = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    return tuple(sorted((places & all_timezones()) | {"UTC"}))


def parse_timezone(name: str | None) -> ZoneInfo | None:
    """Return the zone of this name, or None if there is none."""
    return ZoneInfo(name) if name in all_timezones() else None


def offset_text(at: datetime) -> str:
    """Return the UTC offset of an aware wall time: `UTC+1`, `UTC+5:45`, `UTC`."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def occurs_twice(at: datetime) -> bool:
    """Return whether the clock shows this aware wall time twice, because it is set back (PEP 495)."""
    return at.replace(fold=0).astimezone(UTC) < at.replace(fold=1).astimezone(UTC)
