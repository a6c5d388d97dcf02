"""A Google account: when its calendars are busy, and appointments written into one of them.

With the right to read only, busy times alone are asked for. With the right to write, the calendars that the owner owns
are asked for events, since only there our own appointments can be told from others; without their titles.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from remote_calendars.fetching import Client
from remote_calendars.reading import Interval, ProblemCode, Reading, ReadingFailed, Scope
from remote_calendars.rest import GONE, Json, Rest, object_of
from remote_calendars.signed_in import MAX_PAGES, TRIES, Entry, Found, reading_of, spans

MAX_CALENDARS = 50
"""That one question may name."""
MAX_SPAN = timedelta(days=50)
"""Of one question: Google refuses long ones, and does not say how long."""
_ID_THERE, _CHANGED_MEANWHILE = 409, 412
_FIELDS = "nextPageToken,timeZone,items(id,iCalUID,status,transparency,start,end,attendees(self,responseStatus))"


class Account:
    """A Google account, by an access token."""

    def __init__(self, client: Client, api_url: str, access: str) -> None:
        self._rest = Rest(client, api_url, access)

    def calendars(self) -> list[Found]:
        """Return the account's calendars, whose busy times at least may be seen. Raises ReadingFailed."""
        query = {"maxResults": "250", "minAccessRole": "freeBusyReader"}
        found = []
        for page in self._pages("/users/me/calendarList", query):
            for each in _items(page):
                name = each.get("summaryOverride") or each.get("summary") or ""
                own, first = each.get("accessRole") == "owner", each.get("primary") is True
                found.append(Found(str(each.get("id", "")), str(name), own, first))
        if not found:
            raise ReadingFailed(ProblemCode.NO_CALENDARS)
        return found

    def read(self, calendars: list[Json], scope: Scope) -> Reading:
        """Return when these calendars are busy. If one can't be read, none counts as read. Raises ReadingFailed."""
        by_event = [each["href"] for each in calendars if each["writable"]]
        others = [each["href"] for each in calendars if each["href"] not in by_event]
        busy = [time for calendar in by_event for time in self._events(calendar, scope)]
        for start in range(0, len(others), MAX_CALENDARS):
            for since, until in spans(scope, MAX_SPAN):
                busy += self._busy(others[start : start + MAX_CALENDARS], since, until)
        return reading_of(busy, scope)

    def put(self, calendar: str, entry: Entry) -> None:
        """Make the calendar have the entry, at its time; what else was changed there stays. Raises ReadingFailed."""
        events, key = f"/calendars/{quote(calendar, safe='')}/events", event_id(entry.uid)
        for _ in range(TRIES):
            there = self._rest.send("GET", f"{events}/{key}?fields=etag", expected=GONE)
            if there.status in GONE:
                answer = self._rest.send("POST", events, _event(entry) | {"id": key}, expected=(_ID_THERE,))
            else:
                match = {"If-Match": str(object_of(there).get("etag", "*"))}
                times = _times(entry) | {"status": "confirmed"}  # an entry that was deleted there comes back
                answer = self._rest.send("PATCH", f"{events}/{key}", times, match, (_CHANGED_MEANWHILE,))
            if answer.status < 300:
                return
        raise ReadingFailed(ProblemCode.SERVER, str(answer.status))

    def remove(self, calendar: str, uid: str) -> None:
        """Take the entry out; one that is not there is out already. Raises ReadingFailed."""
        path = f"/calendars/{quote(calendar, safe='')}/events/{event_id(uid)}"
        self._rest.send("DELETE", path, expected=GONE)

    def _busy(self, ids: Sequence[str], since: datetime, until: datetime) -> list[Interval]:
        asked = {"timeMin": since.isoformat(), "timeMax": until.isoformat(), "items": [{"id": each} for each in ids]}
        said = object_of(self._rest.send("POST", "/freeBusy", asked)).get("calendars")
        return [time for each in ids for time in _intervals(said.get(each) if isinstance(said, dict) else None)]

    def _events(self, calendar: str, scope: Scope) -> list[Interval]:
        query = {
            "singleEvents": "true",
            "maxResults": "2500",
            "timeMin": scope.since.isoformat(),
            "timeMax": scope.until.isoformat(),
            "fields": _FIELDS,
        }
        own, busy = {event_id(uid) for uid in scope.own_uids}, list[Interval]()
        for page in self._pages(f"/calendars/{quote(calendar, safe='')}/events", query):
            zone = _zone(page.get("timeZone"), scope.zone)
            for event in _items(page):
                is_ours = event.get("id") in own or event.get("iCalUID") in scope.own_uids  # the latter came by mail
                if not is_ours and not _is_free(event):
                    busy.append((_moment(event.get("start"), zone), _moment(event.get("end"), zone)))
        return [(start, end) for start, end in busy if start < end]

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Json]:
        token = ""
        for _ in range(MAX_PAGES):
            page = self._rest.get(f"{path}?{urlencode(query | ({'pageToken': token} if token else {}))}")
            yield page
            token = page.get("nextPageToken", "")
            if not token:
                return
        raise ReadingFailed(ProblemCode.TOO_MUCH)


def event_id(uid: str) -> str:
    """Return the id of our entry there, always the same, so that a repetition never makes a second."""
    return sha256(uid.encode()).hexdigest()[:32]


def _event(entry: Entry) -> Json:
    texts = {"summary": entry.summary, "description": entry.description, "location": entry.location}
    return {name: text for name, text in texts.items() if text} | _times(entry)


def _times(entry: Entry) -> Json:
    return {"start": {"dateTime": entry.starts_at.isoformat()}, "end": {"dateTime": entry.ends_at.isoformat()}}


def _is_free(event: Json) -> bool:
    declined = any(
        isinstance(each, dict) and each.get("self") and each.get("responseStatus") == "declined"
        for each in event.get("attendees") or ()
    )
    return event.get("status") == "cancelled" or event.get("transparency") == "transparent" or declined


def _moment(said: Any, zone: tzinfo) -> datetime:
    """Return when an event starts or ends; one of whole days at midnight in the calendar's zone."""
    try:
        moment = datetime.fromisoformat(said.get("dateTime") or said["date"])
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise ReadingFailed(ProblemCode.CUT_OFF) from None


def _zone(name: object, other: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return other


def _items(page: Json) -> list[Json]:
    items = page.get("items", [])
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return items


def _intervals(said: Any) -> list[Interval]:
    if not isinstance(said, dict):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    if errors := said.get("errors"):
        gone = "notFound" in str(errors)
        raise ReadingFailed(ProblemCode.NOT_FOUND if gone else ProblemCode.SERVER, "calendar")
    try:
        return [(_instant(each["start"]), _instant(each["end"])) for each in said["busy"]]
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ReadingFailed(ProblemCode.CUT_OFF) from None


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
