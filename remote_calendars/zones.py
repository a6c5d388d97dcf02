"""The time zones that a feed names: IANA's, Windows' and the feed's own (RFC 5545, section 3.6.5)."""

import hashlib
import warnings
from collections.abc import Iterable
from contextlib import suppress
from datetime import tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from i18n.timezones import all_timezones
from remote_calendars.content_lines import Component


class Zone(NamedTuple):
    """A zone that was found. `name` is what to call it in a calendar that holds `definition`, if there is one."""

    name: str
    tz: tzinfo
    definition: str = ""


class Zones:
    """Finds the zones of one feed by their names."""

    def __init__(self, definitions: Iterable[Component]) -> None:
        self._definitions = {line.value.strip(): each.raw for each in definitions if (line := each.first("TZID"))}
        self._found: dict[str, Zone | None] = {}

    def find(self, name: str) -> Zone | None:
        """Return the zone of this name, or None if nobody knows it."""
        if name not in self._found:
            self._found[name] = _known(name) or self._defined(name)
        return self._found[name]

    def _defined(self, name: str) -> Zone | None:
        lines = self._definitions.get(name)
        if lines is None:
            return None
        # A name of its own: icalendar remembers zones by their names, and two feeds may mean two by one name.
        own = "defined-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        text = "\r\n".join(f"TZID:{own}" if line.upper().startswith("TZID") else line for line in lines)
        with suppress(Exception), warnings.catch_warnings():  # whatever is wrong in it: then it is not known
            warnings.simplefilter("ignore")
            whole = Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{text}\r\nEND:VCALENDAR\r\n")
            return Zone(own, whole.timezones[0].to_tz(lookup_tzid=False), text)
        return None


def _known(name: str) -> Zone | None:
    """Return the zone of an IANA name, also behind a vendor's prefix or in other letters, or of Windows' name."""
    name = name.strip()
    parts = [part for part in name.split("/") if part]
    least = 0 if name.startswith(("/", "tzone:")) else len(parts) - 1
    for count in range(min(len(parts), 3), least, -1):
        if found := _iana().get("/".join(parts[-count:]).casefold()):
            return Zone(found, ZoneInfo(found))
    if found := _windows().get(name.casefold()):
        return Zone(found, ZoneInfo(found))
    return None


@cache
def _iana() -> dict[str, str]:
    return {name.casefold(): name for name in all_timezones()} | {"z": "UTC"}


@cache
def _windows() -> dict[str, str]:
    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items() if zone in all_timezones()}
