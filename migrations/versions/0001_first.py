"""Owners, calendars, links, bookings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "owners",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owners"),
        sa.UniqueConstraint("email", name="uq_owners_email"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("place", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_at", "sign_in_attempts", ["at"])
    op.create_index("ix_sign_in_attempts_place_at", "sign_in_attempts", ["place", "at"])

    op.create_table(
        "calendars",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("min_notice", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("link_days", sa.Integer(), nullable=True),
        sa.Column("availability", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "buffer_before BETWEEN 0 AND 1440 AND buffer_after BETWEEN 0 AND 1440", name=op.f("ck_calendars_buffers")
        ),
        sa.CheckConstraint("daily_limit >= 1", name=op.f("ck_calendars_daily_limit")),
        sa.CheckConstraint("duration BETWEEN 1 AND 1440", name=op.f("ck_calendars_duration")),
        sa.CheckConstraint("link_days >= 1", name=op.f("ck_calendars_link_days")),
        sa.CheckConstraint("min_notice >= 0 AND horizon >= 0", name=op.f("ck_calendars_reach")),
        sa.CheckConstraint("step BETWEEN 1 AND 1440", name=op.f("ck_calendars_step")),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_calendars_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendars"),
        sa.UniqueConstraint("owner_id", "id", name="uq_calendars_owner_id_id"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_sign_ins_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("token_hash", name="uq_sign_ins_token_hash"),
    )
    op.create_index("ix_sign_ins_owner_id", "sign_ins", ["owner_id"])

    op.create_table(
        "links",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_links_used_or_revoked")),
        sa.ForeignKeyConstraint(
            ["owner_id", "calendar_id"], ["calendars.owner_id", "calendars.id"], name="fk_links_owner_id_calendar_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("owner_id", "calendar_id", "id", name="uq_links_owner_id_calendar_id_id"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_index(
        "ix_links_unspent",
        "links",
        ["owner_id", "calendar_id", "expires_at"],
        sqlite_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
    )

    op.create_table(
        "bookings",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("notes", sa.String(length=2000), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("manage_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('confirmed', 'cancelled')", name=op.f("ck_bookings_status")),
        sa.CheckConstraint(
            "starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until",
            name=op.f("ck_bookings_order"),
        ),
        sa.CheckConstraint(
            "starts_at LIKE '____-__-__ __:__:__.______' AND ends_at LIKE '____-__-__ __:__:__.______'"
            " AND blocked_from LIKE '____-__-__ __:__:__.______' AND blocked_until LIKE '____-__-__ __:__:__.______'",
            name=op.f("ck_bookings_instants"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(
            ["owner_id", "calendar_id", "link_id"],
            ["links.owner_id", "links.calendar_id", "links.id"],
            name="fk_bookings_owner_id_calendar_id_link_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("link_id", name="one_link_one_booking"),
        sa.UniqueConstraint("manage_hash", name="uq_bookings_manage_hash"),
        sa.UniqueConstraint("uid", name="uq_bookings_uid"),
    )
    op.create_index(
        "ix_bookings_busy",
        "bookings",
        ["owner_id", "blocked_until", "blocked_from"],
        sqlite_where=sa.text("status = 'confirmed'"),
        postgresql_where=sa.text("status = 'confirmed'"),
    )
    op.create_index("ix_bookings_owner_id_calendar_id_starts_at", "bookings", ["owner_id", "calendar_id", "starts_at"])
    op.create_index("ix_bookings_owner_id_starts_at", "bookings", ["owner_id", "starts_at"])

    for statement in ONE_OWNER_ONE_PLACE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("bookings", "links", "sign_ins", "calendars", "sign_in_attempts", "owners"):
        op.drop_table(table)


# Neither is in the dialects' common tongue. The models have the same words; a test compares what they make.
ONE_OWNER_ONE_PLACE = {
    "postgresql": [
        """
ALTER TABLE bookings ADD CONSTRAINT one_owner_one_place EXCLUDE USING gist (
  int8range(owner_id, owner_id, '[]') WITH &&, tstzrange(blocked_from, blocked_until) WITH &&
) WHERE (status = 'confirmed')"""
    ],
    "sqlite": [
        f"""
CREATE TRIGGER one_owner_one_place_{name} BEFORE {event} ON bookings
WHEN NEW.status = 'confirmed'
BEGIN
  SELECT RAISE(ABORT, 'one_owner_one_place') WHERE EXISTS (
    SELECT 1 FROM bookings
    WHERE owner_id = NEW.owner_id AND status = 'confirmed' AND id IS NOT {own_id}
      AND blocked_until > NEW.blocked_from AND blocked_from < NEW.blocked_until
  );
END"""
        for name, event, own_id in (
            ("insert", "INSERT", "NULL"),
            ("update", "UPDATE OF owner_id, status, blocked_from, blocked_until", "OLD.id"),
        )
    ],
}
