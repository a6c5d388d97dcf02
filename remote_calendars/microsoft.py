"""A Microsoft 365 or Outlook account, by Microsoft Graph: when its calendars are busy, and appointments written there.

Neither titles nor attendees are asked for. Our own appointments are known by the transaction's id with which they were
made; to be changed they are found by a property of our own, since their ids are Microsoft's.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from remote_calendars.fetching import Client
from remote_calendars.reading import Interval, ProblemCode, Reading, ReadingFailed, Scope
from remote_calendars.rest import GONE, Json, Rest
from remote_calendars.signed_in import MAX_PAGES, TRIES, Entry, Found, reading_of

DAY = timedelta(days=1)
UID_PROPERTY = "String {7c6d5b0e-2f6f-4d8a-9f0b-3a1c7e5d9b24} Name BookonceUid"
_CHANGED_MEANWHILE = (409, 412)
_IN_UTC = {"Prefer": 'outlook.timezone="UTC", odata.maxpagesize=500'}
_FIELDS = "start,end,isAllDay,showAs,isCancelled,responseStatus,transactionId,iCalUId"


class Account:
    """A Microsoft account, by an access token."""

    def __init__(self, client: Client, api_url: str, access: str) -> None:
        self._rest = Rest(client, api_url, access)

    def calendars(self) -> list[Found]:
        """Return the account's calendars. Raises ReadingFailed."""
        query = {"$select": "id,name,canEdit,isDefaultCalendar,owner", "$top": "100"}
        said = list(self._pages(f"/me/calendars?{urlencode(query)}"))
        me = next((_address(each) for each in said if each.get("isDefaultCalendar") is True), "")
        found = [
            Found(
                str(each.get("id", "")),
                str(each.get("name") or ""),
                each.get("canEdit") is True and _address(each) in (me, ""),
                each.get("isDefaultCalendar") is True,
                me,
            )
            for each in said
        ]
        if not found:
            raise ReadingFailed(ProblemCode.NO_CALENDARS)
        return found

    def read(self, calendars: list[Json], scope: Scope) -> Reading:
        """Return when these calendars are busy. If one can't be read, none counts as read. Raises ReadingFailed."""
        busy = [time for each in calendars for time in self._view(each["href"], scope)]
        return reading_of(busy, scope)

    def put(self, calendar: str, entry: Entry) -> None:
        """Make the calendar have the entry, at its time; what else was changed there stays. Raises ReadingFailed."""
        for _ in range(TRIES):
            there = self._find(calendar, entry.uid)
            if there is None:
                answer = self._rest.send("POST", _events(calendar), _event(entry), expected=_CHANGED_MEANWHILE)
            else:
                match = {"If-Match": str(there.get("@odata.etag", "*"))}
                path = f"/me/events/{quote(str(there.get('id', '')), safe='')}"
                answer = self._rest.send("PATCH", path, _times(entry), match, (*_CHANGED_MEANWHILE, *GONE))
            if answer.status < 300:
                return
        raise ReadingFailed(ProblemCode.SERVER, str(answer.status))

    def remove(self, calendar: str, uid: str) -> None:
        """Take the entry out; one that is not there is out already. Raises ReadingFailed."""
        there = self._find(calendar, uid)
        if there is not None:
            self._rest.send("DELETE", f"/me/events/{quote(str(there.get('id', '')), safe='')}", expected=GONE)

    def _view(self, calendar: str, scope: Scope) -> list[Interval]:
        """Return the busy times of the occurrences in a calendar, a day more on each side for those of whole days."""
        days = {"startDateTime": scope.since - DAY, "endDateTime": scope.until + DAY}
        query = {name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in days.items()} | {"$select": _FIELDS}
        path = f"/me/calendars/{quote(calendar, safe='')}/calendarView?{urlencode(query)}"
        busy = [
            (_moment(each, "start", scope.zone), _moment(each, "end", scope.zone))
            for each in self._pages(path, _IN_UTC)
            if not _is_free(each) and not _is_ours(each, scope)
        ]
        return [(start, end) for start, end in busy if start < end]

    def _find(self, calendar: str, uid: str) -> Json | None:
        """Return id and version of our entry. It is looked for in its calendar only."""
        ours = uid.replace("'", "''")
        condition = f"singleValueExtendedProperties/Any(ep: ep/id eq '{UID_PROPERTY}' and ep/value eq '{ours}')"
        query = {"$filter": condition, "$select": "id"}
        return next(iter(_values(self._rest.get(f"{_events(calendar)}?{urlencode(query)}"))), None)

    def _pages(self, path: str, headers: dict[str, str] | None = None) -> Iterator[Json]:
        for _ in range(MAX_PAGES):
            page = self._rest.get(path, headers)
            yield from _values(page)
            following = page.get("@odata.nextLink")
            if not following:
                return
            path = self._rest.path_of(following)
        raise ReadingFailed(ProblemCode.TOO_MUCH)


def _events(calendar: str) -> str:
    return f"/me/calendars/{quote(calendar, safe='')}/events"


def _event(entry: Entry) -> Json:
    """Return a new event. One made by the same transaction is not made twice; a later change is another transaction."""
    return {
        "subject": entry.summary,
        "body": {"contentType": "text", "content": entry.description},
        "location": {"displayName": entry.location},
        "transactionId": f"{entry.uid}-{entry.sequence}",
        "singleValueExtendedProperties": [{"id": UID_PROPERTY, "value": entry.uid}],
    } | _times(entry)


def _times(entry: Entry) -> Json:
    moments = {"start": entry.starts_at, "end": entry.ends_at}
    return {
        name: {"dateTime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}
        for name, moment in moments.items()
    }


def _is_free(event: Json) -> bool:
    answer = event.get("responseStatus")
    declined = isinstance(answer, dict) and answer.get("response") == "declined"
    return event.get("showAs") == "free" or event.get("isCancelled") is True or declined


def _is_ours(event: Json, scope: Scope) -> bool:
    made = str(event.get("transactionId") or "").rpartition("-")[0]
    return made in scope.own_uids or event.get("iCalUId") in scope.own_uids  # the latter came by mail


def _moment(event: Json, name: str, zone: ZoneInfo) -> datetime:
    """Return when an event starts or ends; whole days are from midnight to midnight in the owner's zone."""
    try:
        moment = datetime.fromisoformat(event[name]["dateTime"])
        if event[name]["timeZone"] != "UTC" or moment.tzinfo is not None:
            raise ReadingFailed(ProblemCode.CUT_OFF)
        whole = event.get("isAllDay") is True and moment.time() == datetime.min.time()
        return moment.replace(tzinfo=zone if whole else UTC).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ReadingFailed(ProblemCode.CUT_OFF) from None


def _address(calendar: Json) -> str:
    owner: Any = calendar.get("owner")
    return str(owner.get("address") or "").lower() if isinstance(owner, dict) else ""


def _values(page: Json) -> list[Json]:
    values = page.get("value")
    if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return values
