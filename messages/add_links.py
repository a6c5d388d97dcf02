"""Addresses that open a calendar on the web with the appointment filled in, to be saved by who clicks."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from messages.ical import Entry

_MICROSOFT = "https://outlook.{host}.com/calendar/0/deeplink/compose"


def add_links(entry: Entry) -> list[tuple[str, str]]:
    """Return the names of the services, each with its address."""
    return [
        ("Google", _google(entry)),
        ("Outlook.com", _microsoft(entry, "live")),
        ("Microsoft 365", _microsoft(entry, "office")),
        ("Yahoo", _yahoo(entry)),
    ]


def _google(entry: Entry) -> str:
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=entry.summary,
        dates=f"{_basic(entry.starts_at)}/{_basic(entry.ends_at)}",
        details=entry.description,
        location=entry.location,
    )


def _microsoft(entry: Entry, host: str) -> str:
    return _address(
        _MICROSOFT.format(host=host),
        path="/calendar/action/compose",
        rru="addevent",
        subject=entry.summary,
        startdt=entry.starts_at.astimezone(UTC).isoformat(),
        enddt=entry.ends_at.astimezone(UTC).isoformat(),
        body=entry.description,
        location=entry.location,
    )


def _yahoo(entry: Entry) -> str:
    return _address(
        "https://calendar.yahoo.com/",
        v="60",
        title=entry.summary,
        st=_basic(entry.starts_at),
        et=_basic(entry.ends_at),
        desc=entry.description,
        in_loc=entry.location,
    )


def _basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _address(base: str, **fields: str) -> str:
    given = {name: value for name, value in fields.items() if value}
    return f"{base}?{urlencode(given, quote_via=quote)}"
