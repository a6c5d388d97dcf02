"""The two shapes of an answer: a whole page, or the fragment of it that htmx asked for."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

WITHOUT_COOKIE = {"public", "manage", "feed", "look", "metrics"}
"""Blueprints whose addresses are the key, or which are nobody's secret."""


def for_owner() -> bool:
    """Return whether the request is for an owner's page, not for an invitee's and not for none at all."""
    return request.blueprint is not None and request.blueprint not in WITHOUT_COOKIE


def asks_for_fragment() -> bool:
    """Return whether htmx asks for a part of the page; going back in the history it asks for the whole of it."""
    return "HX-Request" in request.headers and request.headers.get("HX-Request-Type") != "full"


def answer(noun: str, status: int = 200, **context: Any) -> Response:
    """Return `_noun.html` if htmx asks, else `noun.html`, which includes it."""
    template = f"_{noun}.html" if asks_for_fragment() else f"{noun}.html"
    return make_response(render_template(template, **context), status)


def compressed_if_taken(plain: bytes, compressed: bytes, mimetype: str = "text/html") -> Response:
    """Return an answer, in gzip to those who take it so."""
    takes_it = request.accept_encodings.quality("gzip") > 0
    answer = Response(compressed if takes_it else plain, mimetype=mimetype)
    if takes_it:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def go_to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Send the browser to another page after a change, htmx or not."""
    where = url_for(endpoint, **values)
    if asks_for_fragment():
        return Response(headers={"HX-Redirect": where})
    return redirect(where, code=303)
