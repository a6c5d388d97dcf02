"""Other calendars of an owner's, and the busy times that are imported from them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
NOT_PAUSED = sa.text("paused_at IS NULL")

CHANGES = {"insert": "NEW.owner_id", "update": "OLD.owner_id, NEW.owner_id", "delete": "OLD.owner_id"}
SQLITE = """
CREATE TRIGGER renew_stamp_imported_times_{change} AFTER {change} ON imported_times
BEGIN
  UPDATE owners SET stamp = lower(hex(randomblob(16))) WHERE id IN ({owners});
END"""
POSTGRES = """
CREATE TRIGGER renew_stamp AFTER INSERT OR UPDATE OR DELETE ON imported_times
FOR EACH ROW EXECUTE FUNCTION renew_stamp()"""


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("calendars", sa.Text(), nullable=False),
        sa.Column("busy_count", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("more_notes", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("read_until", INSTANT, nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("problem_detail", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("emptied_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('ics', 'caldav')", name=op.f("ck_sources_kind")),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_sources_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("owner_id", "id", name="uq_sources_owner_id_id"),
    )
    op.create_index("ix_sources_due", "sources", ["due_at", "id"], sqlite_where=NOT_PAUSED, postgresql_where=NOT_PAUSED)
    op.create_table(
        "imported_times",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_imported_times_order")),
        sa.ForeignKeyConstraint(
            ["owner_id", "source_id"],
            ["sources.owner_id", "sources.id"],
            name="fk_imported_times_owner_id_source_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imported_times"),
    )
    op.create_index("ix_imported_times_own", "imported_times", ["owner_id", "id"], unique=True)
    columns = ["owner_id", "ends_at", "starts_at"]
    op.create_index("ix_imported_times_owner_id_ends_at_starts_at", "imported_times", columns)
    op.create_index("ix_imported_times_owner_id_source_id", "imported_times", ["owner_id", "source_id"])
    if op.get_bind().dialect.name == "sqlite":
        for change, owners in CHANGES.items():
            op.execute(SQLITE.format(change=change, owners=owners))
    else:
        op.execute(POSTGRES)


def downgrade() -> None:
    op.drop_table("imported_times")
    op.drop_table("sources")
