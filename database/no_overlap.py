"""SQLite's counterpart of EXCLUDE: triggers that refuse a second confirmed booking of an owner at the same time."""

from sqlalchemy import DDL, FromClause, event

# The code recognises the constraint by its name in the error, as on PostgreSQL.
_TRIGGER = """
CREATE TRIGGER one_owner_one_place_{name} BEFORE {change} ON bookings
WHEN NEW.status = 'confirmed'
BEGIN
  SELECT RAISE(ABORT, 'one_owner_one_place') WHERE EXISTS (
    SELECT 1 FROM bookings
    WHERE owner_id = NEW.owner_id AND status = 'confirmed' AND id IS NOT {own_id}
      AND blocked_until > NEW.blocked_from AND blocked_from < NEW.blocked_until
  );
END"""
_TRIGGERS = (
    _TRIGGER.format(name="insert", change="INSERT", own_id="NULL"),
    _TRIGGER.format(name="update", change="UPDATE OF owner_id, status, blocked_from, blocked_until", own_id="OLD.id"),
)


def refuse_overlaps(bookings: FromClause) -> None:
    """Make the table `bookings` have the triggers when it is created on SQLite."""
    for statement in _TRIGGERS:
        event.listen(bookings, "after_create", DDL(statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
