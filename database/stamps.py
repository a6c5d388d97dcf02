"""`owners.stamp`: a random text that the database itself sets anew when what a slot page shows may have changed.

The triggers run in the transaction that makes the change, whoever makes it, so stamp and rows are seen together or not
at all. `docs/decisions/8-stamps.md` says what is built on that.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import DDL, MetaData, event

_SQLITE = """
CREATE TRIGGER renew_stamp_{table}_{change} AFTER {change} ON {table}
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id IN ({owners});
END"""
_SQLITE_OWNERS = """
CREATE TRIGGER renew_stamp_owners AFTER UPDATE ON owners
WHEN NEW.stamp = OLD.stamp
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id = NEW.id;
END"""
_CHANGES = {"insert": "NEW.owner_id", "update": "OLD.owner_id, NEW.owner_id", "delete": "OLD.owner_id"}

# Once a transaction is enough, since nobody else has seen that stamp; versions of the owner's row would pile up, and a
# thousand busy times take seconds.
_POSTGRES_FUNCTIONS = (
    """
CREATE FUNCTION renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE owners SET stamp = gen_random_uuid()::text
  WHERE id IN (OLD.owner_id, NEW.owner_id) AND (xmin <> pg_current_xact_id()::xid OR stamp = '');
  RETURN NULL;
END $$""",
    """
CREATE FUNCTION renew_own_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.stamp := gen_random_uuid()::text;
  RETURN NEW;
END $$""",
)
_POSTGRES = """
CREATE TRIGGER renew_stamp AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION renew_stamp()"""
_POSTGRES_OWNERS = """
CREATE TRIGGER renew_stamp BEFORE UPDATE ON owners
FOR EACH ROW WHEN (NEW.stamp = OLD.stamp) EXECUTE FUNCTION renew_own_stamp()"""


def renew_stamps(metadata: MetaData, tables: Iterable[str]) -> None:
    """Make each change of a row of these tables, which have an `owner_id`, and of an owner, renew the owner's stamp."""
    for dialect, statements in (("sqlite", _on_sqlite(tables)), ("postgresql", _on_postgres(tables))):
        for statement in statements:
            event.listen(metadata, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


def _on_sqlite(tables: Iterable[str]) -> Iterator[str]:
    yield _SQLITE_OWNERS
    for table in tables:
        for change, owners in _CHANGES.items():
            yield _SQLITE.format(table=table, change=change, owners=owners)


def _on_postgres(tables: Iterable[str]) -> Iterator[str]:
    yield from _POSTGRES_FUNCTIONS
    yield _POSTGRES_OWNERS
    for table in tables:
        yield _POSTGRES.format(table=table)
