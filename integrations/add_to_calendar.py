"""Links that open a web calendar with the appointment filled in, ready to be saved."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from integrations.ical import CalendarEvent

MAX_ADDRESS = 2_000
MAX_BYTES_PER_LETTER = 12
"""Characters that one letter becomes when it is percent-encoded, at most."""
_MICROSOFT = "https://outlook.{host}.com/calendar/0/deeplink/compose"


def add_to_calendar_links(event: CalendarEvent) -> list[tuple[str, str]]:
    """Return the name of each calendar service with its link."""
    return [
        ("Google", _google(event)),
        ("Outlook.com", _microsoft(event, "live")),
        ("Microsoft 365", _microsoft(event, "office")),
        ("Yahoo", _yahoo(event)),
    ]


def _google(event: CalendarEvent) -> str:
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=event.summary,
        dates=f"{_basic(event.starts_at)}/{_basic(event.ends_at)}",
        details=event.description,
        location=event.location,
    )


def _microsoft(event: CalendarEvent, host: str) -> str:
    return _address(
        _MICROSOFT.format(host=host),
        path="/calendar/action/compose",
        rru="addevent",
        subject=event.summary,
        startdt=event.starts_at.astimezone(UTC).isoformat(),
        enddt=event.ends_at.astimezone(UTC).isoformat(),
        body=event.description,
        location=event.location,
    )


def _yahoo(event: CalendarEvent) -> str:
    return _address(
        "https://calendar.yahoo.com/",
        v="60",
        title=event.summary,
        st=_basic(event.starts_at),
        et=_basic(event.ends_at),
        desc=event.description,
        in_loc=event.location,
    )


def _basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _address(base: str, **fields: str) -> str:
    """Return an address of at most 2,000 characters: the longest text is cut until it fits, or servers answer 414."""
    given = {name: value for name, value in fields.items() if value}
    while len(address := f"{base}?{urlencode(given, quote_via=quote)}") > MAX_ADDRESS:
        longest = max(given, key=lambda name: len(quote(given[name])))
        kept = len(given[longest]) - max(1, (len(address) - MAX_ADDRESS) // MAX_BYTES_PER_LETTER) - 1
        given[longest] = given[longest][:kept].rstrip() + "…"
    return address
