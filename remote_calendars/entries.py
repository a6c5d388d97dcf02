"""Writing an appointment into a calendar of a CalDAV server, so that a repetition changes nothing (RFC 4791, 5.3).

Whatever else the owner did to the entry there stays: only its times, its status and its revision are ours.
"""

from icalendar import Calendar

from remote_calendars.fetching import Answer, Client, check_status
from remote_calendars.reading import ProblemCode, ReadingFailed

TRIES = 3
_OURS = ("dtstart", "dtend", "duration", "status", "sequence", "dtstamp", "last-modified")
_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
_GONE = (404, 410)
_CHANGED_MEANWHILE = 412


def put_entry(client: Client, url: str, entry: bytes) -> None:
    """Make the entry at `url` say what ours says, whether it is there or not. Raises ReadingFailed."""
    for _ in range(TRIES):
        there = client.request("GET", url)
        if there.status in _GONE:
            answer = client.request("PUT", url, _CALENDAR | {"If-None-Match": "*"}, entry)
        else:
            check_status(there)
            headers = _CALENDAR | ({"If-Match": there.headers["etag"]} if "etag" in there.headers else {})
            answer = client.request("PUT", url, headers, _merged(there, entry))
        if answer.status != _CHANGED_MEANWHILE:
            check_status(answer)
            return
    raise ReadingFailed(ProblemCode.SERVER, str(_CHANGED_MEANWHILE))


def delete_entry(client: Client, url: str) -> None:
    """Take the entry out; one that is not there is out already. Raises ReadingFailed."""
    answer = client.request("DELETE", url)
    if answer.status not in _GONE:
        check_status(answer)


def _merged(there: Answer, entry: bytes) -> bytes:
    """Return the entry that is there with our times; ours alone if that can't be read."""
    try:
        theirs, ours = Calendar.from_ical(there.body), Calendar.from_ical(entry)
        event, new = theirs.walk("VEVENT")[0], ours.walk("VEVENT")[0]
        for name in _OURS:
            event.pop(name, None)
            if name in new:
                event[name] = new[name]
        return bytes(theirs.to_ical())
    except (ValueError, IndexError, KeyError):
        return entry
