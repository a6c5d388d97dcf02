"""The database as the models see it: types that refuse what would drift, and transactions that hold on both engines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from availability.slots import Availability, Window

SQLITE_BEGIN = "sqlite_begin"
# For libpq: seconds, but for the milliseconds that what was sent may go unacknowledged. For each host of the address.
IMPATIENT = {
    "postgresql": {
        "connect_timeout": 2,
        "tcp_user_timeout": 4_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
}
# How long to wait for others before an invitee reads that they should try again: less than 5 s in all.
PATIENCE_MS = 4_000
LARGEST_ID = 2**63 - 1


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept and returned in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read SQLite's text in one go, and not in three: a month may have ten thousand instants in it."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class AvailabilityText(TypeDecorator[Availability]):
    """Weekly hours and date overrides as JSON, in minutes after midnight."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Availability | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        week = [[[w.opens, w.closes] for w in windows] for windows in value.week]
        overrides = {d.isoformat(): [[w.opens, w.closes] for w in ws] for d, ws in value.overrides.items()}
        return json.dumps({"week": week, "overrides": overrides}, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Availability | None:
        return None if value is None else _read_availability(value)


@lru_cache(maxsize=1024)
def _read_availability(text: str) -> Availability:
    kept = json.loads(text)
    overrides = {date.fromisoformat(d): tuple(Window(*w) for w in ws) for d, ws in kept["overrides"].items()}
    return Availability(
        week=tuple(tuple(Window(*w) for w in windows) for windows in kept["week"]),
        overrides=MappingProxyType(overrides),
    )


# SQLite numbers its rows by itself only where the key is an INTEGER.
Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Ref = Annotated[int, mapped_column(BigInteger)]
When = Annotated[datetime, mapped_column(Instant)]
Hash = Annotated[bytes, mapped_column(LargeBinary(32))]


class InDoubt(Exception):
    """The database was lost while it committed: nobody knows whether what was to be written was kept."""


class Base(DeclarativeBase):
    """What all tables share: constraints are named, so that a refusal of the database can be told apart."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session in one transaction that may write: committed at the end, rolled back when something is raised.

    What was read before is forgotten, since it is not to be trusted in here. On SQLite the transaction has the write
    lock from its first statement, so nothing that it reads can change before it commits; on PostgreSQL `lock_owner`
    does the same for one owner.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a transaction within a transaction")
    session.rollback()
    session.info["writing"] = True
    try:
        session.connection(execution_options={SQLITE_BEGIN: "IMMEDIATE"})
        yield session
        session.flush()
        _commit(session)
    except BaseException:
        _roll_back(session)
        raise
    finally:
        session.info.pop("writing")


def let_go(_error: BaseException | None = None) -> None:
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
            raise InDoubt from error
        raise


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the whole database as it is at its first query, and keeps nobody waiting."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def lock_owner(session: Session, owner_id: int) -> bool:
    """Wait until nobody else decides about this owner, and keep others waiting until this transaction ends.

    Return whether what was read before may have changed meanwhile and must be read again. Without it PostgreSQL would
    still refuse a double booking, but racing ones may deadlock on the exclusion constraint and wait a second to find
    out. SQLite's writers are alone anyway. 0 is for what has no owner yet.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(text("SELECT pg_advisory_xact_lock(:owner)"), {"owner": owner_id})
    return True


def impatient(address: str) -> dict[str, int]:
    """Return what makes the driver give up soon on a database that is away; what the address says goes first."""
    url = make_url(address)
    return {name: value for name, value in IMPATIENT.get(url.get_backend_name(), {}).items() if name not in url.query}


def prepare_engine(engine: Engine) -> None:
    """Make SQLite begin transactions when told and keep what it commits through a power loss; none waits for long."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgres_connect)


def _on_postgres_connect(connection: Any, _record: object) -> None:
    # Not `statement_timeout`: it would end the wait for a synchronous standby, too, and the commit would seem kept.
    connection.execute(f"SET lock_timeout = {PATIENCE_MS}")
    connection.commit()


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN comes too late: it lets two writers read the same state
    for pragma in (
        f"busy_timeout={PATIENCE_MS}",
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
