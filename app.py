"""create_app: extensions, blueprints, error pages, commands. Run as a program, it serves with waitress."""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, Request, Response, abort, has_request_context, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel
from werkzeug.routing import BaseConverter

from blueprints import auth, errors, invitee, owner, system, template_functions
from blueprints.each_row import each_row, laid_out
from blueprints.kept_pages import MOST, KeptPages
from blueprints.login_required import csrf, current_owner
from blueprints.owner.undo import take_undo
from blueprints.page_template import PageTemplate
from blueprints.responses import is_owner_page, url_pattern
from blueprints.slot_picker import slot_page
from branding import theme, uploads
from config import Config, ConfigError
from database import close_session, db
from database.engine import connect_args, prepare_engine
from i18n import counts, formatting, locales, mails, timezones, zone_names
from i18n.bidi import isolate
from i18n.texts import template_gettext
from middleware import static_files
from middleware.booking_line import booking_line_middleware
from middleware.client import client_middleware
from middleware.exception_log import without_texts
from middleware.headers import headers_middleware, security_headers
from middleware.kept_pages import kept_pages_middleware
from middleware.request_metrics import ROUTE, Metrics, metrics_middleware
from parsing import contact_links
from public_urls import base
from scheduling.requests import MANY as MANY_REQUESTS
from server.serve import serve

HERE = Path(__file__).parent
MAX_BYTES = 64_000
"""Of a request's body. Twice what a booking with the longest texts takes, each sign of them percent-encoded."""
MAX_CALENDAR_BYTES = 1_000_000
"""Of a calendar's form, which repeats up to 2,000 dates with their hours."""
MAX_CSV_BYTES = 5_000_000
"""Of a table of people, with the rest of its form."""
LARGER = {
    "owner.calendars.new": MAX_CALENDAR_BYTES,
    "owner.calendars.edit": MAX_CALENDAR_BYTES,
    "owner.questions.edit": MAX_CALENDAR_BYTES,
    "owner.look.edit": uploads.MAX_BYTES,
    "owner.batches.create": MAX_CSV_BYTES,
}
MAX_FORM_MEMORY = {"owner.batches.create": MAX_CSV_BYTES}
"""Of all fields of a form together, but its files."""
MAY_BE_KEPT = {"system.ics_feed.ics", "system.branding.stylesheet", "system.branding.logo"}


class IdConverter(BaseConverter):
    """A row's id in a path: ids too large for any database give 404."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


class Bookonce(Flask):
    """Flask, but a failed request is logged by its route: a path may hold a token."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("Exception on %s [%s]", request.url_rule, request.method, exc_info=exc_info)


class SessionOfACookie(SecureCookieSessionInterface):
    """Opens a session at no cost for a request without its cookie, as an invitee's is."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def create_app(
    environ: Mapping[str, str] = os.environ, instance: Path = HERE / "instance", *, commands: bool = True
) -> Flask:
    """Return the app that the environment describes. A wrong value ends the program with one line that names it."""
    try:
        config = Config.from_environ(environ, instance)
    except ConfigError as error:
        sys.exit(str(error))
    app = Bookonce(__name__, instance_path=str(instance.resolve()), static_folder=None)
    app.config.from_mapping(_settings(config))
    app.session_interface = SessionOfACookie()
    app.url_map.converters["id"] = IdConverter
    if not app.debug:
        logging.getLogger(app.name).addFilter(without_texts)
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        pages = KeptPages(db.engine, 0 if app.debug else MOST)
    app.extensions["kept_pages"] = pages
    _add_middleware(app, config, pages)
    app.teardown_appcontext(close_session)  # before Flask-SQLAlchemy's, which would turn an answer into a 500
    Babel(app, locale_selector=_readers_locale)
    csrf.init_app(app)

    for readers in (auth, owner, invitee, system):
        app.register_blueprint(readers.bp)
    errors.register(app)
    if commands:
        from cli.commands import add_commands  # a server would keep what they load

        add_commands(app)
    app.jinja_env.filters.update(
        urlize=contact_links.urlize,
        contact_urls=contact_links.contact_urls,
        mail_link=contact_links.mail_link,
        tel_link=contact_links.tel_link,
        isolate=isolate,
    )
    app.jinja_env.globals.update(
        _=template_gettext,
        counts=counts,
        formatting=formatting,
        mails=mails,
        timezones=timezones,
        zone_names=zone_names,
        static=static_files.source_url if app.debug else static_files.static_url,
        stylesheet=theme.stylesheet_url,
        url_for=template_functions.url_for,
        url_pattern=url_pattern,
        each_row=each_row,
        laid_out=laid_out,
        account_pages=owner.ACCOUNT_PAGES,
        base_url=base,
        current_owner=current_owner,
        many_requests=MANY_REQUESTS,
        take_undo=take_undo,
        mail_server=config.mail,
        initials=template_functions.initials,
        location_icon=template_functions.location_icon,
        is_long=template_functions.is_long,
    )
    app.before_request(_refuse_too_much)
    if app.debug:
        app.before_request(slot_page.cache_clear)
    app.after_request(_add_headers)
    return app


def _add_middleware(app: Flask, config: Config, pages: KeptPages) -> None:
    metrics = Metrics() if config.metrics_token else None
    app.extensions["request_metrics"] = metrics
    on_sqlite = config.database_url.startswith("sqlite")
    with_line = booking_line_middleware(app.wsgi_app) if on_sqlite else app.wsgi_app
    with_pages = kept_pages_middleware(with_line, pages.find_plain)
    with_files = static_files.static_files_middleware(with_pages, autoreload=app.debug)
    with_client = client_middleware(with_files, config.trusted_proxies)
    with_headers = headers_middleware(with_client, security_headers(config.base_url))
    app.wsgi_app = metrics_middleware(with_headers, metrics)  # type: ignore[assignment, method-assign]


def _settings(config: Config) -> dict[str, object]:
    https = config.base_url.startswith("https:")
    return {
        "BOOKONCE": config,
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        # Parameters stay out of errors, and so out of the log: they are people's names and the hashes of tokens.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            "pool_pre_ping": not config.database_url.startswith("sqlite"),  # a file does not go away
            "pool_size": config.threads,
            "connect_args": connect_args(config.database_url),
        },
        "MAX_CONTENT_LENGTH": MAX_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_BYTES,
        # With the prefix a browser takes it over https only, and from this very host.
        "SESSION_COOKIE_NAME": "__Host-bookonce" if https else "bookonce",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_CHECK_DEFAULT": False,  # the owner's blueprints check it, after the login
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": locales.DEFAULT,
    }


def _readers_locale() -> Locale | None:
    if not has_request_context():
        return None
    return locales.parse_locale(locales.locale_from_header(request.headers.get("Accept-Language", "")))


def _refuse_too_much() -> None:
    """Answer 413 to a request body that is too large, even if no view would read it."""
    limit = LARGER.get(request.endpoint or "", MAX_BYTES)
    request.max_content_length = limit
    request.max_form_memory_size = MAX_FORM_MEMORY.get(request.endpoint or "", min(limit, MAX_CALENDAR_BYTES))
    if (request.content_length or 0) > limit:
        abort(413)


def _add_headers(response: Response) -> Response:
    request.environ[ROUTE] = request.url_rule and request.url_rule.rule
    if not (request.endpoint in MAY_BE_KEPT and response.status_code < 400):
        response.headers.pop("Cache-Control", None)  # `headers_middleware` adds no-store
    if is_owner_page():
        response.headers["Referrer-Policy"] = "same-origin"
    return response


if __name__ == "__main__":
    serve(create_app(commands=False))
