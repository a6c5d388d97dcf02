"""Getting and renewing access to an account by OAuth 2: authorization code with PKCE (RFC 6749, RFC 7636)."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from parsing.oauth_app import OauthApp
from remote_calendars.fetching import Answer, Client, check_status
from remote_calendars.reading import ProblemCode, ReadingFailed
from remote_calendars.rest import object_of

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_ENDED = ("invalid_grant", "interaction_required", "consent_required", "login_required")
_OURS = ("invalid_client", "unauthorized_client", "invalid_scope", "invalid_request", "unsupported_grant_type")


@dataclass(frozen=True)
class Tokens:
    """`access` works for `seconds`; `refresh` is what to keep, in place of the one before; `scope` is what they may."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int
    scope: str = ""


def exchange_code(client: Client, app: OauthApp, redirect_uri: str, code: str, verifier: str) -> Tokens:
    """Return the tokens that a code is good for, once. Raises ReadingFailed."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    tokens = _ask_for_tokens(client, app, form)
    if not tokens.refresh:  # without it, access would end within the hour
        raise ReadingFailed(ProblemCode.CONSENT, "refresh_token")
    return tokens


def refresh_tokens(client: Client, app: OauthApp, refresh: str) -> Tokens:
    """Return new tokens; the refresh token is the old one where the service sends no other. Raises ReadingFailed."""
    tokens = _ask_for_tokens(client, app, {"grant_type": "refresh_token", "refresh_token": refresh})
    return Tokens(tokens.access, tokens.refresh or refresh, tokens.seconds, tokens.scope)


def revoke(client: Client, app: OauthApp, token: str) -> None:
    """Give access back (RFC 7009); a token that is invalid already is fine. Raises ReadingFailed."""
    answer = client.request("POST", app.revoke_url, _FORM, urlencode({"token": token}).encode())
    if answer.status != 400:
        check_status(answer)


def _ask_for_tokens(client: Client, app: OauthApp, form: dict[str, str]) -> Tokens:
    form = form | {"client_id": app.client_id, "client_secret": app.client_secret}
    answer = client.request("POST", app.token_url, _FORM, urlencode(form).encode())
    if answer.status in (400, 401, 403):  # RFC 6749, section 5.2
        raise _refusal(answer)
    check_status(answer)
    said = object_of(answer)
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    seconds, scope = said.get("expires_in", 0), said.get("scope", "")
    texts = isinstance(refresh, str) and isinstance(scope, str)
    if not isinstance(access, str) or not access or not texts or not isinstance(seconds, int):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return Tokens(access, refresh, seconds, scope)


def _refusal(answer: Answer) -> ReadingFailed:
    """Return the failure by the error's code, such as `invalid_grant`; its text may quote what was sent."""
    try:
        code = object_of(answer).get("error")
    except ReadingFailed:
        code = None
    if code in _ENDED:
        return ReadingFailed(ProblemCode.CONSENT, str(code))
    return ReadingFailed(ProblemCode.CLIENT, str(code) if code in _OURS else str(answer.status))
