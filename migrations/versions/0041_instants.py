"""On SQLite, busy and imported times are in the one format that is compared as text, as those of bookings are."""

from alembic import op

revision = "0041"
down_revision = "0040"

TABLES = ("busy_times", "imported_times")
COLUMNS = ("starts_at", "ends_at")
FORMAT = "'____-__-__ __:__:__.______'"
CHANGES = {"insert": "NEW.owner_id", "update": "OLD.owner_id, NEW.owner_id", "delete": "OLD.owner_id"}
TRIGGER = """
CREATE TRIGGER renew_stamp_{table}_{change} AFTER {change} ON {table}
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id IN ({owners});
END"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        # Nothing of ours wrote them otherwise.
        ours = ", ".join(f"{column} = strftime('%Y-%m-%d %H:%M:%f000', {column})" for column in COLUMNS)
        other = " OR ".join(f"{column} NOT LIKE {FORMAT}" for column in COLUMNS)
        op.execute(f"UPDATE {table} SET {ours} WHERE {other}")
        with op.batch_alter_table(table) as batch:
            texts = " AND ".join(f"{column} LIKE {FORMAT}" for column in COLUMNS)
            batch.create_check_constraint(op.f(f"ck_{table}_instants"), texts)
        renew_stamps(table)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_instants"), type_="check")
        renew_stamps(table)


def renew_stamps(table: str) -> None:
    """Make the triggers anew: they went with the table that was copied."""
    for change, owners in CHANGES.items():
        op.execute(TRIGGER.format(table=table, change=change, owners=owners))
