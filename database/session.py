"""Transactions with the same guarantees on both databases, and the lock that serializes the changes of one owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Dialect, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.engine import POSTGRES_BEGIN, SQLITE_BEGIN
from database.types import Base

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

LINE_TIMEOUT = 0.25
"""Seconds. A booking may have waited as long in the line of `middleware/booking_line.py`."""

_writer = Lock()

READ_SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY"


class CommitUnknown(Exception):
    """The connection was lost during COMMIT, so it is unknown whether the changes were saved."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Yield a session in a new transaction, committed at the end and rolled back on an exception.

    Rows that were read before are expired, since they may be outdated. On SQLite the transaction has the write lock
    from its first statement, so nothing that it reads can change before it commits; on PostgreSQL `lock_owner` does
    the same for one owner. Raises CommitUnknown.
    """
    session = db.session()
    _end_reading(session)
    session.info["transaction"] = True
    try:
        with _in_line(session.get_bind().dialect):
            try:
                session.connection(execution_options={SQLITE_BEGIN: "IMMEDIATE"})
                yield session
                session.flush()
                _commit(session)
            except BaseException:
                _roll_back(session)
                raise
    finally:
        session.info.pop("transaction")


@contextmanager
def bare_transaction() -> Iterator[Connection]:
    """Yield a connection in a new transaction, as `transaction` does, without a session: that takes as long as a query.

    What is read with `db.session` meanwhile is not of this transaction.
    """
    if db.session.registry.has():
        _end_reading(db.session())
    engine = db.engine
    with engine.connect() as connection, _in_line(engine.dialect):
        try:
            connection.execution_options(**{SQLITE_BEGIN: "IMMEDIATE"}).begin()
            yield connection
            _commit(connection)
        except BaseException:
            _roll_back(connection)
            raise


def _end_reading(session: Session) -> None:
    if session.info.get("transaction"):
        raise RuntimeError("a transaction within a transaction")
    session.rollback()


@contextmanager
def _in_line(dialect: Dialect) -> Iterator[None]:
    """Let one thread of this process after the other begin to write on SQLite, which has one writer at a time.

    SQLite's own wait sleeps for longer and longer, while the lock is free. Whoever stands in line for too long goes on
    to that wait, as for writers of other processes, so that both together end in time.
    """
    in_line = dialect.name == "sqlite" and _writer.acquire(timeout=LINE_TIMEOUT)
    try:
        yield
    finally:
        if in_line:
            _writer.release()


def close_session(_error: BaseException | None = None) -> None:
    """Close the session, even if its connection is broken, so that a finished response is still sent."""
    try:
        db.session.remove()
    except DBAPIError:
        db.session().invalidate()


def _roll_back(what: Session | Connection) -> None:
    try:
        what.rollback()
    except DBAPIError:
        what.invalidate()


def _commit(what: Session | Connection) -> None:
    try:
        what.commit()
    except DBAPIError as error:
        failed_to_sync = str(getattr(error.orig, "sqlite_errorname", "")).startswith("SQLITE_IOERR_FSYNC")
        if error.connection_invalidated or failed_to_sync:
            raise CommitUnknown from error
        raise


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees the whole database as of its first query, and blocks no one."""
    with engine.connect() as connection:
        yield connection.execution_options(**{POSTGRES_BEGIN: READ_SNAPSHOT})


def begin_snapshot() -> None:
    """Let the session see the whole database as of its next query, until it is closed. It can't write on PostgreSQL."""
    session = db.session()
    session.rollback()
    session.connection(execution_options={POSTGRES_BEGIN: READ_SNAPSHOT})


def lock_owner(owner_id: int, connection: Connection | None = None) -> bool:
    """Lock the owner until the transaction ends; return whether rows that were read before must be read again.

    Without the lock PostgreSQL would still refuse a double booking, but racing ones may deadlock on the exclusion
    constraint for a second. SQLite has one writer at a time anyway. 0 is the lock of what has no owner yet.
    It is that of the session's transaction, or of the connection's.
    """
    if db.engine.dialect.name != "postgresql":
        return False
    (connection or db.session).execute(text("SELECT pg_advisory_xact_lock(:owner)"), {"owner": owner_id})
    return True
