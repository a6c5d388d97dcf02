"""The outbox of mails that are about an account."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
UNDELIVERED = sa.text("state IN ('waiting', 'failed')")


def upgrade() -> None:
    op.create_table(
        "account_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("give_up_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_account_messages_state")),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_account_messages_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_account_messages"),
    )
    op.create_index("ix_account_messages_own", "account_messages", ["owner_id", "id"], unique=True)
    for name, columns, where in (
        ("waiting", ["due_at", "id"], WAITING),
        ("undelivered", ["owner_id", "id"], UNDELIVERED),
    ):
        op.create_index(
            f"ix_account_messages_{name}", "account_messages", columns, sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    op.drop_table("account_messages")
