"""The two shapes of an answer: a whole page, or the fragment of it that htmx asked for."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue


def is_owner_page() -> bool:
    """Return whether the request is for a page of the owner's, the login included."""
    return request.blueprint == "auth" or "owner" in request.blueprints


def wants_fragment() -> bool:
    """Return whether htmx asks for a part of the page; going back in the history it asks for the whole of it."""
    return "HX-Request" in request.headers and request.headers.get("HX-Request-Type") != "full"


def answer(noun: str, status: int = 200, **context: Any) -> Response:
    """Return `_noun.html` if htmx asks, else `noun.html`, which includes it."""
    template = f"_{noun}.html" if wants_fragment() else f"{noun}.html"
    return make_response(render_template(template, **context), status)


def gzip_response(plain: bytes, compressed: bytes, mimetype: str = "text/html") -> Response:
    """Return an answer, in gzip to those who take it so."""
    takes_it = request.accept_encodings.quality("gzip") > 0
    answer = Response(compressed if takes_it else plain, mimetype=mimetype)
    if takes_it:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def redirect_to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Send the browser to another page after a change, htmx or not."""
    where = url_for(endpoint, **values)
    if wants_fragment():
        return Response(headers={"HX-Redirect": where})
    return redirect(where, code=303)
