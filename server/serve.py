"""The server: migrates the database, then serves with waitress and sends mail, in one process or several."""

import gc
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.util import CommandError
from flask import Flask
from sqlalchemy.exc import DBAPIError

from accounts.setup import new_setup_token
from config import Config
from database import db
from middleware.headers import security_headers
from notifications.worker import Worker
from parsing.mail_server import MailServer
from public_urls import base, setup_address
from server import json_logs
from server.graceful_shutdown import Server
from server.housekeeping import Housekeeper
from server.workers import Workers, listening_sockets

# Larger than the app's own limit, so that the app can answer 413 with a page.
MAX_BYTES = 10_000_000
MAIL_GRACE = 1.0
"""Seconds. A message that takes longer is sent again by the next worker."""


def serve(app: Flask) -> None:
    """Serve the app until SIGTERM or SIGINT, then finish the requests in flight, within 10 s.

    Prints one line with the address to open. Exits with one line if the database or the port can't be used.
    """
    os.umask(0o077)  # the database, its log and all else that it writes are for its own user
    config: Config = app.config["BOOKONCE"]
    json_logs.configure_logging(config.log_level)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    logging.getLogger("waitress").addFilter(_without_path)
    with app.app_context():
        try:
            command.upgrade(app.extensions["migrate"].migrate.get_config(), "head")
            token = new_setup_token()
        except CommandError as error:
            sys.exit(f"DATABASE_URL: the database can't be brought up to date: {error}")
        except (DBAPIError, sqlite3.Error) as error:
            sys.exit(f"DATABASE_URL: the database does not answer: {_first_line(error)}")
        ready = setup_address(token) if token else base() + "/"
        db.engine.dispose()  # a connection can't be shared with the workers
    try:
        sockets = listening_sockets(config.host, config.port)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        sys.exit(f"HOST, PORT: can't listen on {config.host}:{config.port}: {why}")
    gc.freeze()  # objects of the start-up live on: scanning them takes a tenth of a large page's time

    def say_ready() -> None:
        print(f"Bookonce is ready. Open {ready}", flush=True)

    if config.workers == 1:
        _serve(app, sockets, True, say_ready)
    else:
        Workers(config.workers, sockets, lambda worker: _serve(app, sockets, worker == 0)).run(say_ready)


def _serve(
    app: Flask, sockets: list[socket.socket], sends_mail: bool, started: Callable[[], None] = lambda: None
) -> None:
    """Serve in this process; of several, one sends the mail and clears what is old."""
    config: Config = app.config["BOOKONCE"]
    server = Server(
        app,
        security_headers(config.base_url),
        sockets=sockets,
        threads=config.threads,
        max_request_body_size=MAX_BYTES,
        connection_limit=1000,
        channel_timeout=30,
        cleanup_interval=10,
        ident=None,
        clear_untrusted_proxy_headers=False,  # `client_middleware` checks them
    )
    housekeeper = Housekeeper(app)
    if sends_mail:
        housekeeper.start()
    with _mail(app, config.mail if sends_mail else None) as stop_mail:

        def stop(*_: object) -> None:
            housekeeper.stop()
            stop_mail()
            server.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        started()
        server.run()


@contextmanager
def _mail(app: Flask, server: MailServer | None) -> Iterator[Callable[[], None]]:
    """Run the mail worker in a thread if there is a mail server; yield its stop function; wait for it at the end."""
    if server is None:
        yield lambda: None
        return
    worker = Worker(app, server)
    thread = threading.Thread(target=worker.run, name="mail", daemon=True)
    thread.start()
    yield worker.stop
    worker.stop()
    thread.join(MAIL_GRACE)


def _first_line(error: DBAPIError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().partition("\n")[0]


def _without_path(record: logging.LogRecord) -> bool:
    """Remove the path from waitress' message about a failed request: a path may contain a token."""
    if "serving" in str(record.msg):
        record.msg, record.args = "Exception while serving a request", ()
    return True
