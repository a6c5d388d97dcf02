"""Names of time zones in the reader's language: those of their places."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates
from markupsafe import Markup

from i18n.locales import current_locale
from i18n.timezones import common_timezones, offset_text, zone_territory


def format_zone(zone: ZoneInfo, at: datetime) -> str:
    """Return the place of a zone with its offset at an instant: `Berlin (UTC+1)`."""
    place, offset = format_place(zone, at)
    return f"{place} ({offset})" if place != offset else offset


def format_place(zone: ZoneInfo, at: datetime) -> tuple[str, str]:
    """Return the place that a zone is named after in the reader's language, and its offset: `Berlin`, `UTC+1`."""
    return _place(zone.key, current_locale()), offset_text(at.astimezone(zone))


def zone_options(chosen: str) -> Markup:
    """Return the `<option>` elements of all zones, by the names of their places: `Berlin, Germany`."""
    return _zone_options(chosen, current_locale())


@lru_cache(maxsize=64)
def _zone_options(chosen: str, locale: Locale) -> Markup:
    keys = common_timezones() if chosen in common_timezones() else (chosen, *common_timezones())
    named = sorted((_place_and_country(key, locale), key) for key in keys)
    option = Markup('<option value="{}"{}>{}</option>')
    return Markup("").join(
        option.format(key, Markup(" selected") if key == chosen else "", name) for name, key in named
    )


def _place_and_country(key: str, locale: Locale) -> str:
    country = locale.territories.get(zone_territory(key) or "", "")
    place = _place(key, locale)
    return f"{place}, {country}" if country and country != place else place


@lru_cache(maxsize=2048)
def _place(key: str, locale: Locale) -> str:
    if "/" not in key:
        return key
    return str(dates.get_timezone_location(ZoneInfo(key), locale, return_city=True)).rpartition("/")[2]
