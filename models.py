"""Tables, types and named constraints; properties that look at nothing but their own row.

What must never happen is refused here, by the database: a second booking of a link, two appointments of one owner at
once, a row that points at another owner's. `docs/decisions/` says why it is done twice over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    event,
    literal_column,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from availability.slots import Availability, Rules
from database import AvailabilityText, Base, ForeignId, Hash, Id, Instant, Timestamp, enum_text

INSTANTS = ("starts_at", "ends_at", "blocked_from", "blocked_until")


def _partial_index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class LinkState(StrEnum):
    """What a link is at an instant. `used` is for ever."""

    ACTIVE = "active"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class BookingStatus(StrEnum):
    """Whether an appointment takes place."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """Which side of an appointment somebody is on."""

    INVITEE = "invitee"
    OWNER = "owner"


class ChangeKind(StrEnum):
    """What was done to an appointment after it was booked."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"


class MessageKind(StrEnum):
    """What a message tells its recipient."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"
    REMINDER = "reminder"


class MessageState(StrEnum):
    """What became of a message. `dropped` was dismissed, or outdated before it was sent."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


def _one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", column)


@dataclass(frozen=True)
class PublicProfile:
    """An owner as their invitees know them. `accent` is a colour, `#1f5f4a`; `logo` names an image; both may be ''."""

    name: str
    contact: str
    accent: str = ""
    logo: str = ""


@dataclass(frozen=True)
class PublicCalendar:
    """What can be booked in a calendar, and with whom; `duration` is in minutes."""

    name: str
    description: str
    location: str
    duration: int
    owner: PublicProfile


class Owner(Base):
    """A person with an account. Everything else belongs to exactly one. `feed_*`: the address of their feed, if any.

    `accent` is a colour and `logo` an image's digest, '' for ours; `locale` is how they are written to.
    """

    __tablename__ = "owners"
    __table_args__ = (Index("ix_owners_feed_hash", "feed_hash", unique=True),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(500))
    password_hash: Mapped[str] = mapped_column(String(255))
    feed_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    feed_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    accent: Mapped[str] = mapped_column(String(7), default="", server_default="")
    logo: Mapped[str] = mapped_column(String(32), default="", server_default="")
    locale: Mapped[str] = mapped_column(String(20), default="", server_default="")
    created_at: Mapped[Timestamp]

    @property
    def public_profile(self) -> PublicProfile:
        """What invitees see of them."""
        return PublicProfile(self.name, self.contact, self.accent, self.logo)


