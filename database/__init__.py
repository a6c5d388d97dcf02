"""The database's interface for the other packages: session, transactions, column types."""

from database.session import CommitUnknown, begin_snapshot, close_session, db, lock_owner, snapshot, transaction
from database.types import (
    LARGEST_ID,
    AnswersText,
    AvailabilityText,
    Base,
    ForeignId,
    Hash,
    Id,
    Instant,
    Instants,
    QuestionsText,
    Timestamp,
    column_values,
    enum_text,
    instants_text,
    utcnow,
)
from database.wiping import wipe_deleted

__all__ = [
    "AnswersText",
    "AvailabilityText",
    "Base",
    "CommitUnknown",
    "ForeignId",
    "Hash",
    "Id",
    "Instant",
    "Instants",
    "LARGEST_ID",
    "QuestionsText",
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
    "wipe_deleted",
]
