"""Middleware that sets the client's IP address and rejects invalid Host headers, before anything else runs."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from parsing.client_ip import Network, client_ip, is_trusted
from parsing.hosts import is_host

NOT_TRUSTED = (
    "X-Forwarded-For is not believed, since it came from a peer that is not in TRUSTED_PROXIES. If this is your proxy, "
    "add its address; until then all visitors behind it count as one"
)

log = logging.getLogger("bookonce.client")

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def client_middleware(app: App, trusted_proxies: Sequence[Network]) -> App:
    """Return the app with `REMOTE_ADDR` as the trusted proxies report it; an invalid Host gets a 400.

    The first X-Forwarded-For of a peer that is not trusted is logged, since TRUSTED_PROXIES may have been forgotten.
    """
    warned = False

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        nonlocal warned
        forwarded_for = environ.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded_for and not warned and not is_trusted(environ.get("REMOTE_ADDR", ""), trusted_proxies):
            warned = True
            log.warning(NOT_TRUSTED, extra={"fields": {"peer": environ.get("REMOTE_ADDR", "")}})
        environ["REMOTE_ADDR"] = client_ip(environ.get("REMOTE_ADDR", ""), forwarded_for, trusted_proxies)
        if is_host(environ.get("HTTP_HOST", "localhost")):
            return app(environ, start_response)
        return Response("This is not a host.\n", 400, mimetype="text/plain")(environ, start_response)

    return serve
