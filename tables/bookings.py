"""Appointments, and their history."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from availability.slots import Rules
from database import AnswersText, Base, ForeignId, Hash, Id, Instant, Timestamp, enum_text
from database.no_overlap import refuse_overlaps
from enums import BookingStatus, ChangeKind, Role
from parsing.limits import MAX_EMAIL, MAX_LINE, MAX_NAME, MAX_PHONE, MAX_TEXT
from parsing.questions import Answers
from tables.calendars import Calendar
from tables.constraints import instants, one_of, partial_index
from tables.links import Link


class Booking(Base):
    """An appointment made with a link. `blocked_*` includes the buffers of the time when it was booked.

    `search_text` is the name and the email, normalized for search. `answers` has the words of the questions of then.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("link_id", name="one_link_one_booking"),
        UniqueConstraint("manage_hash"),
        UniqueConstraint("uid"),
        ForeignKeyConstraint(
            ["owner_id", "calendar_id", "link_id"], ["links.owner_id", "links.calendar_id", "links.id"]
        ),
        one_of("status", BookingStatus),
        CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", "order"),
        instants("starts_at", "ends_at", "blocked_from", "blocked_until"),
        # A range of one number overlaps only itself: "the same owner" without the btree_gist extension.
        ExcludeConstraint(
            (text("int8range(owner_id, owner_id, '[]')"), "&&"),
            (text("tstzrange(blocked_from, blocked_until)"), "&&"),
            where=text("status = 'confirmed'"),
            using="gist",
            name="one_owner_one_place",
        ).ddl_if(dialect="postgresql"),
        Index("ix_bookings_own", "owner_id", "id", unique=True),  # referenced by changes
        Index(None, "owner_id", "starts_at", "id"),
        Index(None, "owner_id", "calendar_id", "starts_at"),
        partial_index("ix_bookings_cancelled", "owner_id", "starts_at", "id", where="status = 'cancelled'"),
        partial_index("ix_bookings_busy", "owner_id", "blocked_until", "blocked_from", where="status = 'confirmed'"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    calendar_id: Mapped[ForeignId]
    link_id: Mapped[ForeignId]
    status: Mapped[BookingStatus] = mapped_column(enum_text(BookingStatus), default=BookingStatus.CONFIRMED)
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]
    blocked_from: Mapped[Timestamp]
    blocked_until: Mapped[Timestamp]
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    email: Mapped[str] = mapped_column(String(MAX_EMAIL))
    phone: Mapped[str] = mapped_column(String(MAX_PHONE), default="")
    notes: Mapped[str] = mapped_column(String(MAX_TEXT), default="")
    answers: Mapped[Answers] = mapped_column(AnswersText, default=(), server_default="[]")
    timezone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(20), default="", server_default="")
    search_text: Mapped[str] = mapped_column(Text, server_default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    manage_hash: Mapped[Hash]
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    uid: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Timestamp]
    changed_at: Mapped[Timestamp]
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    erasure_asked_at: Mapped[datetime | None] = mapped_column(Instant)

    calendar: Mapped[Calendar] = relationship(
        primaryjoin="foreign(Booking.calendar_id) == Calendar.id", lazy="raise_on_sql", viewonly=True
    )
    link: Mapped[Link] = relationship(
        primaryjoin="foreign(Booking.link_id) == Link.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def rules(self) -> Rules:
        """The settings that determine where it can be moved to: within its link's offer, and then as long as it is."""
        offer = self.link.offer
        if not offer:
            return self.calendar.rules
        minutes = (self.ends_at - self.starts_at) // timedelta(minutes=1)
        return self.calendar.rules_with(replace(offer, duration=minutes))

    @property
    def is_confirmed(self) -> bool:
        """Whether the appointment takes place."""
        return self.status == BookingStatus.CONFIRMED

    @property
    def is_erased(self) -> bool:
        """Whether what was known of the invitee is erased."""
        return self.erased_at is not None


class Change(Base):
    """One line of a booking's history: what was changed, by whom, when, and the start before and after."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        one_of("kind", ChangeKind),
        one_of("actor", Role),
        Index("ix_changes_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "booking_id"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    booking_id: Mapped[ForeignId]
    created_at: Mapped[Timestamp]
    kind: Mapped[ChangeKind] = mapped_column(enum_text(ChangeKind))
    actor: Mapped[Role] = mapped_column(enum_text(Role))
    start_before: Mapped[Timestamp]
    start_after: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(MAX_LINE), default="")


# The values are literals: with parameters SQLite would not use its partial indexes.
CONFIRMED = Booking.status == literal_column("'confirmed'")
CANCELLED = Booking.status == literal_column("'cancelled'")

refuse_overlaps(Booking.__table__)
