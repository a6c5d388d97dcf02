"""IANA time zones: names, parsing, offsets."""

from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

# tzdata points these at a zone of another country with the same clock; the same place has a name of its own.
SPLIT_BY_COUNTRY = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


@cache
def all_timezones() -> frozenset[str]:
    """Return all names that are accepted, old ones too."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


@cache
def common_timezones() -> tuple[str, ...]:
    """Return the names to choose from, in order: those of today's places, and UTC."""
    return tuple(sorted((_territories().keys() & all_timezones()) | {"UTC"}))


@cache
def _territories() -> dict[str, str]:
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def zone_territory(key: str) -> str | None:
    """Return the country of a zone's place, `DE` (ISO 3166); None if it has none."""
    return _territories().get(key)


def parse_timezone(name: str | None) -> ZoneInfo | None:
    """Return the zone of this name under its present name, or None if there is none."""
    return ZoneInfo(present_name(name)) if name and name in all_timezones() else None


@lru_cache(maxsize=1024)
def present_name(name: str) -> str:
    """Return today's name of a zone: `Europe/Kyiv` for `Europe/Kiev`. A name of today is returned as it is."""
    if name in common_timezones():
        return name
    renamed = SPLIT_BY_COUNTRY.get(name) or _links().get(name)
    return renamed if renamed in common_timezones() else name


@cache
def _links() -> dict[str, str]:
    """Return the names that tzdata keeps for old data, each with the one they mean (lines `L target name`)."""
    lines = files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text("utf-8").splitlines()
    links = (line.split() for line in lines if line.startswith("L "))
    return {name: target for _kind, target, name in links}


def offset_text(at: datetime) -> str:
    """Return the UTC offset of an aware wall time: `UTC+1`, `UTC+5:45`, `UTC`."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def occurs_twice(at: datetime) -> bool:
    """Return whether the clock shows this aware wall time twice, because it is set back (PEP 495)."""
    here, other = at.utcoffset(), at.replace(fold=1 - at.fold).utcoffset()
    if here is None or other is None or here == other:
        return False
    return here < other if at.fold else here > other
