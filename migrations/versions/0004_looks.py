"""Branding of owners, and the locale of mails to owners and invitees."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = (("owners", "accent", 7), ("owners", "logo", 32), ("owners", "locale", 20), ("bookings", "locale", 20))


def upgrade() -> None:
    for table, name, length in COLUMNS:
        op.add_column(table, sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    op.create_table(
        "logos",
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_logos_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", name="pk_logos"),
    )
    op.create_index("ix_logos_digest", "logos", ["digest"])


def downgrade() -> None:
    op.drop_table("logos")
    for table, name, _length in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
