"""What a link offers and for whom, batches of links, and requests for a new one at a spent link."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
UNUSED = "used_at IS NULL AND revoked_at IS NULL"
INDEXES = {
    "ix_links_expiring": (["owner_id", "expires_at"], UNUSED),
    "ix_links_waiting": (["owner_id", "id"], UNUSED),
    "ix_links_used": (["owner_id", "id"], "used_at IS NOT NULL"),
    "ix_links_revoked": (["owner_id", "id"], "revoked_at IS NOT NULL"),
    "ix_links_noted": (["owner_id", "id"], "search_text <> ''"),
    "ix_links_made_in": (["owner_id", "made_in"], "made_in IS NOT NULL"),
    "ix_links_batch": (["owner_id", "batch_id", "position"], "batch_id IS NOT NULL"),
}
CHECKS = {
    "duration": "duration BETWEEN 1 AND 1440",
    "dates": "earliest <= latest",
    "position": "(batch_id IS NULL) = (position IS NULL)",
    "cells": "cells IS NULL OR batch_id IS NOT NULL",
}
WORDINGS = {"text_wording": 2000, "email_subject": 500, "email_wording": 2000}
ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
    | dict.fromkeys("’‘ʼʻ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
)


def upgrade() -> None:
    for name, length in WORDINGS.items():
        op.add_column("calendars", sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    _create_batches()
    with op.batch_alter_table("links") as links:
        links.add_column(sa.Column("name", sa.String(length=200), server_default="", nullable=False))
        links.add_column(sa.Column("email", sa.String(length=254), server_default="", nullable=False))
        links.add_column(sa.Column("duration", sa.Integer(), nullable=True))
        links.add_column(sa.Column("earliest", sa.Date(), nullable=True))
        links.add_column(sa.Column("latest", sa.Date(), nullable=True))
        links.add_column(sa.Column("starts", sa.Text(), server_default="", nullable=False))
        links.add_column(sa.Column("made_in", sa.LargeBinary(length=32), nullable=True))
        links.add_column(sa.Column("batch_id", sa.BigInteger(), nullable=True))
        links.add_column(sa.Column("position", sa.Integer(), nullable=True))
        links.add_column(sa.Column("cells", sa.Text(), nullable=True))
        links.add_column(sa.Column("search_text", sa.Text(), server_default="", nullable=False))
        links.create_foreign_key(
            op.f("fk_links_owner_id_calendar_id_batch_id"),
            "batches",
            ["owner_id", "calendar_id", "batch_id"],
            ["owner_id", "calendar_id", "id"],
        )
        for name, condition in CHECKS.items():
            links.create_check_constraint(op.f(f"ck_links_{name}"), condition)
    for name, (columns, where) in INDEXES.items():
        unique = name == "ix_links_batch"
        only = sa.text(where)
        op.create_index(name, "links", columns, unique=unique, sqlite_where=only, postgresql_where=only)
    _create_requests()
    _make_searchable()


def downgrade() -> None:
    op.drop_table("request_attempts")
    op.drop_table("link_requests")
    for name in INDEXES:
        op.drop_index(name, "links")
    with op.batch_alter_table("links") as links:
        for name in CHECKS:
            links.drop_constraint(op.f(f"ck_links_{name}"), type_="check")
        links.drop_constraint(op.f("fk_links_owner_id_calendar_id_batch_id"), type_="foreignkey")
        for name in ("search_text", "cells", "position", "batch_id", "made_in", "starts", "latest", "earliest"):
            links.drop_column(name)
        for name in ("duration", "email", "name"):
            links.drop_column(name)
    op.drop_table("batches")
    for name in WORDINGS:
        op.execute(f"ALTER TABLE calendars DROP COLUMN {name}")


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("encoding", sa.String(length=10), nullable=False),
        sa.Column("separator", sa.String(length=1), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_batches_count")),
        sa.CheckConstraint(
            "(columns = '') = (encoding = '') AND (columns = '') = (separator = '')", name=op.f("ck_batches_csv")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "calendar_id"],
            ["calendars.owner_id", "calendars.id"],
            name=op.f("fk_batches_owner_id_calendar_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("owner_id", "calendar_id", "id", name=op.f("uq_batches_owner_id_calendar_id_id")),
    )
    op.create_index("ix_batches_own", "batches", ["owner_id", "id"], unique=True)


def _create_requests() -> None:
    op.create_table(
        "link_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'dismissed')", name=op.f("ck_link_requests_state")),
        sa.CheckConstraint("(state = 'answered') = (answer_id IS NOT NULL)", name=op.f("ck_link_requests_answer")),
        sa.ForeignKeyConstraint(
            ["owner_id", "link_id"], ["links.owner_id", "links.id"], name=op.f("fk_link_requests_owner_id_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "answer_id"], ["links.owner_id", "links.id"], name=op.f("fk_link_requests_owner_id_answer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
        sa.UniqueConstraint("owner_id", "link_id", "digest", name=op.f("uq_link_requests_owner_id_link_id_digest")),
    )
    still_open = sa.text("state = 'open'")
    op.create_index("ix_link_requests_own", "link_requests", ["owner_id", "id"], unique=True)
    op.create_index(
        "ix_link_requests_open",
        "link_requests",
        ["owner_id", "id"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "request_attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("throttle_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_attempts")),
    )
    op.create_index(
        op.f("ix_request_attempts_throttle_key_created_at"), "request_attempts", ["throttle_key", "created_at"]
    )
    op.create_index(op.f("ix_request_attempts_created_at"), "request_attempts", ["created_at"])


def _make_searchable() -> None:
    """Write the search text of each link with a label, as `normalize_for_search` makes it at this revision."""
    links = sa.table("links", sa.column("id"), sa.column("label"), sa.column("search_text"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(links.c.id, links.c.label).where(links.c.label != "")).all():
        letters = unicodedata.normalize("NFKD", row.label.casefold().translate(ALIKE))
        words = "".join(
            letter if letter.isprintable() else " " for letter in letters if not unicodedata.combining(letter)
        )
        connection.execute(sa.update(links).where(links.c.id == row.id).values(search_text=words))
