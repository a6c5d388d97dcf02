"""Google's sign-in and calendar as far as we use them: busy times, events with our ids, ETags, deleted ones stay."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from support.fake_service import Asked, FakeService, Json, Reply

GOOGLE = "https://www.googleapis.com/auth/"
READS = {"calendar.freebusy", "calendar.calendarlist.readonly"}
WRITES = {"calendar.events.owned"}
FORBIDDEN = Reply(403, {"error": {"code": 403, "errors": [{"reason": "insufficientPermissions"}]}})
MISSING = Reply(404, {"error": {"code": 404, "errors": [{"reason": "notFound"}]}})


class FakeGoogle(FakeService):
    """`calendars` are by id: their names, roles and events."""

    include_granted = True

    def __init__(self) -> None:
        super().__init__()
        self.zone = ZoneInfo("Europe/Berlin")
        self.page_size, self.changes = 2, 0
        self.calendars: dict[str, Json] = {}
        self.add_calendar("me@example.com", "Olivia", primary=True)

    def add_calendar(self, key: str, name: str, role: str = "owner", primary: bool = False) -> None:
        said = {"id": key, "summary": name, "accessRole": role} | ({"primary": True} if primary else {})
        self.calendars[key] = {"said": said, "events": {}}

    def add_event(self, begins: datetime, ends: datetime, calendar: str = "me@example.com", **more: Any) -> Json:
        """Let the owner have an event there."""
        times = {"start": {"dateTime": begins.isoformat()}, "end": {"dateTime": ends.isoformat()}}
        event = {"id": f"theirs{self.changes}", "summary": "Secret", "status": "confirmed"}
        return self._keep(calendar, event | times | more)

    def events(self, calendar: str = "me@example.com") -> list[Json]:
        """Return the events that the owner sees there."""
        return [each for each in self.calendars[calendar]["events"].values() if each["status"] != "cancelled"]

    def named(self, scope: set[str]) -> str:
        return " ".join(GOOGLE + each for each in sorted(scope))

    def calendar(self, asked: Asked) -> Reply:
        match asked.path.strip("/").split("/"):
            case ["users", "me", "calendarList"] if "calendar.calendarlist.readonly" in asked.scope:
                return self._page([each["said"] for each in self.calendars.values()], asked)
            case ["freeBusy"] if "calendar.freebusy" in asked.scope:
                since, until = (datetime.fromisoformat(asked.said[name]) for name in ("timeMin", "timeMax"))
                said = {each["id"]: self._busy(each["id"], since, until) for each in asked.said["items"]}
                return Reply(200, {"calendars": said})
            case ["calendars", calendar, "events", *rest] if asked.scope >= WRITES:
                return self._on_events(asked, unquote(calendar), rest[0] if rest else "")
        return FORBIDDEN

    def _on_events(self, asked: Asked, calendar: str, key: str) -> Reply:
        if calendar not in self.calendars or self.calendars[calendar]["said"]["accessRole"] != "owner":
            return MISSING
        events = self.calendars[calendar]["events"]
        if asked.method == "POST":
            return Reply(409) if asked.said["id"] in events else Reply(200, self._keep(calendar, asked.said))
        if not key:
            assert "summary" not in asked.query["fields"]
            assert asked.query["singleEvents"] == "true"
            return self._page([each for each in events.values() if each["status"] != "cancelled"], asked, self.zone.key)
        event = events.get(key)
        if event is None:
            return MISSING
        if asked.method == "DELETE":
            if event["status"] == "cancelled":
                return Reply(410)
            self._keep(calendar, event | {"status": "cancelled"})
            return Reply(204, raw=b"")
        if asked.method == "PATCH":
            if asked.headers["if-match"] != event["etag"]:
                return Reply(412)
            event = self._keep(calendar, event | asked.said)
        return Reply(200, event)

    def _keep(self, calendar: str, event: Json) -> Json:
        self.changes += 1
        kept = {"status": "confirmed"} | event | {"etag": f'"{self.changes}"'}
        self.calendars[calendar]["events"][event["id"]] = kept
        return kept

    def _page(self, items: list[Json], asked: Asked, zone: str = "") -> Reply:
        first = int(asked.query.get("pageToken", 0))
        said: Json = {"items": items[first : first + self.page_size]} | ({"timeZone": zone} if zone else {})
        if first + self.page_size < len(items):
            said["nextPageToken"] = str(first + self.page_size)
        return Reply(200, said)

    def _busy(self, calendar: str, since: datetime, until: datetime) -> Json:
        if calendar not in self.calendars:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        found = [
            (self._instant(each["start"]), self._instant(each["end"]))
            for each in self.events(calendar)
            if each.get("transparency") != "transparent"
        ]
        clipped = sorted((max(a, since), min(b, until)) for a, b in found if a < until and b > since)
        return {"busy": [{"start": a.isoformat(), "end": b.isoformat()} for a, b in clipped]}

    def _instant(self, said: Json) -> datetime:
        moment = datetime.fromisoformat(said.get("dateTime") or said["date"])
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
