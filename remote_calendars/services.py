"""The services that an owner signs in to: what is asked of them, and the page at which the owner agrees (RFC 7636)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from parsing.oauth_app import OauthApp


@dataclass(frozen=True)
class Service:
    """What is asked of a service: the scopes for reading, those for writing as well, and more of its own."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    parameters: Mapping[str, str]

    def scopes(self, writing: bool) -> tuple[str, ...]:
        """Return the scopes to ask for: those for writing only where it is wanted."""
        return self.reads + self.writes if writing else self.reads

    def may_read(self, granted: str) -> bool:
        """Return whether these scopes, as a service lists them, are enough for reading."""
        return _names(self.reads) - {"offline_access"} <= _names(granted.split())

    def may_write(self, granted: str) -> bool:
        """Return whether they are enough for writing."""
        return _names(self.writes) <= _names(granted.split())


_GOOGLE = "https://www.googleapis.com/auth/"
SERVICES = {
    "google": Service(
        (f"{_GOOGLE}calendar.freebusy", f"{_GOOGLE}calendar.calendarlist.readonly"),
        (f"{_GOOGLE}calendar.events.owned",),
        {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
    ),
    "microsoft": Service(
        ("offline_access", "Calendars.ReadBasic"), ("Calendars.ReadWrite",), {"prompt": "select_account"}
    ),
}


def authorization_url(
    service: Service, app: OauthApp, writing: bool, redirect_uri: str, state: str, verifier: str
) -> str:
    """Return the page of the service at which the owner agrees."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(service.scopes(writing)),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query | dict(service.parameters))}"


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _names(scopes: Iterable[str]) -> set[str]:
    """Return scopes as they can be compared: Microsoft lists `https://graph.microsoft.com/Calendars.ReadBasic`."""
    return {each.rsplit("/", 1)[-1].lower() for each in scopes}
