"""The server: migrates the database, then serves with waitress, in one process or several; one has the workers."""

import gc
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

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
from server.warm_up import warm_up
from server.workers import Workers, listening_sockets
from sources.worker import SourceWorker

# Larger than the app's own limit, so that the app can answer 413 with a page.
MAX_BYTES = 10_000_000
GRACE = 1.0
"""Seconds. A message that takes longer is sent again by the next worker, a calendar is read again."""


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
    warm_up(app)
    gc.freeze()  # objects of the start-up live on: scanning them takes a tenth of a large page's time

    def say_ready() -> None:
        print(f"Bookonce is ready. Open {ready}", flush=True)

    if config.workers == 1:
        _serve(app, sockets, True, say_ready)
    else:
        Workers(config.workers, sockets, lambda worker: _serve(app, sockets, worker == 0)).run(say_ready)


AnyWorker = Worker | SourceWorker | Housekeeper
NO_WORKERS: list[AnyWorker] = []


def _serve(
    app: Flask, sockets: list[socket.socket], is_first: bool, started: Callable[[], None] = lambda: None
) -> None:
    """Serve in this process; of several, the first sends the mail, reads other calendars and clears what is old."""
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
    with _workers(app, config.mail) if is_first else nullcontext(NO_WORKERS) as workers:

        def stop(*_: object) -> None:
            for worker in workers:
                worker.stop()
            server.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        started()
        server.run()


@contextmanager
def _workers(app: Flask, mail_server: MailServer | None) -> Iterator[list[AnyWorker]]:
    """Run the workers, each in a thread, of mail only if there is a mail server; wait for them at the end."""
    workers: list[AnyWorker] = [SourceWorker(app), Housekeeper(app)]
    if mail_server:
        workers.append(Worker(app, mail_server))
    threads = [threading.Thread(target=worker.run, name=type(worker).__name__, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    yield workers
    for worker in workers:
        worker.stop()
    ends = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(ends - time.monotonic(), 0))


def _first_line(error: DBAPIError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().partition("\n")[0]


def _without_path(record: logging.LogRecord) -> bool:
    """Remove the path from waitress' message about a failed request: a path may contain a token."""
    if "serving" in str(record.msg):
        record.msg, record.args = "Exception while serving a request", ()
    return True
