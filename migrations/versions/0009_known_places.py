"""Places from which an owner has signed in, as keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "known_places",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("place_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_known_places_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_known_places"),
        sa.UniqueConstraint("owner_id", "place_hash", name="uq_known_places_owner_id_place_hash"),
    )
    op.create_index("ix_known_places_own", "known_places", ["owner_id", "id"], unique=True)


def downgrade() -> None:
    op.drop_table("known_places")
