"""The two forms of a response, a whole page or the fragment that htmx asked for, and what all lists and forms share."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from parsing.encodings import accepts_gzip

Row = TypeVar("Row")

PAGE_SIZE = 50
SEARCH_FROM = 10
"""A list of so many calendars can be searched."""
PLACEHOLDER = 10**17
"""An id that is larger than any row's, and that routes take."""


def is_owner_page() -> bool:
    """Return whether the request is for a page of the owner's, the login included."""
    return request.blueprint == "auth" or "owner" in request.blueprints


def wants_fragment() -> bool:
    """Return whether htmx asks for a part of the page; when it restores history it asks for the whole page."""
    return "HX-Request" in request.headers and request.headers.get("HX-Request-Type") != "full"


def requested_address() -> str:
    """Return the path and query of the request, percent-encoded (RFC 3986), as headers and forms take them.

    It begins with one slash, since with two it would name another host.
    """
    path, query = quote("/" + request.path.lstrip("/"), safe="/:@!$&'()*+,;="), requested_query()
    return f"{path}?{query}" if query else path


def requested_query() -> str:
    """Return the query of the request in ASCII, percent-encoded where it was not."""
    return quote(request.query_string, safe="/:@!$&'()*+,;=?%[]")


def render_page(name: str, status: int = 200, **context: Any) -> Response:
    """Return the page `name`, such as `share.html`; if htmx asks for a fragment, `_share.html` instead."""
    return make_response(render_template(f"_{name}" if wants_fragment() else name, **context), status)


def form_status(form: FlaskForm) -> int:
    """Return the status of a page that shows the form: 422 if it was sent and is not valid, else 200."""
    return 422 if form.is_submitted() else 200


def page_of(rows: Sequence[Row]) -> tuple[Sequence[Row], Row | None]:
    """Return the rows of one page, and the last of them if more follow. `rows` are up to PAGE_SIZE + 1."""
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None


@lru_cache(maxsize=64)
def url_pattern(endpoint: str, name: str) -> Callable[[int], str]:
    """Return a function from a row's id to its URL. A long list would spend half of its time in `url_for`."""
    values: dict[str, Any] = {name: PLACEHOLDER}
    before, after = url_for(endpoint, **values).split(str(PLACEHOLDER))
    return lambda row_id: f"{before}{row_id}{after}"


def gzip_response(plain: bytes, compressed: bytes, mimetype: str = "text/html") -> Response:
    """Return a response, compressed if the client accepts gzip."""
    zipped = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    response = Response(compressed if zipped else plain, mimetype=mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def redirect_to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Send the browser to another page after a change, whether htmx asked or not."""
    where = url_for(endpoint, **values)
    if wants_fragment():
        return Response(headers={"HX-Redirect": where})
    return redirect(where, code=303)
