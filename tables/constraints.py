"""Short ways to write constraints and indexes of tables."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows for which the SQL condition `where` is true, on both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a text column has one of the values of `kind`; it is named after the column."""
    values = ", ".join(f"'{member}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", column)


def instants(*columns: str) -> CheckConstraint:
    """Return the constraint that columns have instants in the one format that `Instant` writes.

    SQLite compares them as text: in another format they would be before or after what they are not.
    """
    texts = " AND ".join(f"{name} LIKE '____-__-__ __:__:__.______'" for name in columns)
    return CheckConstraint(texts, "instants").ddl_if(dialect="sqlite")
