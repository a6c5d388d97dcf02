"""Pages that are kept are sent before Flask begins, which takes longer than all else about them.

Only what is sure is answered: `GET` or `HEAD` of `/b/<token>`, without a query, a body, or htmx. All else is passed on.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from middleware.request_metrics import ROUTE
from parsing.encodings import accepts_gzip

LOOKED = "bookonce.looked"
"""The key of the WSGI environment where the view finds that the page is not kept, or the error of looking for it."""

_PATH = re.compile(r"/b/([0-9A-Za-z_-]+)")

App = Callable[[dict[str, Any], Any], Iterable[bytes]]
Find = Callable[[str, str], tuple[bytes, bytes] | None]


def kept_pages_middleware(app: App, find: Find) -> App:
    """Return the app with the pages that `find`, given a token and an `Accept-Language`, returns raw and gzipped."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = _PATH.fullmatch(environ["PATH_INFO"])
        if asked is None or not _is_plain(environ):
            return app(environ, start_response)
        try:
            page = find(asked[1], environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        except SQLAlchemyError as error:  # the app has a page for that
            environ[LOOKED] = error
            return app(environ, start_response)
        if page is None:
            environ[LOOKED] = None
            return app(environ, start_response)
        environ[ROUTE] = "/b/<token>"
        plain, compressed = page
        zipped = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = compressed if zipped else plain
        start_response("200 OK", _headers(len(body), zipped))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return serve


def _is_plain(environ: dict[str, Any]) -> bool:
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and "HTTP_HX_REQUEST" not in environ
        and environ.get("CONTENT_LENGTH") in (None, "", "0")
    )


def _headers(length: int, zipped: bool) -> list[tuple[str, str]]:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(length))]
    return [*headers, *([("Content-Encoding", "gzip")] if zipped else []), ("Vary", "Accept-Encoding")]
