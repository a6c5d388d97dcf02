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
