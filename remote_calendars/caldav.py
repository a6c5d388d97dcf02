"""Reading an account of a CalDAV server (RFC 4791): its calendars are found, and those that changed are read."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from remote_calendars.content_lines import parse_feed
from remote_calendars.dav_xml import PROPFIND, Resource, calendar_query, parse_resources
from remote_calendars.feed import read_events
from remote_calendars.fetching import Answer, Client, check_status, split_url
from remote_calendars.reading import Note, NoteCode, ProblemCode, Reading, ReadingFailed, Scope, joined

WELL_KNOWN = "/.well-known/caldav"
_XML = {"Content-Type": "application/xml; charset=utf-8"}


class Account:
    """An account on a server, reached through one client."""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, split_url(address).geturl()

    def calendars(self) -> list[Resource]:
        """Return the calendars for events: that of the address, or all of the account (RFC 6764, section 6)."""
        start = self._start()
        if start.is_calendar:
            return [start]
        home = start.home or (start.principal and self._properties(start.principal)[0].home)
        if not home:
            raise ReadingFailed(ProblemCode.NOT_CALDAV)
        found = [each for each in self._properties(home, depth="1") if each.is_calendar]
        if not found:
            raise ReadingFailed(ProblemCode.NO_CALENDARS)
        return found

    def read(self, urls: Iterable[str], scope: Scope) -> Reading:
        """Return what the events of these calendars make of the scope."""
        readings, notes = list[Reading](), list[Note]()
        for url in urls:
            answer = self._send("REPORT", url, calendar_query(scope.since, scope.until), depth="1")
            for resource in parse_resources(answer.body, answer.url):
                try:  # each by itself: one event may be in two calendars, and moved in one of them
                    feed = parse_feed(resource.data.encode("utf-8", "replace"))
                except ReadingFailed:
                    notes += [Note(NoteCode.BROKEN)] if resource.data else []
                else:
                    readings.append(read_events(feed, scope))
        return joined(readings, notes)

    def _start(self) -> Resource:
        """Return the resource at the address, or where the server says that CalDAV is."""
        try:
            first = self._properties(self._address)[0]
            if first.is_calendar or first.principal or first.home:
                return first
        except ReadingFailed as failure:
            if failure.code not in (ProblemCode.NOT_FOUND, ProblemCode.REFUSED, ProblemCode.NOT_CALDAV):
                raise
        return self._properties(urljoin(self._address, WELL_KNOWN))[0]

    def _properties(self, url: str, depth: str = "0") -> list[Resource]:
        answer = self._send("PROPFIND", url, PROPFIND, depth)
        found = parse_resources(answer.body, answer.url)
        if not found:
            raise ReadingFailed(ProblemCode.NOT_CALDAV)
        return found

    def _send(self, method: str, url: str, body: bytes, depth: str) -> Answer:
        answer = self._client.request(method, url, _XML | {"Depth": depth}, body)
        check_status(answer)
        if answer.status != 207:
            raise ReadingFailed(ProblemCode.NOT_CALDAV)
        return answer


def choices(found: Iterable[Resource], before: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the calendars with whether each counts; one that is new does."""
    chosen = {each["href"]: each["counts"] for each in before}
    return [{"href": each.url, "name": each.name[:200], "counts": chosen.get(each.url, True)} for each in found]
