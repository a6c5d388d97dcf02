"""Sessions have the browser's name, when they began, and the day of their last use."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
COLUMNS = "id, owner_id, token_hash, expires_at"
BEGAN = {"sqlite": "datetime(expires_at, '-30 days') || '.000000'", "postgresql": "expires_at - interval '30 days'"}


def upgrade() -> None:
    """What began before is said to have been used last when it began: on that day at the earliest."""
    began = BEGAN[op.get_bind().dialect.name]
    _rebuild(
        f"INSERT INTO browser_sessions ({COLUMNS}, browser, created_at, used_on) "
        f"SELECT {COLUMNS}, '', {began}, date({began}) FROM kept_sessions",
        sa.Column("browser", sa.String(length=100), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
    )


def downgrade() -> None:
    _rebuild(f"INSERT INTO browser_sessions ({COLUMNS}) SELECT {COLUMNS} FROM kept_sessions")


def _rebuild(fill: str, *more: sa.Column) -> None:
    """Recreate the table with its rows, since SQLite adds no column without a default."""
    op.execute("CREATE TEMPORARY TABLE kept_sessions AS SELECT * FROM browser_sessions")
    op.drop_table("browser_sessions")
    op.create_table(
        "browser_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        *more,
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_browser_sessions_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_browser_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_browser_sessions_token_hash"),
    )
    op.create_index("ix_browser_sessions_own", "browser_sessions", ["owner_id", "id"], unique=True)
    op.execute(fill)
    op.execute("DROP TABLE kept_sessions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('browser_sessions', 'id'), "
            "coalesce((SELECT max(id) FROM browser_sessions), 0) + 1, false)"
        )
