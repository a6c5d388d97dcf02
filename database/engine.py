"""The engine: how SQLite begins transactions, and how long either database may keep a request waiting."""

from typing import Any

from sqlalchemy import Engine, event, make_url

SQLITE_BEGIN = "sqlite_begin"
# For libpq: seconds, but for the milliseconds that what was sent may go unacknowledged. For each host of the address.
CONNECT_TIMEOUTS = {
    "postgresql": {
        "connect_timeout": 2,
        "tcp_user_timeout": 4_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
}
# How long to wait for others before an invitee reads that they should try again: less than 5 s in all.
LOCK_TIMEOUT_MS = 4_000


def connect_timeouts(address: str) -> dict[str, int]:
    """Return what makes the driver give up soon on a database that is away; what the address says goes first."""
    url = make_url(address)
    return {
        name: value for name, value in CONNECT_TIMEOUTS.get(url.get_backend_name(), {}).items() if name not in url.query
    }


def prepare_engine(engine: Engine) -> None:
    """Make SQLite begin transactions when told and keep what it commits through a power loss; none waits for long."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgres_connect)


def _on_postgres_connect(connection: Any, _record: object) -> None:
    # Not `statement_timeout`: it would end the wait for a synchronous standby, too, and the commit would seem kept.
    connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    connection.commit()


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN comes too late: it lets two writers read the same state
    for pragma in (
        f"busy_timeout={LOCK_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # so that INSERT OR REPLACE does not slip past the triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Any) -> None:
    if kind := connection.get_execution_options().get(SQLITE_BEGIN):
        connection.exec_driver_sql(f"BEGIN {kind}")
    else:  # nothing is locked yet, so it can't fail; past SQLAlchemy it takes a tenth of the time
        connection.connection.driver_connection.execute("BEGIN")
