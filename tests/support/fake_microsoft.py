"""Microsoft's sign-in and Graph as far as we use them: calendars, views in pages, transactions, ETags."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode

from remote_calendars.microsoft import UID_PROPERTY
from support.fake_service import Asked, FakeService, Json, Reply

READS = {"offline_access", "Calendars.ReadBasic"}
WRITES = {"Calendars.ReadWrite"}
FORBIDDEN = Reply(403, {"error": {"code": "ErrorAccessDenied", "message": "Access is denied."}})
MISSING = Reply(404, {"error": {"code": "ErrorItemNotFound", "message": "Not here."}})
OLIVIA = {"name": "Olivia", "address": "olivia@example.com"}


class FakeMicrosoft(FakeService):
    """`calendars` and `events` are by id; an event names its calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.rotates, self.page_size, self.changes = True, 2, 0
        self.calendars: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.transactions: dict[str, Json] = {}
        self.add_calendar("AAMk=", "Calendar", isDefaultCalendar=True)

    def revokes(self) -> str:
        return ""

    def add_calendar(self, key: str, name: str, owner: Json = OLIVIA, **more: Any) -> None:
        said = {"id": key, "name": name, "canEdit": True, "isDefaultCalendar": False, "owner": owner}
        self.calendars[key] = said | more

    def add_event(self, begins: datetime, ends: datetime, calendar: str = "AAMk=", **more: Any) -> Json:
        """Let the owner have an event there."""
        return self._keep(calendar, {"subject": "Secret", "start": _said(begins), "end": _said(ends)} | more)

    def named(self, scope: set[str]) -> str:
        return " ".join(f"https://graph.microsoft.com/{each}" for each in sorted(scope - {"offline_access"}))

    def calendar(self, asked: Asked) -> Reply:
        if not asked.scope & {"Calendars.ReadBasic", "Calendars.ReadWrite"}:
            return FORBIDDEN
        match asked.path.strip("/").split("/"):
            case ["me", "calendars"]:
                return self._page(list(self.calendars.values()), asked)
            case ["me", "calendars", calendar, "calendarView"] if unquote(calendar) in self.calendars:
                return self._view(asked, unquote(calendar))
            case ["me", "calendars", calendar, "events"] if unquote(calendar) in self.calendars:
                return self._on_events(asked, unquote(calendar))
            case ["me", "events", key] if asked.scope >= WRITES and unquote(key) in self.events:
                return self._on_event(asked, unquote(key))
        return MISSING if asked.scope >= WRITES or "calendars" in asked.path else FORBIDDEN

    def _view(self, asked: Asked, calendar: str) -> Reply:
        assert "subject" not in asked.query["$select"]
        assert 'outlook.timezone="UTC"' in asked.headers["prefer"]
        since, until = (datetime.fromisoformat(asked.query[name]) for name in ("startDateTime", "endDateTime"))
        found = [
            {name: each[name] for name in asked.query["$select"].split(",") if name in each}
            for each in self.events.values()
            if each["calendar"] == calendar and _instant(each["start"]) < until and _instant(each["end"]) > since
        ]
        return self._page(found, asked)

    def _on_events(self, asked: Asked, calendar: str) -> Reply:
        if not asked.scope >= WRITES:
            return FORBIDDEN
        there = [each for each in self.events.values() if each["calendar"] == calendar]
        if asked.method == "POST":
            made = self.transactions.get(asked.said["transactionId"]) or self._keep(calendar, asked.said)
            self.transactions[asked.said["transactionId"]] = made  # also if it is deleted later
            return Reply(201, made)
        wanted = re.search(r"ep/value eq '([^']*)'", asked.query["$filter"])
        assert wanted
        ours = {"id": UID_PROPERTY, "value": wanted[1]}
        return self._page([each for each in there if ours in each.get("singleValueExtendedProperties", [])], asked)

    def _on_event(self, asked: Asked, key: str) -> Reply:
        event = self.events[key]
        if asked.method == "DELETE":
            del self.events[key]
            return Reply(204, raw=b"")
        if asked.headers["if-match"] != event["@odata.etag"]:
            return Reply(412)
        return Reply(200, self._keep(event["calendar"], event | asked.said))

    def _keep(self, calendar: str, event: Json) -> Json:
        self.changes += 1
        more = {"showAs": "busy", "isCancelled": False, "isAllDay": False, "id": f"event/{self.changes}="}
        kept = more | event | {"calendar": calendar, "@odata.etag": f'W/"{self.changes}"'}
        self.events[kept["id"]] = kept
        return kept

    def _page(self, values: list[Json], asked: Asked) -> Reply:
        first = int(asked.query.get("$skip", 0))
        said: Json = {"value": values[first : first + self.page_size]}
        if first + self.page_size < len(values):
            query = asked.query | {"$skip": str(first + self.page_size)}
            said["@odata.nextLink"] = f"{self.app.api_url}{asked.path}?{urlencode(query)}"
        return Reply(200, said)


def _said(moment: datetime) -> Json:
    return {"dateTime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}


def _instant(said: Json) -> datetime:
    return datetime.fromisoformat(said["dateTime"]).replace(tzinfo=UTC)
