"""Getting and renewing access to an account by OAuth 2: authorization code with PKCE (RFC 6749, RFC 7636)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from remote_calendars.fetching import Answer, Client, check_status
from remote_calendars.reading import ProblemCode, ReadingFailed

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True)
class Provider:
    """Where a service is, and what is asked for. Tests pass addresses of their own; nothing else may."""

    authorize_url: str
    token_url: str
    api_url: str
    scope: str
    parameters: Mapping[str, str] = field(default_factory=dict)


GOOGLE = Provider(
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/calendar/v3",
    "https://www.googleapis.com/auth/calendar.freebusy https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
)
MICROSOFT = Provider(
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    "https://graph.microsoft.com/v1.0",
    "offline_access Calendars.ReadBasic",
)


@dataclass(frozen=True)
class App:
    """The operator's registration at a provider."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Tokens:
    """`access` works for `seconds`; `refresh` is what to keep, in place of the one before."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int


def authorization_url(provider: Provider, app: App, redirect_uri: str, state: str, verifier: str) -> str:
    """Return the page of the provider at which the owner agrees."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": provider.scope,
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{provider.authorize_url}?{urlencode(query | dict(provider.parameters))}"


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def exchange_code(client: Client, provider: Provider, app: App, redirect_uri: str, code: str, verifier: str) -> Tokens:
    """Return the tokens that a code is good for, once. Raises ReadingFailed."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    tokens = _ask_for_tokens(client, provider, app, form)
    if not tokens.refresh:  # without it, access would end within the hour
        raise ReadingFailed(ProblemCode.LOGIN, "refresh_token")
    return tokens


def refresh_tokens(client: Client, provider: Provider, app: App, refresh: str) -> Tokens:
    """Return new tokens; the refresh token is the old one where the provider sends no other. Raises ReadingFailed."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    tokens = _ask_for_tokens(client, provider, app, form)
    return Tokens(tokens.access, tokens.refresh or refresh, tokens.seconds)


def bearer(access: str) -> dict[str, str]:
    """Return the headers of a request with an access token."""
    return {"Authorization": f"Bearer {access}", "Accept": "application/json"}


def json_of(answer: Answer) -> dict[str, Any]:
    """Return the object that an answer holds. Raises ReadingFailed."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return said


def _ask_for_tokens(client: Client, provider: Provider, app: App, form: dict[str, str]) -> Tokens:
    form = form | {"client_id": app.client_id, "client_secret": app.client_secret}
    answer = client.request("POST", provider.token_url, _FORM, urlencode(form).encode())
    if answer.status in (400, 401):  # RFC 6749, section 5.2
        raise ReadingFailed(ProblemCode.LOGIN, _error_of(answer))
    check_status(answer)
    said = json_of(answer)
    access, refresh, seconds = said.get("access_token"), said.get("refresh_token", ""), said.get("expires_in", 0)
    if not isinstance(access, str) or not access or not isinstance(refresh, str) or not isinstance(seconds, int):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return Tokens(access, refresh, seconds)


def _error_of(answer: Answer) -> str:
    """Return the error's code, such as `invalid_grant`; never the text, which may quote what was sent."""
    try:
        code = json_of(answer).get("error")
    except ReadingFailed:
        code = None
    known = ("invalid_grant", "invalid_client", "invalid_request", "unauthorized_client", "invalid_scope")
    return code if isinstance(code, str) and code in known else str(answer.status)
