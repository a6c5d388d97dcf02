"""A practice has a name and a look, which its owners can take over."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("practices", sa.Column("accent", sa.String(length=7), server_default="", nullable=False))
    op.add_column("practices", sa.Column("logo", sa.String(length=32), server_default="", nullable=False))
    op.add_column("practices", sa.Column("image", sa.LargeBinary(), nullable=True))
    op.add_column("owners", sa.Column("shares_practice", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("owners", sa.Column("practice_name", sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    for table, column in (
        ("owners", "practice_name"),
        ("owners", "shares_practice"),
        ("practices", "image"),
        ("practices", "logo"),
        ("practices", "accent"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
