"""Other calendars that an owner signs in to: Google and Microsoft are kinds of source."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0031"

CHECK = "ck_sources_kind"
SIGN_IN = "('google', 'microsoft')"
THEIRS = (
    "EXISTS (SELECT 1 FROM sources WHERE sources.owner_id = {table}.owner_id"
    f" AND sources.id = {{table}}.source_id AND sources.kind IN {SIGN_IN})"
)


def upgrade() -> None:
    with op.batch_alter_table("sources") as sources:
        sources.drop_constraint(op.f(CHECK), type_="check")
        sources.alter_column("kind", existing_type=sa.String(length=6), type_=sa.String(length=9))
        sources.create_check_constraint(op.f(CHECK), "kind IN ('ics', 'caldav', 'google', 'microsoft')")


def downgrade() -> None:
    for table in ("imported_times", "calendar_entries"):
        op.execute(f"DELETE FROM {table} WHERE {THEIRS.format(table=table)}")
    op.execute(f"DELETE FROM sources WHERE kind IN {SIGN_IN}")
    with op.batch_alter_table("sources") as sources:
        sources.drop_constraint(op.f(CHECK), type_="check")
        sources.alter_column("kind", existing_type=sa.String(length=9), type_=sa.String(length=6))
        sources.create_check_constraint(op.f(CHECK), "kind IN ('ics', 'caldav')")
