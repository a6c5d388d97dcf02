"""What this server needs to reach other calendars, and how it asks them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from config import Config, current
from parsing.oauth_app import OauthApp
from remote_calendars.process import ask
from remote_calendars.public_addresses import Network
from remote_calendars.reading import ProblemCode, ReadingFailed

SECONDS_SOON, SECONDS_IN_LINE = 20.0, 5.0
_waiting = BoundedSemaphore(2)  # else all of the server's threads could wait for other people's servers

Json = dict[str, Any]
Ask = Callable[[Json], Json]


@dataclass(frozen=True)
class Access:
    """The server's key, the networks that its operator allows, and the services at which they registered it."""

    key: str
    networks: tuple[Network, ...]
    apps: Mapping[str, OauthApp] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> "Access":
        """Return what a configuration says."""
        return cls(config.secret_key, config.source_networks, config.oauth_apps)

    def app(self, kind: str) -> OauthApp:
        """Return the registration at a service. Raises ReadingFailed if there is none any more."""
        try:
            return self.apps[kind]
        except KeyError:
            raise ReadingFailed(ProblemCode.CLIENT, "client id") from None

    def network_names(self) -> list[str]:
        """Return the allowed networks as JSON has them."""
        return [str(network) for network in self.networks]


def current_access() -> Access:
    """Return what the current app's configuration says."""
    return Access.of(current())


def ask_soon(request: Json) -> Json:
    """Return what a source says, for somebody who waits for it. Raises ReadingFailed, also if many wait already."""
    if not _waiting.acquire(timeout=SECONDS_IN_LINE):
        raise ReadingFailed(ProblemCode.TIMEOUT)
    try:
        return ask(request, SECONDS_SOON)
    finally:
        _waiting.release()
