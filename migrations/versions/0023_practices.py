"""Owners belong to a practice; some of them manage it. An account can be ended."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """All owners that there are become colleagues, and the first of them manages."""
    op.create_table(
        "practices",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practices"),
    )
    op.execute(
        "ALTER TABLE owners ADD COLUMN practice_id BIGINT CONSTRAINT fk_owners_practice_id REFERENCES practices (id)"
    )
    op.execute(
        "ALTER TABLE owners ADD COLUMN role VARCHAR(7) DEFAULT 'member' NOT NULL "
        "CONSTRAINT ck_owners_role CHECK (role IN ('manager', 'member'))"
    )
    op.add_column("owners", sa.Column("ended_at", INSTANT, nullable=True))
    op.execute("INSERT INTO practices (name, created_at) SELECT '', min(created_at) FROM owners HAVING count(*) > 0")
    op.execute("UPDATE owners SET practice_id = (SELECT min(id) FROM practices)")
    op.execute("UPDATE owners SET role = 'manager' WHERE id = (SELECT min(id) FROM owners)")
    op.create_index("ix_owners_practice_id", "owners", ["practice_id"])


def downgrade() -> None:
    op.drop_index("ix_owners_practice_id", "owners")
    for column in ("ended_at", "role", "practice_id"):
        op.execute(f"ALTER TABLE owners DROP COLUMN {column}")
    op.drop_table("practices")
