"""What can be asked of the child process, as JSON: to read a source, or to write to it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from parsing.oauth_app import OauthApp
from remote_calendars import google, microsoft, signed_in
from remote_calendars.caldav import Account, choices
from remote_calendars.content_lines import parse_feed
from remote_calendars.entries import delete_entry, put_entry
from remote_calendars.feed import digest_of, read_events
from remote_calendars.fetching import Client, Credentials, check_status, split_url
from remote_calendars.oauth import Tokens, exchange_code, refresh_tokens, revoke
from remote_calendars.reading import Note, NoteCode, Reading, Scope

Json = dict[str, Any]


def scope_to_json(scope: Scope) -> Json:
    """Return a scope as JSON has it."""
    return {
        "since": scope.since.timestamp(),
        "until": scope.until.timestamp(),
        "zone": scope.zone.key,
        "own_uids": sorted(scope.own_uids),
        "own_addresses": sorted(scope.own_addresses),
    }


def scope_from_json(said: Json) -> Scope:
    """Return the scope that JSON says."""
    return Scope(
        datetime.fromtimestamp(said["since"], UTC),
        datetime.fromtimestamp(said["until"], UTC),
        ZoneInfo(said["zone"]),
        frozenset(said["own_uids"]),
        frozenset(said["own_addresses"]),
    )


def reading_to_json(reading: Reading) -> Json:
    """Return a reading as JSON has it."""
    return {
        "busy": [[start.timestamp(), end.timestamp()] for start, end in reading.busy],
        "count": reading.count,
        "notes": notes_to_json(reading.notes),
        "more_notes": reading.more_notes,
        "digest": reading.digest,
    }


def reading_from_json(said: Json) -> Reading:
    """Return the reading that JSON says."""
    return Reading(
        [(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in said["busy"]],
        said["count"],
        notes_from_json(said["notes"]),
        said["more_notes"],
        said["digest"],
    )


def notes_to_json(notes: list[Note]) -> list[list[str]]:
    """Return notes as JSON has them."""
    return [[note.code, note.title, note.day.isoformat() if note.day else "", note.detail] for note in notes]


def notes_from_json(said: list[list[str]]) -> list[Note]:
    """Return the notes that JSON says."""
    return [
        Note(NoteCode(code), title, date.fromisoformat(day) if day else None, detail)
        for code, title, day, detail in said
    ]


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


def _read_signed_in(request: Json) -> Json:
    """Read the calendars that count of an account that its owner signed in to."""
    account, scope = _account(request), scope_from_json(request["scope"])
    found = account.calendars()
    calendars = signed_in.choices(found, request.get("calendars") or [])
    reading = account.read(_counting(calendars, request), scope)
    first = next((each for each in found if each.is_first), found[0])
    said = {"marks": {}, "calendars": calendars, "name": (first.account or first.name)[:200], "account": first.id}
    return reading_to_json(reading) | said


def _ask_signed_in(request: Json) -> Json:
    """Say when its calendars that count are busy within the scope, without looking for new ones."""
    counting = _counting(request["calendars"], request)
    return reading_to_json(_account(request).read(counting, scope_from_json(request["scope"])))


def _counting(calendars: list[Json], request: Json) -> list[Json]:
    return [each | {"writable": request["may_write"] and each["own"]} for each in calendars if each["counts"]]


def _write_signed_in(request: Json) -> Json:
    """Write an appointment, or take it out if there is no entry."""
    if request["entry"]:
        _account(request).put(request["calendar"], signed_in.Entry.from_json(request["entry"]))
    else:
        _account(request).remove(request["calendar"], request["uid"])
    return {}


def _exchange_code(request: Json) -> Json:
    """Return the tokens for the code with which the owner came back."""
    asked = request["redirect_uri"], request["code"], request["verifier"]
    return _tokens_to_json(exchange_code(_signed_client(request), _app(request), *asked))


def _renew(request: Json) -> Json:
    """Return new tokens."""
    return _tokens_to_json(refresh_tokens(_signed_client(request), _app(request), request["refresh"]))


def _revoke(request: Json) -> Json:
    """Give access back."""
    revoke(_signed_client(request), _app(request), request["refresh"])
    return {}


def _tokens_to_json(tokens: Tokens) -> Json:
    return {"access": tokens.access, "refresh": tokens.refresh, "seconds": tokens.seconds, "scope": tokens.scope}


def _app(request: Json) -> OauthApp:
    return OauthApp(**request["app"])


def _signed_client(request: Json) -> Client:
    """Return a client that follows no redirect, since what is sent holds secrets."""
    return Client(tuple(map(ip_network, request["networks"])), redirects=0)


def _account(request: Json) -> signed_in.Account:
    made = _ACCOUNTS[request["kind"].split()[0]]
    return made(_signed_client(request), request["api_url"], request["access"])


_ACCOUNTS: dict[str, Callable[[Client, str, str], signed_in.Account]] = {
    "google": google.Account,
    "microsoft": microsoft.Account,
}
_ANSWERS = {
    "ics": _read_ics,
    "caldav": _read_caldav,
    "caldav now": _ask_caldav,
    "caldav write": _write_caldav,
    "oauth exchange": _exchange_code,
    "oauth renew": _renew,
    "oauth revoke": _revoke,
    **dict.fromkeys(_ACCOUNTS, _read_signed_in),
    **{f"{service} now": _ask_signed_in for service in _ACCOUNTS},
    **{f"{service} write": _write_signed_in for service in _ACCOUNTS},
}
