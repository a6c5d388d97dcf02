"""Standard names for tables, columns and values; (owner_id, id) is unique in every table of an owner."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

TABLES = {"sign_in_attempts": "login_attempts", "sign_ins": "browser_sessions"}
COLUMNS = {
    "login_attempts": {"place": "throttle_key", "at": "created_at"},
    "browser_sessions": {},
    "changes": {"at": "created_at", "what": "kind", "who": "actor"},
    "messages": {"what": "kind", "problem": "error"},
}
VALUES = {"put back": "rebooked", "made": "booked"}


def upgrade() -> None:
    _rename_column("calendars", "puts_back", "allow_rebooking")
    _rename_column("bookings", "sought", "search_text")
    _rename_index_of_unused_links("ix_links_unspent", "ix_links_unused")
    _rebuild(_names(TABLES, COLUMNS), VALUES, new=True)
    op.drop_index("ix_browser_sessions_owner_id", "browser_sessions")
    for table in ("browser_sessions", "links", "changes", "messages", "busy_times"):
        op.create_index(f"ix_{table}_own", table, ["owner_id", "id"], unique=True)


def downgrade() -> None:
    for table in ("links", "busy_times"):
        op.drop_index(f"ix_{table}_own", table)
    old_tables = {new: old for old, new in TABLES.items()}
    old_columns = {
        old_tables.get(table, table): {new: old for old, new in columns.items()} for table, columns in COLUMNS.items()
    }
    _rebuild(_names(old_tables, old_columns), {new: old for old, new in VALUES.items()}, new=False)
    _rename_index_of_unused_links("ix_links_unused", "ix_links_unspent")
    _rename_column("bookings", "search_text", "sought")
    _rename_column("calendars", "allow_rebooking", "puts_back")


def _rename_column(table: str, old: str, new: str) -> None:
    """Rename a column, and the constraint that PostgreSQL 18 names after it."""
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    connection = op.get_bind()
    if connection.dialect.name == "postgresql" and connection.scalar(
        sa.text("SELECT 1 FROM pg_constraint WHERE conname = :name"), {"name": f"{table}_{old}_not_null"}
    ):
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {table}_{old}_not_null TO {table}_{new}_not_null")


def _rename_index_of_unused_links(old: str, new: str) -> None:
    unused = sa.text("used_at IS NULL AND revoked_at IS NULL")
    op.drop_index(old, "links")
    op.create_index(
        new, "links", ["owner_id", "calendar_id", "expires_at"], sqlite_where=unused, postgresql_where=unused
    )


def _names(tables: dict[str, str], columns: dict[str, dict[str, str]]) -> list[tuple[str, str, dict[str, str]]]:
    """Return (table, its new name, its renamed columns), each table before those that refer to it."""
    before = [*tables, "changes", "messages"]
    return [(table, tables.get(table, table), columns[tables.get(table, table)]) for table in before]


def _rebuild(tables: list[tuple[str, str, dict[str, str]]], values: dict[str, str], new: bool) -> None:
    """Recreate the tables with their rows, since SQLite can't change a CHECK in place."""
    connection = op.get_bind()
    for old, _after, _columns in reversed(tables):
        op.execute(f"CREATE TEMPORARY TABLE kept_{old} AS SELECT * FROM {old}")
        op.drop_table(old)
    for old, after, renamed in tables:
        CREATE[after](new)
        names = [column["name"] for column in sa.inspect(connection).get_columns(after)]
        before = {name: old_name for old_name, name in renamed.items()}
        selected = [_changed(before.get(name, name), name, values) for name in names]
        op.execute(f"INSERT INTO {after} ({', '.join(names)}) SELECT {', '.join(selected)} FROM kept_{old}")
        op.execute(f"DROP TABLE kept_{old}")
        if connection.dialect.name == "postgresql":
            op.execute(f"SELECT setval(pg_get_serial_sequence('{after}', 'id'), max(id)) FROM {after}")


def _changed(column: str, name: str, values: dict[str, str]) -> str:
    if name not in ("kind", "what"):
        return column
    cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in values.items())
    return f"CASE {column} {cases} ELSE {column} END"


def _create_attempts(new: bool) -> None:
    table, key, at = ("login_attempts", "throttle_key", "created_at") if new else ("sign_in_attempts", "place", "at")
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column(key, sa.LargeBinary(length=32), nullable=False),
        sa.Column(at, INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_{at}", table, [at])
    op.create_index(f"ix_{table}_{key}_{at}", table, [key, at])


def _create_sessions(new: bool) -> None:
    table = "browser_sessions" if new else "sign_ins"
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=f"fk_{table}_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("token_hash", name=f"uq_{table}_token_hash"),
    )
    op.create_index(f"ix_{table}_owner_id", table, ["owner_id"])


def _create_changes(new: bool) -> None:
    at, kind, actor, rebooked = (
        ("created_at", "kind", "actor", "rebooked") if new else ("at", "what", "who", "put back")
    )
    op.create_table(
        "changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column(at, INSTANT, nullable=False),
        sa.Column(kind, sa.String(length=9), nullable=False),
        sa.Column(actor, sa.String(length=7), nullable=False),
        sa.Column("start_before", INSTANT, nullable=False),
        sa.Column("start_after", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(f"{kind} IN ('moved', 'cancelled', '{rebooked}')", name=op.f(f"ck_changes_{kind}")),
        sa.CheckConstraint(f"{actor} IN ('invitee', 'owner')", name=op.f(f"ck_changes_{actor}")),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"], name="fk_changes_owner_id_booking_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_owner_id_booking_id", "changes", ["owner_id", "booking_id"])


def _create_messages(new: bool) -> None:
    kind, error, booked, rebooked = (
        ("kind", "error", "booked", "rebooked") if new else ("what", "problem", "made", "put back")
    )
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column(kind, sa.String(length=9), nullable=False),
        sa.Column("recipient", sa.String(length=7), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("give_up_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(error, sa.String(length=500), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            f"{kind} IN ('{booked}', 'moved', 'cancelled', '{rebooked}', 'reminder')", name=op.f(f"ck_messages_{kind}")
        ),
        sa.CheckConstraint("recipient IN ('invitee', 'owner')", name=op.f("ck_messages_recipient")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f("ck_messages_state")),
        sa.CheckConstraint(
            f"(change_id IS NULL) = ({kind} IN ('{booked}', 'reminder'))", name=op.f("ck_messages_change")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"], name="fk_messages_owner_id_booking_id"
        ),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_messages_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint(
            "owner_id",
            "booking_id",
            "recipient",
            "sequence",
            kind,
            name="one_message_per_change" if new else "told_once",
        ),
    )
    waiting, undelivered = sa.text("state = 'waiting'"), sa.text("state IN ('waiting', 'failed')")
    op.create_index("ix_messages_waiting", "messages", ["due_at", "id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index(
        f"ix_messages_{'undelivered' if new else 'unsent'}",
        "messages",
        ["owner_id", "id"],
        sqlite_where=undelivered,
        postgresql_where=undelivered,
    )


CREATE = {
    "login_attempts": _create_attempts,
    "sign_in_attempts": _create_attempts,
    "browser_sessions": _create_sessions,
    "sign_ins": _create_sessions,
    "changes": _create_changes,
    "messages": _create_messages,
}
