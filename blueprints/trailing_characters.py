"""What stands after a token in a pasted address: one redirect to the plain address, if the token exists."""

import re
from collections.abc import Callable

from flask import redirect, request
from flask.typing import ResponseReturnValue

from accounts.email_changes import get_email_change
from accounts.errors import TokenGone
from accounts.password_resets import get_reset
from accounts.people import get_invitation
from blueprints.responses import requested_query
from scheduling.bookings import get_booking_by_token
from scheduling.errors import NotFound
from scheduling.feeds import get_feed_owner
from scheduling.links import get_link_by_token

# A token is 16 to 22 characters of the URL-safe alphabet; what follows it begins with a character that is not.
_PASTED = re.compile(r"/(b|booking|feed|reset|email|join)/([A-Za-z0-9_-]{16,22})([^A-Za-z0-9_-].*)", re.DOTALL)
_FIND: dict[str, Callable[[str], object]] = {
    "b": get_link_by_token,
    "booking": get_booking_by_token,
    "feed": get_feed_owner,
    "reset": get_reset,
    "email": get_email_change,
    "join": get_invitation,
}
_SUFFIX = {"feed": ".ics"}
_RESCHEDULE = re.compile(r"/reschedule(?![A-Za-z])|\.ics(?![A-Za-z])")


def redirect_to_plain_address() -> ResponseReturnValue | None:
    """Return the redirect for an address that a token's own address begins, None where there is none to go to."""
    if request.method not in ("GET", "HEAD") or not (found := _PASTED.fullmatch(request.path)):
        return None
    kind, token, rest = found.groups()
    known = _RESCHEDULE.match(rest) if kind == "booking" else None
    try:
        _FIND[kind](token)
    except (NotFound, TokenGone):
        return None
    plain = f"/{kind}/{token}{known[0] if known else _SUFFIX.get(kind, '')}"
    query = requested_query()
    return redirect(plain + (f"?{query}" if query else ""), code=302) if plain != request.path else None
