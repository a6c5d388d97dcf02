"""The one place where a refusal becomes a page."""

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from accounts.errors import TooManyAttempts
from blueprints.responses import answer, is_owner_page, wants_fragment
from blueprints.trailing_characters import redirect_to_plain_address
from database import CommitUnknown, close_session
from scheduling.errors import CalendarClosed, LinkExpired, LinkRevoked, LinkUnavailable, LinkUsed, NotFound

RETRY_AFTER = 5


def register(app: Flask) -> None:
    """Tell the app which page each refusal is."""
    app.register_error_handler(LinkUnavailable, _spent)
    app.register_error_handler(NotFound, lambda _error: redirect_to_plain_address() or _problem(404, *_words(404)))
    app.register_error_handler(TooManyAttempts, _too_many)
    app.register_error_handler(CSRFError, lambda _error: _problem(400, *_csrf_words()))
    app.register_error_handler(HTTPException, _http)
    # InternalError: psycopg's word for a server that has become a standby and takes no writes.
    for away in (OperationalError, InterfaceError, InternalError, TimeoutError, CommitUnknown):
        app.register_error_handler(away, _database_away)


def _spent(refusal: LinkUnavailable) -> ResponseReturnValue:
    title, why = {
        LinkUsed: (_("This link has already been used"), _("A one-time link works for one booking.")),
        LinkExpired: (_("This link has expired"), _("A one-time link works for a limited time.")),
        LinkRevoked: (_("This link is no longer valid"), _("It was taken back before anybody booked with it.")),
        CalendarClosed: (
            _("No appointments can be booked here at the moment"),
            _("The calendar behind this link is closed."),
        ),
    }[type(refusal)]
    return _whole(answer("spent", 410, title=title, why=why, whom=refusal.owner, used=isinstance(refusal, LinkUsed)))


def _too_many(refusal: TooManyAttempts) -> ResponseReturnValue:
    minutes = -(-refusal.wait // 60)
    page = _problem(429, _("Too many attempts"), _("Please wait %(minutes)s min, then try again.", minutes=minutes))
    page.headers["Retry-After"] = str(refusal.wait)
    return page


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404 and (plain := redirect_to_plain_address()):
        return plain
    page = _problem(error.code, *_words(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            page.headers[name] = value
    return page


def _database_away(error: Exception) -> ResponseReturnValue:
    """Say what is known of what was asked for; what was typed goes along, to be sent again."""
    why = str(error.__cause__ or error).strip().partition("\n")[0]
    current_app.logger.error("The database does not answer %s %s: %s", request.method, request.url_rule, why)
    close_session()
    if isinstance(error, CommitUnknown):
        known = _("The connection was lost at the last moment: it may be done, or not.")
        what_next = _("Go back and look.") if is_owner_page() else _("Try again: nothing can be booked twice.")
    else:
        known = _("Nothing was changed and nothing was booked.")
        what_next = "" if is_owner_page() else _("Your link still works.")
    page = _problem(503, _("Please try again in a moment"), f"{known} {what_next}".strip(), again=True)
    page.headers["Retry-After"] = str(RETRY_AFTER)
    return page


def _problem(status: int, title: str, what_next: str, again: bool = False) -> Response:
    """Return the page of a problem. An invitee may try `again` with what was typed; an owner goes to their pages."""
    mine = is_owner_page()
    typed = list(request.form.items(multi=True)) if again and not mine and request.method == "POST" else None
    where = request.full_path.rstrip("?") if again and not mine else None
    return _whole(answer("problem", status, title=title, what_next=what_next, mine=mine, again=where, typed=typed))


def _whole(page: Response) -> Response:
    """Return the answer so that htmx shows it as what it is, not as a part of the page that asked.

    Where htmx looked for something, the browser goes there and gets the page; where it changed something, the
    fragment is a dialog for the place of all pop-ups.
    """
    if wants_fragment():
        if request.method == "GET":
            page.headers["HX-Redirect"] = request.full_path.rstrip("?")
        else:
            page.headers["HX-Retarget"] = "#pop-up"
            page.headers["HX-Reswap"] = "innerHTML"
    return page


def _csrf_words() -> tuple[str, str]:
    return _("This page has been open for too long"), _("Go back, reload it, and try again. Nothing was changed.")


def _words(status: int) -> tuple[str, str]:
    return {
        400: (_("This request can't be understood"), _("Go back, reload the page, and try again.")),
        404: (_("There is no such page"), _("Check that the address is complete: nothing may be missing at its end.")),
        405: (_("This can't be done here"), _("Go back and try again from the page before.")),
        410: (_("This page is gone"), _("Please contact whoever gave you the address.")),
        413: (_("This is too much"), _("What was sent is too large. Nothing was changed and nothing was booked.")),
    }.get(status, (_("Something went wrong"), _("It is not your fault. Please try again in a moment.")))
