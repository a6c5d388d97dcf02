"""What can be asked of the child process: to read a source, or to write to it. Only the child imports this module."""

from ipaddress import ip_network

from remote_calendars import account_requests
from remote_calendars.caldav import Account, choices
from remote_calendars.content_lines import parse_feed
from remote_calendars.entries import delete_entry, put_entry
from remote_calendars.feed import digest_of, read_events
from remote_calendars.fetching import Client, Credentials, check_status, split_url
from remote_calendars.messages import Json, reading_to_json, scope_from_json


def answer(request: Json) -> Json:
    """Return the answer to a request. Raises ReadingFailed."""
    return _ANSWERS[request["kind"]](request)


def client_of(request: Json) -> Client:
    """Return a client with the operator's networks and the source's password."""
    credentials = None
    if request.get("username"):
        host = split_url(request["address"]).hostname or ""
        credentials = Credentials(request["username"], request.get("password", ""), host)
    return Client(tuple(map(ip_network, request["networks"])), credentials)


def _read_ics(request: Json) -> Json:
    """Fetch a feed and read it; if it says what it said before, the answer is `same` and nothing is worked out."""
    known, scope = request.get("known") or {}, scope_from_json(request["scope"])
    headers = {"Accept": "text/calendar, */*;q=0.1"}
    for name, header in (("etag", "If-None-Match"), ("modified", "If-Modified-Since")):
        if known.get(name):
            headers[header] = known[name]
    fetched = client_of(request).request("GET", request["address"], headers)
    if fetched.status == 304 and known:
        return {"same": True, "marks": {}}
    check_status(fetched)
    feed = parse_feed(fetched.body)
    marks = {"etag": fetched.headers.get("etag", "")[:500], "modified": fetched.headers.get("last-modified", "")[:100]}
    if known.get("digest") == digest_of(feed, scope):
        return {"same": True, "marks": marks}
    reading = read_events(feed, scope)
    return reading_to_json(reading) | {"marks": marks | {"digest": reading.digest}, "name": feed.name[:200]}


def _read_caldav(request: Json) -> Json:
    """Read the calendars of an account that count; if none of them changed, the answer is `same`."""
    known, scope = request.get("known") or {}, scope_from_json(request["scope"])
    account = Account(client_of(request), request["address"])
    found = account.calendars()
    calendars = choices(found, request.get("calendars") or [])
    counting = [each.url for each, choice in zip(found, calendars, strict=True) if choice["counts"]]
    marks = {"ctags": {each.url: each.ctag for each in found if each.url in counting}}
    if known.get("ctags") == marks["ctags"] and all(marks["ctags"].values()):
        return {"same": True, "marks": marks, "calendars": calendars}
    reading = account.read(counting, scope)
    name = found[0].name if len(found) == 1 else ""
    return reading_to_json(reading) | {"marks": marks, "calendars": calendars, "name": name[:200]}


def _ask_caldav(request: Json) -> Json:
    """Say when the calendars that count are busy within the scope, without looking for new ones."""
    account = Account(client_of(request), request["address"])
    counting = [each["href"] for each in request["calendars"] if each["counts"]]
    return reading_to_json(account.read(counting, scope_from_json(request["scope"])))


def _write_caldav(request: Json) -> Json:
    """Write an entry, or take it out if it is empty."""
    if request["entry"]:
        put_entry(client_of(request), request["url"], request["entry"].encode())
    else:
        delete_entry(client_of(request), request["url"])
    return {}


_ANSWERS = {
    "ics": _read_ics,
    "caldav": _read_caldav,
    "caldav now": _ask_caldav,
    "caldav write": _write_caldav,
    **account_requests.ANSWERS,
}
