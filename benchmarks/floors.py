"""The floors: a Flask view that only says hello, and one that is a bare transaction.

Run as a program, it serves both with the settings of `server/serve.py`, and prints the same line when it is ready. It
creates an SQLite database in `FILE` with `LINKS` links, numbered from 1. With `WORKERS` it serves in several processes,
as the app does.
"""

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from server.graceful_shutdown import Server
from server.workers import Workers, listening_sockets

PROGRAM = "benchmarks/floors.py"
TABLES = """
CREATE TABLE links (id INTEGER PRIMARY KEY, used_at TEXT);
CREATE TABLE bookings (
  id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL UNIQUE REFERENCES links (id), starts_at TEXT NOT NULL,
  name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, notes TEXT NOT NULL, timezone TEXT NOT NULL,
  request_id TEXT NOT NULL
);
"""
FIELDS = ("start", "name", "email", "phone", "notes", "timezone", "request_id")
# As in `database/engine.py`.
PRAGMAS = (
    "busy_timeout=4000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "recursive_triggers=ON",
)

app = Flask(__name__)
own = threading.local()


@app.get("/")
def hello() -> str:
    """Return a fixed text."""
    return "Hello, World!"


@app.post("/<int:link>")
def book(link: int) -> Response:
    """Write the minimum of a booking: mark the link as used, and insert a row."""
    fields = [request.form[name] for name in FIELDS]
    database = connection()
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE links SET used_at = ? WHERE id = ?", (datetime.now(UTC).isoformat(), link))
    database.execute(f"INSERT INTO bookings VALUES (NULL, ?{', ?' * len(FIELDS)})", (link, *fields))
    database.execute("COMMIT")
    return redirect(f"/{link}", 303)


def connection() -> sqlite3.Connection:
    """Return the connection of this thread."""
    if not hasattr(own, "connection"):
        own.connection = sqlite3.connect(os.environ["FILE"], isolation_level=None)
        for pragma in PRAGMAS:
            own.connection.execute(f"PRAGMA {pragma}")
    return own.connection


def main() -> None:
    """Create the database, and serve until SIGTERM."""
    database = connection()
    database.executescript(TABLES)
    database.execute("BEGIN")
    database.executemany("INSERT INTO links (id) VALUES (?)", ((i + 1,) for i in range(int(os.environ["LINKS"]))))
    database.execute("COMMIT")
    database.close()
    del own.connection
    port, workers = int(os.environ["PORT"]), int(os.environ.get("WORKERS", "1"))
    sockets = listening_sockets("127.0.0.1", port)

    def say_ready() -> None:
        print(f"Bookonce is ready. Open http://127.0.0.1:{port}/", flush=True)

    if workers == 1:
        serve(sockets, say_ready)
    else:
        Workers(workers, sockets, lambda _worker: serve(sockets)).run(say_ready)


def serve(sockets: list[socket.socket], started: Callable[[], None] = lambda: None) -> None:
    """Serve in this process until SIGTERM."""
    server = Server(
        app,
        {},
        sockets=sockets,
        threads=8,
        max_request_body_size=10_000_000,
        connection_limit=1000,
        channel_timeout=30,
        cleanup_interval=10,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    started()
    server.run()


if __name__ == "__main__":
    main()
