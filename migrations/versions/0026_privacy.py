"""When an invitee asked for erasing, how long an owner keeps details, and whom invitees ask about them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("bookings", sa.Column("erased_at", INSTANT, nullable=True))
    op.add_column("bookings", sa.Column("erasure_asked_at", INSTANT, nullable=True))
    op.execute(
        "ALTER TABLE owners ADD COLUMN retention_days INTEGER "
        "CONSTRAINT ck_owners_retention_days CHECK (retention_days >= 1)"
    )
    op.add_column("owners", sa.Column("privacy_contact", sa.String(length=500), server_default="", nullable=False))


def downgrade() -> None:
    for table, column in (
        ("owners", "privacy_contact"),
        ("owners", "retention_days"),
        ("bookings", "erasure_asked_at"),
        ("bookings", "erased_at"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
