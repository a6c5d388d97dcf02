"""What can be asked of the child process about accounts that are signed in to: tokens, reading, writing."""

from collections.abc import Callable
from ipaddress import ip_network

from parsing.oauth_app import OauthApp
from remote_calendars import google, microsoft, signed_in
from remote_calendars.fetching import Client
from remote_calendars.messages import Json, reading_to_json, scope_from_json
from remote_calendars.oauth import Tokens, exchange_code, refresh_tokens, revoke


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
ANSWERS: dict[str, Callable[[Json], Json]] = {
    "oauth exchange": _exchange_code,
    "oauth renew": _renew,
    "oauth revoke": _revoke,
    **dict.fromkeys(_ACCOUNTS, _read_signed_in),
    **{f"{service} now": _ask_signed_in for service in _ACCOUNTS},
    **{f"{service} write": _write_signed_in for service in _ACCOUNTS},
}
