"""Each table of an owner can be pointed at by owner and id together, and is read by owner first."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table, UniqueConstraint

import models  # noqa: F401  (fills Base.metadata)
from database import Base

# What is not looked up by an owner: secrets, which stand for the owner, and what the workers and the stylesheet need.
NOT_BY_OWNER = {
    "browser_sessions": {("token_hash",)},
    "links": {("token_hash",)},
    "bookings": {("link_id",), ("manage_hash",), ("uid",)},
    "account_tokens": {("token_hash",)},
    "account_messages": {("due_at", "id")},
    "messages": {("due_at", "id")},
    "logos": {("digest",)},
    "sources": {("due_at", "id")},
    "calendar_entries": {("due_at", "id")},
}


def owned_tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if "owner_id" in table.columns]


def indexes(table: Table) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Give the columns of each index of the table but the primary key's, and whether it makes them unique."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(constraint.columns.keys()), True
    for index in table.indexes:
        yield tuple(index.columns.keys()), bool(index.unique)


def without_own_key(table: Table) -> bool:
    return "id" in table.columns and (("owner_id", "id"), True) not in indexes(table)


def not_by_owner(table: Table) -> set[tuple[str, ...]]:
    return {columns for columns, _ in indexes(table) if columns[0] != "owner_id"}


def test_there_are_tables_of_owners() -> None:
    names = {"bookings", "browser_sessions", "busy_times", "calendars", "changes", "links", "logos", "messages"}
    assert {table.name for table in owned_tables()} >= names | {"known_places", "batches", "link_requests"}


@pytest.mark.parametrize("table", owned_tables(), ids=str)
def test_owner_and_id_are_unique_together(table: Table) -> None:
    assert not without_own_key(table)


@pytest.mark.parametrize("table", owned_tables(), ids=str)
def test_the_owner_is_the_first_column_of_each_index(table: Table) -> None:
    assert not_by_owner(table) == NOT_BY_OWNER.get(table.name, set())


def test_control_a_table_that_forgets_its_owner_is_found() -> None:
    columns = Column("id", Integer, primary_key=True), Column("owner_id", Integer), Column("day", Integer)
    table = Table("forgetful", MetaData(), *columns, Index(None, "day"), Index("only", "owner_id", "id"))
    assert without_own_key(table)
    assert not_by_owner(table) == {("day",)}
