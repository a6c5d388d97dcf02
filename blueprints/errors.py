"""The page of each error, in one place."""

import math

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, ProgrammingError, TimeoutError
from werkzeug.exceptions import HTTPException

from accounts.errors import TokenGone, TooManyAttempts, TooManyChecks
from blueprints.responses import is_owner_page, render_page, requested_address, wants_fragment
from blueprints.spent_page import spent_page
from blueprints.trailing_characters import redirect_to_plain_address
from database import CommitUnknown, close_session
from i18n.texts import gettext as _
from middleware.exception_log import error_code
from scheduling.errors import LinkUnavailable, NotFound

NO_TABLES = "The database has no tables: run `flask --app app db upgrade`"
RETRY_AFTER = 5
"""Seconds."""


def register(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(LinkUnavailable, _link_unavailable)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(TokenGone, _token_gone)
    app.register_error_handler(TooManyAttempts, _too_many)
    app.register_error_handler(TooManyChecks, _too_busy)
    app.register_error_handler(CSRFError, lambda _error: _problem(400, *_csrf_words()))
    app.register_error_handler(HTTPException, _http)
    # InternalError is what psycopg raises if the server has become a standby and takes no writes.
    for unavailable in (OperationalError, InterfaceError, InternalError, TimeoutError, CommitUnknown):
        app.register_error_handler(unavailable, _database_unavailable)
    app.register_error_handler(ProgrammingError, _query_failed)


def _link_unavailable(refusal: LinkUnavailable) -> ResponseReturnValue:
    return _for_htmx(spent_page(refusal))


def _too_many(refusal: TooManyAttempts) -> ResponseReturnValue:
    minutes = math.ceil(refusal.wait / 60)
    page = _problem(429, _("Too many attempts"), _("Please wait %(minutes)s min, then try again.", minutes=minutes))
    page.headers["Retry-After"] = str(refusal.wait)
    return page


def _too_busy(_refusal: TooManyChecks) -> ResponseReturnValue:
    page = _problem(503, _("Please try again in a moment"), _("Others are signing in just now. Nothing was changed."))
    page.headers["Retry-After"] = "1"
    return page


def _token_gone(refusal: TokenGone) -> ResponseReturnValue:
    return Response(render_template("token_gone.html", purpose=str(refusal.purpose)), 410)


def _not_found(_error: Exception) -> ResponseReturnValue:
    return redirect_to_plain_address() or _problem(404, *_words(404))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404:
        return _not_found(error)
    page = _problem(error.code, *_words(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            page.headers[name] = value
    return page


def _query_failed(error: DBAPIError) -> ResponseReturnValue:
    """Render the 500 page of a missing table; raise any other error again, as it is a bug.

    SQLite reports a missing table by the message, PostgreSQL by SQLSTATE 42P01.
    """
    if "no such table" not in str(error.orig) and getattr(error.orig, "sqlstate", None) != "42P01":
        raise error
    close_session()
    current_app.logger.error(NO_TABLES)
    title, what_next = _words(500)
    return _problem(500, title, NO_TABLES if current_app.debug else what_next)


def _database_unavailable(error: Exception) -> ResponseReturnValue:
    """Render the 503 page: whether anything was saved, and a form that sends again what was typed."""
    if isinstance(error, OperationalError) and "no such table" in str(error.orig):
        return _query_failed(error)
    why = error_code(error.__cause__ or error)
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
    """Render the page of a problem. An invitee may send the form `again`; an owner gets a link to their pages."""
    by_owner = is_owner_page()
    typed = list(request.form.items(multi=True)) if again and not by_owner and request.method == "POST" else None
    where = requested_address() if again and not by_owner else None
    return _for_htmx(
        render_page(
            "problem.html", status, title=title, what_next=what_next, by_owner=by_owner, again=where, typed=typed
        )
    )


def _for_htmx(page: Response) -> Response:
    """Return the page with headers that keep htmx from putting it where a part of the page was asked for.

    After a GET the browser loads the whole page; after a POST the fragment is shown as a dialog.
    """
    if wants_fragment():
        if request.method == "GET":
            page.headers["HX-Redirect"] = requested_address()
        else:
            page.headers["HX-Retarget"] = "#pop-up"
            page.headers["HX-Reswap"] = "innerHTML"
    return page


def _csrf_words() -> tuple[str, str]:
    return _("This page has been open for too long"), _("Go back, reload it, and try again. Nothing was changed.")


def _words(status: int) -> tuple[str, str]:
    return {
        400: (_("This request can't be understood"), _("Go back, reload the page, and try again.")),
        404: (
            _("There is no such page"),
            _("The end of the address may be missing: copy it again, or ask whoever you have it from."),
        ),
        405: (_("This can't be done here"), _("Go back and try again from the page before.")),
        410: (_("This page is gone"), _("Please contact whoever gave you the address.")),
        413: (
            _("What you sent is too large"),
            _("Please send less. Nothing was changed and nothing was booked."),
        ),
    }.get(status, (_("Something went wrong"), _("It is not your fault. Please try again in a moment.")))
