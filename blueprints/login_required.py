"""Who is asking: the owner's session and the CSRF token, for every page that is not an invitee's."""

from flask import Response, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import CSRFProtect

from accounts.sessions import owner_of_session
from blueprints.responses import wants_fragment
from models import Owner

csrf = CSRFProtect()
SESSION_TOKEN, NEXT_URL = "session_token", "next_url"


def current_owner() -> Owner | None:
    """Return the owner whose session this request belongs to; asked of the database once a request."""
    if "owner" not in g:
        token = session.get(SESSION_TOKEN)
        g.owner = owner_of_session(token) if token else None
    owner: Owner | None = g.owner
    return owner


def start_browser_session(token: str) -> None:
    """Make this browser's session that of the token's owner; nothing of an earlier one stays."""
    session.clear()
    session[SESSION_TOKEN] = token
    session.permanent = True


def require_csrf() -> None:
    """Answer 400 to a change that does not come from one of our pages."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()


def require_owner() -> ResponseReturnValue | None:
    """Send to the sign-in who has no session; for the others, check where the change comes from."""
    if request.method == "OPTIONS":
        return None
    if current_owner() is None:
        if wants_fragment():
            return Response(headers={"HX-Redirect": url_for("auth.login")})
        if request.method == "GET":
            session[NEXT_URL] = request.full_path.rstrip("?")
        else:
            flash(_("You were signed out meanwhile. What you sent was not saved."))
        return redirect(url_for("auth.login"), code=303)
    require_csrf()
    return None
