"""The outbox, reminders, and the owner's feed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
UNSENT = sa.text("state IN ('waiting', 'failed')")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE calendars ADD COLUMN reminder INTEGER DEFAULT '0' NOT NULL "
        "CONSTRAINT ck_calendars_reminder CHECK (reminder >= 0)"
    )
    op.add_column("owners", sa.Column("feed_salt", sa.LargeBinary(length=16), nullable=True))
    op.add_column("owners", sa.Column("feed_hash", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_owners_feed_hash", "owners", ["feed_hash"], unique=True)

    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=9), nullable=False),
        sa.Column("recipient", sa.String(length=7), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("give_up_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "what IN ('made', 'moved', 'cancelled', 'put back', 'reminder')", name=op.f("ck_messages_what")
        ),
        sa.CheckConstraint("recipient IN ('invitee', 'owner')", name=op.f("ck_messages_recipient")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_messages_state")),
        sa.CheckConstraint("(change_id IS NULL) = (what IN ('made', 'reminder'))", name=op.f("ck_messages_change")),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"], name="fk_messages_owner_id_booking_id"
        ),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_messages_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("owner_id", "booking_id", "recipient", "sequence", "what", name="told_once"),
    )
    op.create_index("ix_messages_waiting", "messages", ["due_at", "id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_messages_unsent", "messages", ["owner_id", "id"], sqlite_where=UNSENT, postgresql_where=UNSENT)


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_index("ix_owners_feed_hash", "owners")
    for table, column in (("owners", "feed_hash"), ("owners", "feed_salt"), ("calendars", "reminder")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
