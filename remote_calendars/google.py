"""Reading when the calendars of a Google account are busy. Titles never leave Google."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from remote_calendars.fetching import Client, check_status
from remote_calendars.oauth import bearer, json_of
from remote_calendars.reading import Interval, ProblemCode, Reading, ReadingFailed, Scope, merged

MAX_CALENDARS = 50
"""That one question may name."""
MAX_SPAN = timedelta(days=50)
"""Of one question: Google refuses long ones, and does not say how long."""
MAX_PAGES = 20


def calendars(client: Client, api_url: str, access: str) -> list[tuple[str, str]]:
    """Return id and name of the account's calendars. Raises ReadingFailed."""
    found, page = list[tuple[str, str]](), ""
    for _ in range(MAX_PAGES):
        query = {"maxResults": "250", "minAccessRole": "freeBusyReader"} | ({"pageToken": page} if page else {})
        answer = client.request("GET", f"{api_url}/users/me/calendarList?{urlencode(query)}", bearer(access))
        check_status(answer)
        said = json_of(answer)
        try:
            found += [(str(each["id"]), str(each.get("summary", ""))) for each in said.get("items", [])]
        except (TypeError, KeyError, AttributeError):
            raise ReadingFailed(ProblemCode.CUT_OFF) from None
        page = said.get("nextPageToken", "")
        if not page:
            return found
    raise ReadingFailed(ProblemCode.TOO_MUCH)


def read(client: Client, api_url: str, access: str, ids: Sequence[str], scope: Scope) -> Reading:
    """Return when these calendars are busy. If one can't be read, none counts as read: it would seem free."""
    busy = list[Interval]()
    for start in range(0, len(ids), MAX_CALENDARS):
        for since, until in _spans(scope):
            busy += _ask(client, api_url, access, ids[start : start + MAX_CALENDARS], since, until)
    clipped = [(max(a, scope.since), min(b, scope.until)) for a, b in busy if a < scope.until and b > scope.since]
    return Reading(merged(clipped), len(clipped))


def _spans(scope: Scope) -> Iterator[Interval]:
    since = scope.since
    while since < scope.until:
        yield since, min(since + MAX_SPAN, scope.until)
        since += MAX_SPAN


def _ask(
    client: Client, api_url: str, access: str, ids: Sequence[str], since: datetime, until: datetime
) -> list[Interval]:
    asked = {"timeMin": since.isoformat(), "timeMax": until.isoformat(), "items": [{"id": each} for each in ids]}
    headers = bearer(access) | {"Content-Type": "application/json"}
    answer = client.request("POST", f"{api_url}/freeBusy", headers, json.dumps(asked).encode())
    check_status(answer)
    said = json_of(answer).get("calendars")
    busy = list[Interval]()
    for each in ids:
        busy += _intervals(said.get(each) if isinstance(said, dict) else None)
    return busy


def _intervals(said: Any) -> list[Interval]:
    if not isinstance(said, dict):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    if said.get("errors"):
        raise ReadingFailed(ProblemCode.NOT_FOUND, "calendar")
    try:
        return [(_instant(each["start"]), _instant(each["end"])) for each in said["busy"]]
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ReadingFailed(ProblemCode.CUT_OFF) from None


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
