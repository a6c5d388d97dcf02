"""Mails that an invitee asked for again: a kind of message of which there may be several."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
UNDELIVERED = sa.text("state IN ('waiting', 'failed')")
ONE_EACH = sa.text("kind <> 'resent'")
CHANGE = ["owner_id", "booking_id", "recipient", "sequence", "kind"]


def upgrade() -> None:
    _rebuild(["booked", "moved", "cancelled", "rebooked", "reminder", "resent"], ["booked", "reminder", "resent"])
    op.create_index(
        "one_message_per_change", "messages", CHANGE, unique=True, sqlite_where=ONE_EACH, postgresql_where=ONE_EACH
    )
    op.create_index("ix_messages_owner_id_booking_id", "messages", ["owner_id", "booking_id"])


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE kind = 'resent'")
    _rebuild(
        ["booked", "moved", "cancelled", "rebooked", "reminder"],
        ["booked", "reminder"],
        sa.UniqueConstraint(*CHANGE, name="one_message_per_change"),
    )


def _rebuild(kinds: list[str], without_change: list[str], *more: sa.UniqueConstraint) -> None:
    """Recreate the table with its rows, since SQLite can't change a CHECK in place."""
    connection = op.get_bind()
    op.execute("CREATE TEMPORARY TABLE kept_messages AS SELECT * FROM messages")
    op.drop_table("messages")
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("recipient", sa.String(length=7), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("give_up_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"kind IN ({_quoted(kinds)})", name=op.f("ck_messages_kind")),
        sa.CheckConstraint("recipient IN ('invitee', 'owner')", name=op.f("ck_messages_recipient")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_messages_state")),
        sa.CheckConstraint(
            f"(change_id IS NULL) = (kind IN ({_quoted(without_change)}))", name=op.f("ck_messages_change")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"], name="fk_messages_owner_id_booking_id"
        ),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_messages_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        *more,
    )
    op.execute("INSERT INTO messages SELECT * FROM kept_messages")
    op.execute("DROP TABLE kept_messages")
    if connection.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('messages', 'id'), max(id)) FROM messages")
    op.create_index("ix_messages_own", "messages", ["owner_id", "id"], unique=True)
    op.create_index("ix_messages_waiting", "messages", ["due_at", "id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index(
        "ix_messages_undelivered",
        "messages",
        ["owner_id", "id"],
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    )


def _quoted(values: list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
