"""What time it is."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)
