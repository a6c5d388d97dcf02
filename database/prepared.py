"""Statements that run with nearly every request, past most of SQLAlchemy."""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Connection, Engine, Select
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

_SQLITE = sqlite_dialect(paramstyle="named")
Columns = tuple[Any, ...]
Found = TypeVar("Found")


class Prepared:
    """A statement with named parameters. They and the columns of its rows are converted by their types, as always.

    On SQLite it is compiled once and run by the driver: SQLAlchemy takes ten times as long as SQLite. On PostgreSQL,
    where the way there and back takes the time, SQLAlchemy runs it. All methods raise what SQLAlchemy raises.
    """

    def __init__(
        self, statement: Select[*Columns] | CompoundSelect[*Columns] | UpdateBase, fills: Sequence[str] = ()
    ) -> None:
        """`fills` are the columns of an INSERT; those without a value are NULL. Raises ValueError for a list of IN."""
        compiled = statement.compile(dialect=_SQLITE, column_keys=list(fills) or None)
        self._statement, self._text = statement, str(compiled)
        if compiled.post_compile_params:
            raise ValueError(f"SQLAlchemy would write this anew each time: {self._text}")
        self._writers = {name: write for each, name in compiled.bind_names.items() if (write := _writer(each.type))}
        constants = {name: each.value for each, name in compiled.bind_names.items() if not each.required}
        self._constants = dict.fromkeys(fills) | self._written(constants)
        selected = statement.selected_columns if isinstance(statement, Select | CompoundSelect) else None
        columns = selected.items() if selected is not None else []
        self._readers = [(place, read) for place, (_, each) in enumerate(columns) if (read := _reader(each.type))]
        self._named = namedtuple("_named", [name for name, _ in columns], rename=True)  # type: ignore[misc]

    def rows(self, connection: Connection, **parameters: Any) -> Sequence[Any]:
        """Return all rows, as tuples."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, parameters).all()
        rows = self._run(connection.connection.driver_connection, parameters, sqlite3.Cursor.fetchall)
        return [self._read(row) for row in rows] if self._readers else rows

    def row(self, database: Engine | Connection, **parameters: Any) -> Any:
        """Return the only row, its columns by their names, or None; for an engine in a transaction of its own."""
        if database.dialect.name != "sqlite":
            if isinstance(database, Engine):
                with database.connect() as connection:
                    return self.row(connection, **parameters)
            return database.execute(self._statement, parameters).one_or_none()
        pooled = database.raw_connection() if isinstance(database, Engine) else database.connection
        try:
            found = self._run(pooled.driver_connection, parameters, sqlite3.Cursor.fetchone)
        finally:
            if isinstance(database, Engine):
                pooled.close()
        return found and self._named(*self._read(found))

    def change(self, connection: Connection, **parameters: Any) -> Any:
        """Change rows; return the id of the row that an INSERT made."""
        if connection.dialect.name != "sqlite":
            made = connection.execute(self._statement, parameters)
            return made.inserted_primary_key[0] if made.is_insert else None  # type: ignore[index]
        return self._run(connection.connection.driver_connection, parameters, lambda cursor: cursor.lastrowid)

    def _run(
        self, driver: DBAPIConnection | None, parameters: dict[str, Any], found: Callable[[sqlite3.Cursor], Found]
    ) -> Found:
        assert isinstance(driver, sqlite3.Connection)
        try:
            return found(driver.execute(self._text, self._constants | self._written(parameters)))
        except sqlite3.Error as error:
            raise sqlalchemy_error(self._text, error) from error

    def _written(self, parameters: dict[str, Any]) -> dict[str, Any]:
        writers = self._writers
        return {name: writers[name](value) if name in writers else value for name, value in parameters.items()}

    def _read(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for place, read in self._readers:
            values[place] = read(values[place])
        return values


def sqlalchemy_error(statement: str, error: sqlite3.Error) -> Exception:
    """Return what SQLAlchemy raises when SQLite's driver raises this error."""
    return DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True, dialect=_SQLITE)


def _writer(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(_SQLITE).bind_processor(_SQLITE)


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None)
