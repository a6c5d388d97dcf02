"""Calendars ask questions; bookings have the answers."""

from alembic import op

revision = "0025"
down_revision = "0024"

FIELDS = ("phone_field", "notes_field")


def upgrade() -> None:
    op.execute("ALTER TABLE calendars ADD COLUMN questions TEXT DEFAULT '[]' NOT NULL")
    for name in FIELDS:
        op.execute(
            f"ALTER TABLE calendars ADD COLUMN {name} VARCHAR(8) DEFAULT 'optional' NOT NULL "
            f"CONSTRAINT ck_calendars_{name} CHECK ({name} IN ('hidden', 'optional', 'required'))"
        )
    op.execute("ALTER TABLE bookings ADD COLUMN answers TEXT DEFAULT '[]' NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE bookings DROP COLUMN answers")
    for name in ("questions", *FIELDS):
        op.execute(f"ALTER TABLE calendars DROP COLUMN {name}")
