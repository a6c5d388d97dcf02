"""Puts Bookonce together; run as a program, it serves with waitress."""

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, has_request_context, request
from flask_babel import Babel
from flask_migrate import Migrate
from werkzeug.routing import BaseConverter

import locales
import logos
import statics
import stylesheet
import wording
import zones
from blueprints import (
    auth,
    bookings,
    busy,
    calendars,
    errors,
    feed,
    feeds,
    health,
    links,
    look,
    mail,
    manage,
    metrics,
    profile,
    public,
)
from blueprints.answers import for_owner
from blueprints.owner_only import csrf, current_owner
from cli import add_commands
from config import Config, ConfigError
from database import db, impatient, let_go, prepare_engine
from headers import closed
from hosts import is_host
from messages.unsent import trouble
from observing import ROUTE, Figures, observed
from proxies import client
from server import serve

HERE = Path(__file__).parent
OWNERS_PAGES = (auth, bookings, busy, calendars, feeds, links, mail, profile)
OTHER_PAGES = (feed, health, look, manage, metrics, public)
MOST_BYTES = 1_000_000
LARGER = {"profile.look": logos.MOST_BYTES}
MAY_BE_KEPT = {"feed.ics", "look.style", "look.logo"}


class IdConverter(BaseConverter):
    """A row's id in an address: what could be none in any database is no page either."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


class Bookonce(Flask):
    """Flask, but for who asks and for which host, and for a log that holds no token: routes are logged, not paths."""

    def __init__(self, instance: Path, config: Config) -> None:
        super().__init__(__name__, instance_path=str(instance.resolve()), static_folder=None)
        self.config.from_mapping(_settings(config))
        self.figures = Figures() if config.metrics_token else None
        self._answer = statics.serving(super().wsgi_app, closed(config.base_url))
        self._observed = observed(self._guarded, self.figures)

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Answer a request, and keep count of it."""
        return self._observed(environ, start_response)

    def _guarded(self, environ: Any, start_response: Any) -> Any:
        """Find out who asks behind a proxy. Answer 400 where the Host is none: routing could not even look at it."""
        config: Config = self.config["BOOKONCE"]
        forwarded_for = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client(environ.get("REMOTE_ADDR", ""), forwarded_for, config.trusted_proxies)
        if is_host(environ.get("HTTP_HOST", "localhost")):
            return self._answer(environ, start_response)
        refusal = Response("This is not a host.\n", 400, closed(config.base_url), mimetype="text/plain")
        return refusal(environ, start_response)

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("Exception on %s [%s]", request.url_rule, request.method, exc_info=exc_info)


def create_app(environ: Mapping[str, str] = os.environ, instance: Path = HERE / "instance") -> Flask:
    """Return the app that the environment describes. A wrong value ends the program with one line that names it."""
    try:
        config = Config.from_environ(environ, instance)
    except ConfigError as error:
        sys.exit(str(error))
    app = Bookonce(instance, config)
    app.url_map.converters["id"] = IdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.teardown_appcontext(let_go)  # before Flask-SQLAlchemy's, which would turn an answer into a 500
    Migrate(app, db, directory=str(HERE / "migrations"))
    Babel(app, locale_selector=_readers_locale)
    csrf.init_app(app)

    for module in (
        auth,
        bookings,
        busy,
        calendars,
        feed,
        feeds,
        health,
        links,
        look,
        mail,
        manage,
        metrics,
        profile,
        public,
    ):
        app.register_blueprint(module.bp)
    errors.register(app)
    add_commands(app)
    app.jinja_env.globals.update(
        wording=wording,
        zones=zones,
        static=statics.address,
        stylesheet=stylesheet.address,
        current_owner=current_owner,
        mail_trouble=trouble,
        mail_server=config.mail,
    )
    app.before_request(_refuse_too_much)
    app.after_request(_add_headers)
    return app


def _settings(config: Config) -> dict[str, object]:
    https = config.base_url.startswith("https:")
    return {
        "BOOKONCE": config,
        "SECRET_KEY": config.secret_key,
        "BASE_URL": config.base_url,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        # Parameters stay out of errors, and so out of the log: they are people's names and the hashes of tokens.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            "pool_pre_ping": not config.database_url.startswith("sqlite"),  # a file does not go away
            "pool_size": config.threads,
            "connect_args": impatient(config.database_url),
        },
        "MAX_CONTENT_LENGTH": MOST_BYTES,
        "MAX_FORM_MEMORY_SIZE": MOST_BYTES,
        # With the prefix a browser takes it over https only, and from this very host.
        "SESSION_COOKIE_NAME": "__Host-bookonce" if https else "bookonce",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_CHECK_DEFAULT": False,  # the blueprints of the owner's pages check, after they know who asks
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": locales.DEFAULT,
    }


def _readers_locale() -> str | None:
    return locales.of_reader(request.headers.get("Accept-Language", "")) if has_request_context() else None


def _refuse_too_much() -> None:
    """Answer 413 to a body that is too large, also where nobody would read it."""
    most = LARGER.get(request.endpoint or "", MOST_BYTES)
    request.max_content_length = most
    if (request.content_length or 0) > most:
        abort(413)


def _add_headers(response: Response) -> Response:
    request.environ[ROUTE] = request.url_rule and request.url_rule.rule
    may_be_kept = request.endpoint in MAY_BE_KEPT and response.status_code < 400
    kept = ("Cache-Control",) if may_be_kept and "Cache-Control" in response.headers else ()
    headers = closed(current_app.config["BASE_URL"])
    response.headers.update({name: value for name, value in headers.items() if name not in kept})
    if for_owner():
        response.headers["Referrer-Policy"] = "same-origin"
    return response


if __name__ == "__main__":
    serve(create_app())
