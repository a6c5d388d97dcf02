"""Transactions that hold on both databases, and the lock by which one owner's changes happen one after another."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.engine import POSTGRES_BEGIN, SQLITE_BEGIN
from database.types import Base

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


class CommitUnknown(Exception):
    """The database was lost while it committed: nobody knows whether what was to be written was kept."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Give a session in one transaction that may write: committed at the end, rolled back when something is raised.

    What was read before is forgotten, since it is not to be trusted in here. On SQLite the transaction has the write
    lock from its first statement, so nothing that it reads can change before it commits; on PostgreSQL `lock_owner`
    does the same for one owner.
    """
    session = db.session()
    if session.info.get("transaction"):
        raise RuntimeError("a transaction within a transaction")
    session.rollback()
    session.info["transaction"] = True
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


def close_session(_error: BaseException | None = None) -> None:
    """End the session, also where its connection is broken: an answer that is known already stays as it is."""
    try:
        db.session.remove()
    except DBAPIError:
        db.session().invalidate()


def _roll_back(session: Session) -> None:
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        failed_to_sync = str(getattr(error.orig, "sqlite_errorname", "")).startswith("SQLITE_IOERR_FSYNC")
        if error.connection_invalidated or failed_to_sync:
            raise CommitUnknown from error
        raise


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the whole database as it is at its first query, and keeps nobody waiting."""
    with engine.connect() as connection:
        yield connection.execution_options(**{POSTGRES_BEGIN: "ISOLATION LEVEL REPEATABLE READ READ ONLY"})


def lock_owner(owner_id: int) -> bool:
    """Wait until nobody else decides about this owner, and keep others waiting until this transaction ends.

    Return whether what was read before may have changed meanwhile and must be read again. Without it PostgreSQL would
    still refuse a double booking, but racing ones may deadlock on the exclusion constraint and wait a second to find
    out. SQLite's writers are alone anyway. 0 is for what has no owner yet.
    """
    session = db.session()
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(text("SELECT pg_advisory_xact_lock(:owner)"), {"owner": owner_id})
    return True