class Logo(Base):
    """An owner's logo, apart from their row, which is read with every page. The digest is its name, and public."""

    __tablename__ = "logos"

    owner_id: Mapped[ForeignId] = mapped_column(
        ForeignKey("owners.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(String(32), index=True)
    image: Mapped[bytes] = mapped_column(LargeBinary)


class BrowserSession(Base):
    """An owner's session in one browser; revoked by deleting the row."""

    __tablename__ = "browser_sessions"
    __table_args__ = (Index("ix_browser_sessions_own", "owner_id", "id", unique=True),)

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    expires_at: Mapped[Timestamp]


class LoginAttempt(Base):
    """A login that has not succeeded (yet); `throttle_key` is a hash of the account and the client's address."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "throttle_key", "created_at"), Index(None, "created_at"))

    id: Mapped[Id]
    throttle_key: Mapped[Hash]
    created_at: Mapped[Timestamp]


class Calendar(Base):
    """Something bookable. Durations, buffers, notices and `reminder` are minutes; horizon and link lifetime are days.

    `reminder` is how long before the start the invitee is reminded; 0 is not at all.
    """

    __tablename__ = "calendars"
    __table_args__ = (
        UniqueConstraint("owner_id", "id"),  # what the foreign keys of links and bookings point at
        CheckConstraint("duration BETWEEN 1 AND 1440", "duration"),
        CheckConstraint("step BETWEEN 1 AND 1440", "step"),
        CheckConstraint("buffer_before BETWEEN 0 AND 1440 AND buffer_after BETWEEN 0 AND 1440", "buffers"),
        CheckConstraint("min_notice >= 0 AND horizon >= 0", "reach"),
        CheckConstraint("daily_limit >= 1", "daily_limit"),
        CheckConstraint("link_days >= 1", "link_days"),
        CheckConstraint("change_notice >= 0", "change_notice"),
        CheckConstraint("max_moves >= 0", "max_moves"),
        CheckConstraint("reminder >= 0", "reminder"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), default="")
    location: Mapped[str] = mapped_column(String(500), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    duration: Mapped[int]
    step: Mapped[int]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    min_notice: Mapped[int] = mapped_column(default=0)
    horizon: Mapped[int] = mapped_column(default=60)
    daily_limit: Mapped[int | None]
    link_days: Mapped[int | None]
    change_notice: Mapped[int] = mapped_column(default=0, server_default="0")
    max_moves: Mapped[int | None]
    allow_rebooking: Mapped[bool] = mapped_column(default=True, server_default=true())
    reminder: Mapped[int] = mapped_column(default=0, server_default="0")
    availability: Mapped[Availability] = mapped_column(AvailabilityText)
    is_open: Mapped[bool] = mapped_column(default=True)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[Timestamp]

    owner: Mapped[Owner] = relationship(lazy="raise_on_sql")

    @property
    def rules(self) -> Rules:
        """The calendar's part of the rule for slots; one that takes no bookings has no hours."""
        return Rules(
            zone=ZoneInfo(self.timezone),
            availability=self.availability if self.takes_bookings else Availability(),
            duration=timedelta(minutes=self.duration),
            step=timedelta(minutes=self.step),
            buffer_before=timedelta(minutes=self.buffer_before),
            buffer_after=timedelta(minutes=self.buffer_after),
            min_notice=timedelta(minutes=self.min_notice),
            horizon=self.horizon,
            daily_limit=self.daily_limit,
        )

    @property
    def public_calendar(self) -> PublicCalendar:
        """What invitees see of it."""
        return PublicCalendar(self.name, self.description, self.location, self.duration, self.owner.public_profile)

    @property
    def takes_bookings(self) -> bool:
        """Whether its links can be used at all."""
        return self.is_open and self.archived_at is None


class Link(Base):
    """A one-time link. Its token is derived from the server's key and the salt; only the hash is here."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("owner_id", "calendar_id", "id"),  # bookings point at it; and it lists a calendar's links
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(["owner_id", "calendar_id"], ["calendars.owner_id", "calendars.id"]),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", "used_or_revoked"),
        Index("ix_links_own", "owner_id", "id", unique=True),
        _partial_index(
            "ix_links_unused", "owner_id", "calendar_id", "expires_at", where="used_at IS NULL AND revoked_at IS NULL"
        ),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    calendar_id: Mapped[ForeignId]
    label: Mapped[str] = mapped_column(String(200), default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    token_hash: Mapped[Hash]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    calendar: Mapped[Calendar] = relationship(
        primaryjoin="foreign(Link.calendar_id) == Calendar.id", lazy="raise_on_sql", viewonly=True
    )

    def state(self, now: datetime) -> LinkState:
        """Return what the link is at `now`."""
        if self.used_at is not None:
            return LinkState.USED
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return LinkState.EXPIRED
        return LinkState.ACTIVE


class Booking(Base):
    """An appointment made with a link. `blocked_*` is what it takes from its owner: the buffers of when it was made.

    `search_text` is name and email as a search compares them.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("link_id", name="one_link_one_booking"),
        UniqueConstraint("manage_hash"),
        UniqueConstraint("uid"),
        ForeignKeyConstraint(
            ["owner_id", "calendar_id", "link_id"], ["links.owner_id", "links.calendar_id", "links.id"]
        ),
        _one_of("status", BookingStatus),
        CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", "order"),
        # SQLite compares instants as text, so there is one way to write them; or the triggers could be got around.
        CheckConstraint(
            " AND ".join(f"{name} LIKE '____-__-__ __:__:__.______'" for name in INSTANTS), "instants"
        ).ddl_if(dialect="sqlite"),
        # No extension is needed for "the same owner": a range of one number overlaps itself only.
        ExcludeConstraint(
            (text("int8range(owner_id, owner_id, '[]')"), "&&"),
            (text("tstzrange(blocked_from, blocked_until)"), "&&"),
            where=text("status = 'confirmed'"),
            using="gist",
            name="one_owner_one_place",
        ).ddl_if(dialect="postgresql"),
        Index("ix_bookings_own", "owner_id", "id", unique=True),  # what the foreign key of changes points at
        Index(None, "owner_id", "starts_at", "id"),
        Index(None, "owner_id", "calendar_id", "starts_at"),
        _partial_index("ix_bookings_cancelled", "owner_id", "starts_at", "id", where="status = 'cancelled'"),
        _partial_index("ix_bookings_busy", "owner_id", "blocked_until", "blocked_from", where="status = 'confirmed'"),
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
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="")
    notes: Mapped[str] = mapped_column(String(2000), default="")
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

    calendar: Mapped[Calendar] = relationship(
        primaryjoin="foreign(Booking.calendar_id) == Calendar.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def is_confirmed(self) -> bool:
        """Whether it takes place."""
        return self.status == BookingStatus.CONFIRMED


class Change(Base):
    """One line of a booking's history: what was changed after it was made, by whom, when, from which start to which."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        _one_of("kind", ChangeKind),
        _one_of("actor", Role),
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
    reason: Mapped[str] = mapped_column(String(500), default="")


class Message(Base):
    """A mail that is to be sent, or was: the outbox. It tells of its booking as it was then, not as it is meanwhile.

    `due_at` is when it is tried next; until `leased_until` a worker has it in hand.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("owner_id", "booking_id", "recipient", "sequence", "kind", name="one_message_per_change"),
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        _one_of("kind", MessageKind),
        _one_of("recipient", Role),
        _one_of("state", MessageState),
        CheckConstraint("(change_id IS NULL) = (kind IN ('booked', 'reminder'))", "change"),
        Index("ix_messages_own", "owner_id", "id", unique=True),
        _partial_index("ix_messages_waiting", "due_at", "id", where="state = 'waiting'"),
        _partial_index("ix_messages_undelivered", "owner_id", "id", where="state IN ('waiting', 'failed')"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    booking_id: Mapped[ForeignId]
    change_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("changes.id"))
    kind: Mapped[MessageKind] = mapped_column(enum_text(MessageKind))
    recipient: Mapped[Role] = mapped_column(enum_text(Role))
    sequence: Mapped[int]
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]
    state: Mapped[MessageState] = mapped_column(enum_text(MessageState), default=MessageState.WAITING)
    due_at: Mapped[Timestamp]
    give_up_at: Mapped[Timestamp]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[Timestamp]
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    booking: Mapped[Booking] = relationship(
        primaryjoin="foreign(Message.booking_id) == Booking.id", lazy="raise_on_sql", viewonly=True
    )
    change: Mapped[Change | None] = relationship(
        primaryjoin="foreign(Message.change_id) == Change.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def address(self) -> str:
        """Who gets it."""
        return self.booking.email if self.recipient == Role.INVITEE else self.booking.calendar.owner.email

    @property
    def locale(self) -> str:
        """The locale of who gets it, '' if it is not known."""
        return self.booking.locale if self.recipient == Role.INVITEE else self.booking.calendar.owner.locale


class BusyTime(Base):
    """A stretch of time that an owner keeps free of bookings, in all calendars; `note` is for themselves."""

    __tablename__ = "busy_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", "order"),
        Index("ix_busy_times_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "ends_at", "starts_at"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Timestamp]


# The values are written out and not parameters, or SQLite would not use its partial indexes.
CONFIRMED = Booking.status == literal_column("'confirmed'")
CANCELLED = Booking.status == literal_column("'cancelled'")
UNUSED = and_(Link.used_at.is_(None), Link.revoked_at.is_(None))
WAITING = Message.state == literal_column("'waiting'")
UNDELIVERED = Message.state.in_((literal_column("'waiting'"), literal_column("'failed'")))

# What EXCLUDE is to PostgreSQL. The names stand in the errors, and the code reads them there.
_NO_OVERLAP = """
CREATE TRIGGER one_owner_one_place_{name} BEFORE {change} ON bookings
WHEN NEW.status = 'confirmed'
BEGIN
  SELECT RAISE(ABORT, 'one_owner_one_place') WHERE EXISTS (
    SELECT 1 FROM bookings
    WHERE owner_id = NEW.owner_id AND status = 'confirmed' AND id IS NOT {own_id}
      AND blocked_until > NEW.blocked_from AND blocked_from < NEW.blocked_until
  );
END"""
for _trigger in (
    _NO_OVERLAP.format(name="insert", change="INSERT", own_id="NULL"),
    _NO_OVERLAP.format(
        name="update", change="UPDATE OF owner_id, status, blocked_from, blocked_until", own_id="OLD.id"
    ),
):
    event.listen(Booking.__table__, "after_create", DDL(_trigger).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
