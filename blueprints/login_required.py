"""The owner's session and the CSRF check, for every page that is not an invitee's."""

import re
from urllib.parse import unquote_plus

from flask import Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from accounts.sessions import SignedIn, find_signed_in, renew_session
from blueprints import carried
from blueprints.responses import requested_address, wants_fragment
from database import utcnow
from forms.account import LoginForm
from i18n.texts import gettext as _
from parsing.user_agents import browser_name

csrf = CSRFProtect()
_CSRF_FIELD = re.compile(rb"(?:^|&)csrf_token=([^&]*)")
SESSION_TOKEN, NEXT_URL = "session_token", "next_url"


def current_owner() -> SignedIn | None:
    """Return the owner whose session this request belongs to; queried once per request."""
    if "owner" not in g:
        token = session.get(SESSION_TOKEN)
        g.owner = find_signed_in(token) if token else None
    owner: SignedIn | None = g.owner
    return owner


def read_owner_again() -> None:
    """Let the page count anew what the top bar shows of the owner."""
    g.pop("owner", None)
    current_owner()


def start_browser_session(token: str) -> None:
    """Store the session token in this browser's cookie, and clear all of an earlier session.

    If it is the same owner's again, the forms in their other tabs keep their CSRF token.
    """
    owner = find_signed_in(token)
    same = owner is not None and session.get(carried.OWNER_ID) == owner.id
    kept = {"csrf_token": session["csrf_token"]} if same and "csrf_token" in session else {}
    session.clear()
    session.update(kept)
    session[SESSION_TOKEN] = token
    if owner:
        carried.remember(owner)
    g.owner = owner
    session.permanent = True


def end_browser_session() -> None:
    """Clear the cookie but for what a form in another tab needs to be sent after signing in again."""
    kept = {name: session[name] for name in ("csrf_token", carried.OWNER_ID) if name in session}
    session.clear()
    session.update(kept)


def require_csrf() -> None:
    """Answer 400 to a change without a valid CSRF token.

    The token of an ordinary form is found without parsing the form, which takes long if it has very many fields.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.mimetype == "application/x-www-form-urlencoded":
        found = _CSRF_FIELD.search(request.get_data())
        try:
            validate_csrf(found and unquote_plus(found[1].decode("ascii", "replace")))
        except ValidationError as error:
            raise CSRFError(error.args[0]) from error
    csrf.protect()


def require_owner() -> ResponseReturnValue | None:
    """Redirect to the login if there is no session; otherwise check the CSRF token.

    If there was a session, and it ended, what was sent stays: 401 with a login that carries it along; to htmx 401
    alone, for a part of the page too, and the page says so.
    """
    if request.method == "OPTIONS":
        return None
    owner = current_owner()
    if owner is None:
        if wants_fragment() and _had_session():
            return Response(status=401, headers={"HX-Reswap": "none"})
        if request.method != "GET" and (kept := _what_was_sent()):
            flash(
                _("You were signed out in the meantime. Sign in, then send it again: what you typed is kept."), "warn"
            )
            return Response(render_template("login.html", form=LoginForm(formdata=None), carried=kept), 401)
        if wants_fragment():
            return Response(headers={"HX-Redirect": url_for("auth.login")})
        if request.method == "GET":
            session[NEXT_URL] = requested_address()
        else:
            flash(_("You were signed out in the meantime. What you sent was not saved."), "warn")
        return redirect(url_for("auth.login"), code=303)
    require_csrf()
    carried.remember(owner)
    if owner.used_on < utcnow().date():
        renew_session(session[SESSION_TOKEN])
        session.modified = True  # the cookie, too, lasts for 30 days from now
    return None


def browser_of_request() -> str:
    """Return the name of the browser that asks, such as `Firefox, Linux`."""
    return browser_name(request.headers.get("User-Agent", ""))


def _had_session() -> bool:
    """Return whether a session of this browser ended, and a change comes from a page of it."""
    return carried.OWNER_ID in session and (request.method == "GET" or _what_was_sent() != "")


def _what_was_sent() -> str:
    try:
        require_csrf()
    except CSRFError:
        return ""
    return carried.pack()
