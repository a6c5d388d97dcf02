"""Integrity checks of the whole database, independent of the constraints that should guarantee them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, TextClause, bindparam, inspect, text

from database import Instant
from enums import LinkState


@dataclass(frozen=True)
class Finding:
    """One check, and the ids of the rows that violate it (or the names of missing constraints)."""

    description: str
    broken: Sequence[int | str]


# Each selects violations in plain SQL that relies on no constraint, so that a broken constraint can't hide them.
ROWS = {
    "one link, one booking (links)": "SELECT link_id FROM bookings GROUP BY link_id HAVING count(*) > 1",
    "one owner, one place (bookings)": """
        SELECT id FROM (
          SELECT id, blocked_from, max(blocked_until) OVER (
            PARTITION BY owner_id ORDER BY blocked_from, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS busy_until
          FROM bookings WHERE status = 'confirmed'
        ) AS confirmed WHERE busy_until > blocked_from""",
    "every used link has its booking (links)": """
        SELECT id FROM links WHERE used_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM bookings WHERE bookings.link_id = links.id)""",
    "every booking has used its link (bookings)": """
        SELECT bookings.id FROM bookings JOIN links ON links.id = bookings.link_id WHERE links.used_at IS NULL""",
    "every booking blocks its own time (bookings)": """
        SELECT id FROM bookings WHERE NOT (blocked_from <= starts_at AND starts_at < ends_at
          AND ends_at <= blocked_until)""",
    "no booking without its owner's link (bookings)": """
        SELECT id FROM bookings WHERE NOT EXISTS (SELECT 1 FROM links WHERE links.id = bookings.link_id
          AND links.calendar_id = bookings.calendar_id AND links.owner_id = bookings.owner_id)""",
    "every owner belongs to a practice (owners)": "SELECT id FROM owners WHERE practice_id IS NULL",
    "nothing is known of who was erased (bookings)": """
        SELECT id FROM bookings WHERE erased_at IS NOT NULL
          AND (name <> '' OR email <> '' OR phone <> '' OR notes <> '' OR answers <> '[]' OR search_text <> '')""",
    "no change without its owner's booking (changes)": """
        SELECT id FROM changes WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE bookings.id = changes.booking_id
          AND bookings.owner_id = changes.owner_id)""",
    "every change is counted (bookings)": """
        SELECT id FROM bookings
          WHERE sequence < (SELECT count(*) FROM changes WHERE changes.booking_id = bookings.id)""",
    "no message without its owner's booking (messages)": """
        SELECT id FROM messages WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE bookings.id = messages.booking_id
          AND bookings.owner_id = messages.owner_id)""",
    "every booking has its messages to both sides (bookings)": """
        SELECT booking_id FROM messages WHERE kind <> 'reminder'
          GROUP BY booking_id, sequence HAVING count(*) <> 2""",
    "no link without its owner's calendar (links)": """
        SELECT id FROM links WHERE NOT EXISTS (SELECT 1 FROM calendars WHERE calendars.id = links.calendar_id
          AND calendars.owner_id = links.owner_id)""",
    "no calendar without its owner (calendars)": """
        SELECT id FROM calendars WHERE NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = calendars.owner_id)""",
    "no busy time without its owner (busy times)": """
        SELECT id FROM busy_times WHERE NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = busy_times.owner_id)""",
    "no imported time without its owner's source (imported times)": """
        SELECT id FROM imported_times WHERE NOT EXISTS (SELECT 1 FROM sources
          WHERE sources.id = imported_times.source_id AND sources.owner_id = imported_times.owner_id)""",
    "no source without its owner (sources)": """
        SELECT id FROM sources WHERE NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = sources.owner_id)""",
}

LINK_STATES = text("""
  SELECT CASE WHEN used_at IS NOT NULL THEN 'used' WHEN revoked_at IS NOT NULL THEN 'revoked'
    WHEN expires_at <= :now THEN 'expired' ELSE 'active' END AS state, count(*)
  FROM links GROUP BY 1""").bindparams(bindparam("now", type_=Instant))
BOOKING_STATUSES = text("SELECT status, count(*) FROM bookings GROUP BY 1")
MESSAGE_STATES = text("SELECT state, count(*) FROM messages GROUP BY 1")

CONSTRAINTS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'bookings'",
    "postgresql": "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('bookings') AND contype = 'x'",
}
NEEDED = {
    "sqlite": {"one_link_one_booking", "one_owner_one_place_insert", "one_owner_one_place_update"},
    "postgresql": {"one_link_one_booking", "one_owner_one_place"},
}


def counts(connection: Connection, now: datetime) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Yield (name, count, counts by state) of owners, calendars, links, bookings and mails."""
    for table, query in (("owners", "SELECT count(*) FROM owners"), ("calendars", "SELECT count(*) FROM calendars")):
        yield table, connection.scalars(text(query)).one(), {}
    states = _by(connection, LINK_STATES.bindparams(now=now), list(LinkState))
    yield "links", sum(states.values()), states
    statuses = _by(connection, BOOKING_STATUSES, ["confirmed", "cancelled"])
    yield "bookings", sum(statuses.values()), statuses
    sent = _by(connection, MESSAGE_STATES, ["waiting", "sent", "failed", "dropped"])
    yield "mails", sum(sent.values()), sent


def findings(connection: Connection) -> Iterator[Finding]:
    """Yield each check with its violations; all see the same state if the connection is a snapshot."""
    for description, query in ROWS.items():
        yield Finding(description, list(connection.scalars(text(query))))
    dialect = connection.dialect.name
    there = {str(unique["name"]) for unique in inspect(connection).get_unique_constraints("bookings")}
    there |= set(connection.scalars(text(CONSTRAINTS[dialect])))
    yield Finding("the database itself refuses (constraints)", sorted(NEEDED[dialect] - there))
    if dialect == "sqlite":
        said = connection.scalars(text("PRAGMA quick_check")).all()
        yield Finding("the file is whole (faults)", [line for line in said if line != "ok"])


def _by(connection: Connection, query: TextClause, names: Sequence[str]) -> dict[str, int]:
    found = {str(name): int(count) for name, count in connection.execute(query)}
    return {str(name): found.pop(name, 0) for name in names} | found
