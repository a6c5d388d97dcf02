"""Middleware that sets the client's IP address and rejects invalid Host headers, before anything else runs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from werkzeug.wrappers import Response

from parsing.client_ip import Network, client_ip
from parsing.hosts import is_host

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def client_middleware(app: App, trusted_proxies: Sequence[Network]) -> App:
    """Return the app with `REMOTE_ADDR` as the trusted proxies report it; an invalid Host gets a 400."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        forwarded_for = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client_ip(environ.get("REMOTE_ADDR", ""), forwarded_for, trusted_proxies)
        if is_host(environ.get("HTTP_HOST", "localhost")):
            return app(environ, start_response)
        return Response("This is not a host.\n", 400, mimetype="text/plain")(environ, start_response)

    return serve
