"""Owners have a stamp, which triggers set anew when what a slot page shows may have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = ("bookings", "busy_times", "calendars")
CHANGES = {"insert": "NEW.owner_id", "update": "OLD.owner_id, NEW.owner_id", "delete": "OLD.owner_id"}
RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()::text"}

SQLITE = """
CREATE TRIGGER renew_stamp_{table}_{change} AFTER {change} ON {table}
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id IN ({owners});
END"""
SQLITE_OWNERS = """
CREATE TRIGGER renew_stamp_owners AFTER UPDATE ON owners
WHEN NEW.stamp = OLD.stamp
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id = NEW.id;
END"""
POSTGRES_FUNCTIONS = (
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
POSTGRES = """
CREATE TRIGGER renew_stamp AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION renew_stamp()"""
POSTGRES_OWNERS = """
CREATE TRIGGER renew_stamp BEFORE UPDATE ON owners
FOR EACH ROW WHEN (NEW.stamp = OLD.stamp) EXECUTE FUNCTION renew_own_stamp()"""


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("owners", sa.Column("stamp", sa.String(length=36), server_default="", nullable=False))
    op.execute(f"UPDATE owners SET stamp = {RANDOM['sqlite' if on_sqlite else 'postgresql']}")
    if on_sqlite:
        op.execute(SQLITE_OWNERS)
        for table in TABLES:
            for change, owners in CHANGES.items():
                op.execute(SQLITE.format(table=table, change=change, owners=owners))
    else:
        for statement in (*POSTGRES_FUNCTIONS, POSTGRES_OWNERS):
            op.execute(statement)
        for table in TABLES:
            op.execute(POSTGRES.format(table=table))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("owners", *(f"{table}_{change}" for table in TABLES for change in CHANGES)):
            op.execute(f"DROP TRIGGER renew_stamp_{name}")
    else:
        for table in ("owners", *TABLES):
            op.execute(f"DROP TRIGGER renew_stamp ON {table}")
        op.execute("DROP FUNCTION renew_stamp(), renew_own_stamp()")
    op.execute("ALTER TABLE owners DROP COLUMN stamp")
