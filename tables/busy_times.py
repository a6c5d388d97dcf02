"""When owners are busy, by their own word or by their other calendars, and what is written there."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column

from database import Base, ForeignId, Id, Instant, Timestamp, enum_text
from enums import SourceKind
from parsing.limits import MAX_LABEL, MAX_LINE, MAX_NAME
from tables.constraints import instants, one_of, partial_index


class BusyTime(Base):
    """A time that an owner blocks in all calendars; only the owner sees the `note`."""

    __tablename__ = "busy_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", "order"),
        instants("starts_at", "ends_at"),
        Index("ix_busy_times_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "ends_at", "starts_at"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]
    note: Mapped[str] = mapped_column(String(MAX_LABEL), default="")
    created_at: Mapped[Timestamp]


class Source(Base):
    """Another calendar of an owner's, from which busy times are imported.

    `secret` is its address and password, encrypted. `busy_count`, `notes` (JSON), `read_until` and the marks by which a
    later reading sees that nothing changed are of the last good reading, at `read_at`; `problem` is why the last one
    failed, '' if it did not. `emptied_at` is when it first said that many busy times are gone; they stay for an hour;
    `told_at` is when the owner was mailed that it fails.
    Until `leased_until` one process reads it. `write_to` is the address of the calendar into which appointments go.
    """

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("owner_id", "id"),  # referenced by imported times
        one_of("kind", SourceKind),
        partial_index("ix_sources_due", "due_at", "id", where="paused_at IS NULL"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    kind: Mapped[SourceKind] = mapped_column(enum_text(SourceKind))
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    calendars: Mapped[str] = mapped_column(Text, default="[]")
    write_to: Mapped[str] = mapped_column(Text, default="", server_default="")
    busy_count: Mapped[int] = mapped_column(default=0)
    notes: Mapped[str] = mapped_column(Text, default="[]")
    more_notes: Mapped[int] = mapped_column(default=0)
    marks: Mapped[str] = mapped_column(Text, default="{}")
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    read_until: Mapped[datetime | None] = mapped_column(Instant)
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str] = mapped_column(String(20), default="")
    problem_detail: Mapped[str] = mapped_column(String(MAX_LINE), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    emptied_at: Mapped[datetime | None] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[Timestamp]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[Timestamp]


class CalendarEntry(Base):
    """An appointment that is to be as it is now in one of the owner's other calendars; `written_at` when it is there.

    `calendar` is that calendar's address; until `leased_until` one process writes it.
    """

    __tablename__ = "calendar_entries"
    __table_args__ = (
        UniqueConstraint("owner_id", "booking_id"),
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        ForeignKeyConstraint(["owner_id", "source_id"], ["sources.owner_id", "sources.id"]),
        Index("ix_calendar_entries_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "source_id"),
        partial_index("ix_calendar_entries_due", "due_at", "id", where="written_at IS NULL"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    booking_id: Mapped[ForeignId]
    source_id: Mapped[ForeignId]
    calendar: Mapped[str] = mapped_column(Text)
    due_at: Mapped[Timestamp]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(20), default="")
    written_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportedTime(Base):
    """A stretch in which an owner is busy by one of their sources; those of one source do not touch each other."""

    __tablename__ = "imported_times"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "source_id"], ["sources.owner_id", "sources.id"]),
        CheckConstraint("starts_at < ends_at", "order"),
        instants("starts_at", "ends_at"),
        Index("ix_imported_times_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "ends_at", "starts_at"),
        Index(None, "owner_id", "source_id"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    source_id: Mapped[ForeignId]
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]


# The sources that say at once whether a stretch is free, so that they are asked before a booking.
ANSWERS_AT_ONCE = and_(Source.kind != SourceKind.ICS, Source.paused_at.is_(None), Source.problem == "")
