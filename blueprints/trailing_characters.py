"""What a mail program or a messenger does to an address: one redirect to the plain one, if its token exists.

Something may follow the token (a full stop, a bracket, what was percent-encoded twice), a line break or what nobody
sees may be within it, and the word before it may be in capitals. Nothing of a token itself is guessed.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import Map

from accounts.email_changes import get_email_change
from accounts.errors import TokenGone
from accounts.password_resets import get_reset
from accounts.people import get_invitation
from blueprints.responses import requested_query
from parsing.invisible import strip_invisible
from scheduling.bookings import get_booking_by_token
from scheduling.errors import NotFound
from scheduling.feeds import get_feed_owner
from scheduling.links import get_link_by_token

PLACE = "<token>"
_LETTERS = "[A-Za-z0-9_-]"
_PATTERN = f"(?P<token>{_LETTERS}{{16,22}})(?!{_LETTERS})"
_BROKEN = re.compile(r"=\r?\n|\s+")  # `=` at the end of a line is quoted-printable (RFC 2045, section 6.7)
_FIND: dict[str, Callable[[str], object]] = {
    "invitee.book": get_link_by_token,
    "invitee.manage": get_booking_by_token,
    "system.ics_feed": get_feed_owner,
    "auth.reset": get_reset,
    "auth.email": get_email_change,
    "auth.join": get_invitation,
}
"""By the endpoint of the route, or its blueprint."""


class _Address(NamedTuple):
    """A route with a token: what stands before and after the token, how it is recognised, and who knows the token."""

    before: str
    after: str
    pattern: re.Pattern[str]
    find: Callable[[str], object]


def redirect_to_plain_address() -> ResponseReturnValue | None:
    """Return the redirect to the address that was meant, None where there is none to go to."""
    if request.method not in ("GET", "HEAD"):
        return None
    for path in dict.fromkeys((request.path, _mended(request.path))):
        plain = _plain_address(path)
        if plain and plain != request.path:
            query = requested_query()
            return redirect(plain + (f"?{query}" if query else ""), code=302)
    return None


def _plain_address(path: str) -> str | None:
    for address in _addresses(current_app.url_map):
        found = address.pattern.match(path)
        if found is None:
            continue
        try:
            address.find(found["token"])
        except (NotFound, TokenGone):
            continue
        return f"{address.before}{found['token']}{address.after}"
    return None


def _mended(path: str) -> str:
    """Return the path without line breaks, spaces and what nobody sees."""
    return strip_invisible(_BROKEN.sub("", path))


@lru_cache(maxsize=8)
def _addresses(routes: Map) -> list[_Address]:
    """Return the addresses that a GET can have, the longest first, since a shorter one may begin it."""
    found = []
    for rule in routes.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        find = _FIND.get(rule.endpoint) or _FIND.get(blueprint)
        if PLACE not in rule.rule or find is None or "GET" not in (rule.methods or ()):
            continue
        before, after = rule.rule.split(PLACE)
        # A word that goes on is another word. The feed is found without its ending, too: it has no other address.
        ending = rf"{re.escape(after)}(?![A-Za-z])" if after else ""
        ending = f"(?:{ending})?" if blueprint == "system.ics_feed" else ending
        pattern = re.compile(f"(?i:{re.escape(before)}){_PATTERN}{ending}", re.DOTALL)
        found.append(_Address(before, after, pattern, find))
    return sorted(found, key=lambda address: len(address.after), reverse=True)
