"""Rules for changes, the history of bookings, busy times, and search."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CANCELLED = sa.text("status = 'cancelled'")

# Checks come with their columns: to add one later, SQLite would have to copy the table.
COLUMNS = (
    "change_notice INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_calendars_change_notice CHECK (change_notice >= 0)",
    "max_moves INTEGER CONSTRAINT ck_calendars_max_moves CHECK (max_moves >= 0)",
)


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE calendars ADD COLUMN {column}")
    op.add_column("calendars", sa.Column("puts_back", sa.Boolean(), server_default=sa.true(), nullable=False))

    op.add_column("bookings", sa.Column("sought", sa.Text(), server_default="", nullable=False))
    _fill_sought()
    op.create_index("ix_bookings_own", "bookings", ["owner_id", "id"], unique=True)
    op.create_index("ix_bookings_owner_id_starts_at_id", "bookings", ["owner_id", "starts_at", "id"])
    op.drop_index("ix_bookings_owner_id_starts_at", "bookings")
    op.create_index(
        "ix_bookings_cancelled",
        "bookings",
        ["owner_id", "starts_at", "id"],
        sqlite_where=CANCELLED,
        postgresql_where=CANCELLED,
    )

    op.create_table(
        "changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=9), nullable=False),
        sa.Column("who", sa.String(length=7), nullable=False),
        sa.Column("start_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("what IN ('moved', 'cancelled', 'put back')", name=op.f("ck_changes_what")),
        sa.CheckConstraint("who IN ('invitee', 'owner')", name=op.f("ck_changes_who")),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"], name="fk_changes_owner_id_booking_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_owner_id_booking_id", "changes", ["owner_id", "booking_id"])

    op.create_table(
        "busy_times",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_times_order")),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_busy_times_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_busy_times"),
    )
    op.create_index("ix_busy_times_owner_id_ends_at_starts_at", "busy_times", ["owner_id", "ends_at", "starts_at"])


def downgrade() -> None:
    op.drop_table("busy_times")
    op.drop_table("changes")
    op.drop_index("ix_bookings_cancelled", "bookings")
    op.create_index("ix_bookings_owner_id_starts_at", "bookings", ["owner_id", "starts_at"])
    op.drop_index("ix_bookings_owner_id_starts_at_id", "bookings")
    op.drop_index("ix_bookings_own", "bookings")
    for table, column in (
        ("bookings", "sought"),
        ("calendars", "puts_back"),
        ("calendars", "max_moves"),
        ("calendars", "change_notice"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _fill_sought() -> None:
    """Fill the search text of existing bookings, as `normalize_for_search` made it at that time."""
    bookings = sa.table("bookings", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("sought"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(bookings.c.id, bookings.c.name, bookings.c.email)).all():
        letters = unicodedata.normalize("NFKD", f"{row.name} {row.email}".casefold())
        sought = "".join(
            letter if letter.isprintable() else " " for letter in letters if not unicodedata.combining(letter)
        )
        connection.execute(bookings.update().where(bookings.c.id == row.id).values(sought=sought))
