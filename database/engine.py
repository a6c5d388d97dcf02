"""The engine: how SQLite begins transactions, and how long either database may keep a request waiting."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url

from database.prepared import sqlalchemy_error

# Options of a connection's execution: what follows BEGIN on the database of that name.
SQLITE_BEGIN, POSTGRES_BEGIN = "sqlite_begin", "postgres_begin"
CONNECT_ARGS: dict[str, dict[str, Any]] = {
    "postgresql": {
        # BEGIN is ours, below. No prepared statements: behind a pooler the next transaction may be on another server
        # connection, which does not know them.
        "autocommit": True,
        "prepare_threshold": None,
        # For libpq, for each host of the address: seconds, but milliseconds for `tcp_user_timeout`, how long what was
        # sent may go unacknowledged.
        "connect_timeout": 2,
        "tcp_user_timeout": 4_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
}
# How long to wait for others before an invitee reads that they should try again: less than 5 s in all.
LOCK_TIMEOUT_MS = 4_000


def connect_args(address: str) -> dict[str, Any]:
    """Return the driver's arguments: it gives up soon on a database that is away, and keeps nothing in its session.

    What the address says about the same goes first.
    """
    url = make_url(address)
    return {
        name: value for name, value in CONNECT_ARGS.get(url.get_backend_name(), {}).items() if name not in url.query
    }


def prepare_engine(engine: Engine) -> None:
    """Make transactions begin as they are told, and SQLite keep its commits through a power loss; none waits long."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "begin", _on_postgres_begin)


def _on_postgres_begin(connection: Connection) -> None:
    # Not `statement_timeout`: it would end the wait for a synchronous standby, too, and the commit would seem kept.
    # In the same round trip as BEGIN, and LOCAL: a pooler hands the server connection to somebody else afterwards.
    kind = connection.get_execution_options().get(POSTGRES_BEGIN, "")
    connection.exec_driver_sql(f"BEGIN {kind}; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN comes too late: it lets two writers read the same state
    for pragma in (
        f"busy_timeout={LOCK_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is overwritten in the file
        "recursive_triggers=ON",  # so that INSERT OR REPLACE does not slip past the triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Any) -> None:
    begin = f"BEGIN {connection.get_execution_options().get(SQLITE_BEGIN, '')}"
    try:
        connection.connection.driver_connection.execute(begin)  # past SQLAlchemy it takes a tenth of the time
    except sqlite3.Error as error:
        raise sqlalchemy_error(begin, error) from error
