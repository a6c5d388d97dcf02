"""A query that is asked with nearly every request, past most of SQLAlchemy."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import DBAPIError


class RowQuery:
    """A query of at most one row, of numbers and texts, in a transaction of its own.

    On SQLite it is compiled once and run by the driver: SQLAlchemy would take ten times as long as SQLite. On
    PostgreSQL the way there and back takes the time.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._on_sqlite = str(query.compile(dialect=sqlite_dialect(paramstyle="named")))

    def row(self, engine: Engine, **parameters: bytes | datetime) -> Any:
        """Return the row, or None. Raises what a query by SQLAlchemy raises."""
        if engine.dialect.name != "sqlite":
            with engine.connect() as connection:
                return connection.execute(self._query, parameters).one_or_none()
        pooled = engine.raw_connection()
        try:
            values = {name: _for_sqlite(value) for name, value in parameters.items()}
            return pooled.driver_connection.execute(self._on_sqlite, values).fetchone()  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._on_sqlite, None, error, sqlite3.Error, hide_parameters=True, dialect=engine.dialect
            ) from error
        finally:
            pooled.close()


def _for_sqlite(value: bytes | datetime) -> bytes | str:
    """Return the value as the column types write it."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
