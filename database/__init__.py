"""The database's interface for the other packages: session, transactions, column types."""

from database.session import CommitUnknown, close_session, db, lock_owner, snapshot, transaction
from database.types import (
    LARGEST_ID,
    AvailabilityText,
    Base,
    ForeignId,
    Hash,
    Id,
    Instant,
    Timestamp,
    enum_text,
    utcnow,
)

__all__ = [
    "LARGEST_ID",
    "AvailabilityText",
    "Base",
    "Hash",
    "Id",
    "CommitUnknown",
    "Instant",
    "ForeignId",
    "Timestamp",
    "db",
    "enum_text",
    "close_session",
    "lock_owner",
    "snapshot",
    "utcnow",
    "transaction",
]
