"""The database's interface for the other packages: session, transactions, column types."""

from database.session import CommitUnknown, begin_snapshot, close_session, db, lock_owner, snapshot, transaction
from database.types import (
    LARGEST_ID,
    AvailabilityText,
    Base,
    ForeignId,
    Hash,
    Id,
    Instant,
    Instants,
    Timestamp,
    column_values,
    enum_text,
    instants_text,
    utcnow,
)

__all__ = [
    "AvailabilityText",
    "Base",
    "CommitUnknown",
    "ForeignId",
    "Hash",
    "Id",
    "Instant",
    "Instants",
    "LARGEST_ID",
    "Timestamp",
    "begin_snapshot",
    "close_session",
    "column_values",
    "db",
    "enum_text",
    "instants_text",
    "lock_owner",
    "snapshot",
    "transaction",
    "utcnow",
]
