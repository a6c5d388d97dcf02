"""Appointments are written into one of the owner's other calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TO_WRITE = sa.text("written_at IS NULL")


def upgrade() -> None:
    op.add_column("sources", sa.Column("write_to", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "calendar_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"],
            ["bookings.owner_id", "bookings.id"],
            name="fk_calendar_entries_owner_id_booking_id",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "source_id"], ["sources.owner_id", "sources.id"], name="fk_calendar_entries_owner_id_source_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_entries"),
        sa.UniqueConstraint("owner_id", "booking_id", name="uq_calendar_entries_owner_id_booking_id"),
    )
    op.create_index("ix_calendar_entries_own", "calendar_entries", ["owner_id", "id"], unique=True)
    op.create_index("ix_calendar_entries_owner_id_source_id", "calendar_entries", ["owner_id", "source_id"])
    op.create_index(
        "ix_calendar_entries_due",
        "calendar_entries",
        ["due_at", "id"],
        sqlite_where=TO_WRITE,
        postgresql_where=TO_WRITE,
    )


def downgrade() -> None:
    op.drop_table("calendar_entries")
    op.execute("ALTER TABLE sources DROP COLUMN write_to")
