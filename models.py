"""Tables, types and named constraints; properties that look at nothing but their own row.

What must never happen is refused here, by the database: a second booking of a link, two appointments of one owner at
once, a row that points at another owner's. `docs/decisions/` says why it is done twice over.
"""

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
    event,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from availability.slots import Availability, Rules
from database import AvailabilityText, Base, Hash, Id, Instant, Ref, When
from fronts import Front, Offer

# Written out rather than as parameters, or SQLite would not use the indexes that are over such rows only.
CONFIRMED = text("status = 'confirmed'")
UNSPENT = text("used_at IS NULL AND revoked_at IS NULL")


INSTANTS = ("starts_at", "ends_at", "blocked_from", "blocked_until")
CANCELLED = text("status = 'cancelled'")
WAITING = text("state = 'waiting'")
UNSENT = text("state IN ('waiting', 'failed')")


class LinkState(StrEnum):
    """What a link is at an instant. `used` is for ever."""

    ACTIVE = "active"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


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
    created_at: Mapped[When]

    @property
    def front(self) -> Front:
        """What invitees see of them."""
        return Front(self.name, self.contact, self.accent, self.logo)


class Logo(Base):
    """An owner's logo, apart from their row, which is read with every page. The digest is its name, and public."""

    __tablename__ = "logos"

    owner_id: Mapped[Ref] = mapped_column(
        ForeignKey("owners.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(String(32), index=True)
    image: Mapped[bytes] = mapped_column(LargeBinary)


class SignIn(Base):
    """An owner's session in one browser; revoked by deleting the row."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "owner_id"),)

    id: Mapped[Id]
    owner_id: Mapped[Ref] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    expires_at: Mapped[When]


class SignInAttempt(Base):
    """A try to sign in that has not succeeded (yet); `place` is a hash of the account and the address it came from."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "place", "at"), Index(None, "at"))

    id: Mapped[Id]
    place: Mapped[Hash]
    at: Mapped[When]


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
    owner_id: Mapped[Ref] = mapped_column(ForeignKey("owners.id"))
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
    puts_back: Mapped[bool] = mapped_column(default=True, server_default=true())
    reminder: Mapped[int] = mapped_column(default=0, server_default="0")
    availability: Mapped[Availability] = mapped_column(AvailabilityText)
    is_open: Mapped[bool] = mapped_column(default=True)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[When]

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
    def offer(self) -> Offer:
        """What invitees see of it."""
        return Offer(self.name, self.description, self.location, self.duration, self.owner.front)

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
        Index(
            "ix_links_unspent",
            "owner_id",
            "calendar_id",
            "expires_at",
            sqlite_where=UNSPENT,
            postgresql_where=UNSPENT,
        ),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref]
    calendar_id: Mapped[Ref]
    label: Mapped[str] = mapped_column(String(200), default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    token_hash: Mapped[Hash]
    created_at: Mapped[When]
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

    `sought` is name and email as a search compares them.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("link_id", name="one_link_one_booking"),
        UniqueConstraint("manage_hash"),
        UniqueConstraint("uid"),
        ForeignKeyConstraint(
            ["owner_id", "calendar_id", "link_id"], ["links.owner_id", "links.calendar_id", "links.id"]
        ),
        CheckConstraint("status IN ('confirmed', 'cancelled')", "status"),
        CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", "order"),
        # SQLite compares instants as text, so there is one way to write them; or the triggers could be got around.
        CheckConstraint(
            " AND ".join(f"{name} LIKE '____-__-__ __:__:__.______'" for name in INSTANTS), "instants"
        ).ddl_if(dialect="sqlite"),
        # No extension is needed for "the same owner": a range of one number overlaps itself only.
        ExcludeConstraint(
            (text("int8range(owner_id, owner_id, '[]')"), "&&"),
            (text("tstzrange(blocked_from, blocked_until)"), "&&"),
            where=CONFIRMED,
            using="gist",
            name="one_owner_one_place",
        ).ddl_if(dialect="postgresql"),
        Index("ix_bookings_own", "owner_id", "id", unique=True),  # what the foreign key of changes points at
        Index(None, "owner_id", "starts_at", "id"),
        Index(None, "owner_id", "calendar_id", "starts_at"),
        Index(
            "ix_bookings_cancelled",
            "owner_id",
            "starts_at",
            "id",
            sqlite_where=CANCELLED,
            postgresql_where=CANCELLED,
        ),
        Index(
            "ix_bookings_busy",
            "owner_id",
            "blocked_until",
            "blocked_from",
            sqlite_where=CONFIRMED,
            postgresql_where=CONFIRMED,
        ),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref]
    calendar_id: Mapped[Ref]
    link_id: Mapped[Ref]
    status: Mapped[str] = mapped_column(String(9), default="confirmed")
    starts_at: Mapped[When]
    ends_at: Mapped[When]
    blocked_from: Mapped[When]
    blocked_until: Mapped[When]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="")
    notes: Mapped[str] = mapped_column(String(2000), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(20), default="", server_default="")
    sought: Mapped[str] = mapped_column(Text, server_default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    manage_hash: Mapped[Hash]
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    uid: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[When]
    changed_at: Mapped[When]

    calendar: Mapped[Calendar] = relationship(
        primaryjoin="foreign(Booking.calendar_id) == Calendar.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def is_confirmed(self) -> bool:
        """Whether it takes place."""
        return self.status == "confirmed"


class Change(Base):
    """One line of a booking's history: what was changed after it was made, by whom, when, from which start to which."""

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        CheckConstraint("what IN ('moved', 'cancelled', 'put back')", "what"),
        CheckConstraint("who IN ('invitee', 'owner')", "who"),
        Index(None, "owner_id", "booking_id"),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref]
    booking_id: Mapped[Ref]
    at: Mapped[When]
    what: Mapped[str] = mapped_column(String(9))
    who: Mapped[str] = mapped_column(String(7))
    start_before: Mapped[When]
    start_after: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(500), default="")


class Message(Base):
    """A mail that is to be sent, or was: the outbox. It tells of its booking as it was then, not as it is meanwhile.

    `due_at` is when it is tried next; until `leased_until` a worker has it in hand.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("owner_id", "booking_id", "recipient", "sequence", "what", name="told_once"),
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        CheckConstraint("what IN ('made', 'moved', 'cancelled', 'put back', 'reminder')", "what"),
        CheckConstraint("recipient IN ('invitee', 'owner')", "recipient"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", "state"),
        CheckConstraint("(change_id IS NULL) = (what IN ('made', 'reminder'))", "change"),
        Index("ix_messages_waiting", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_messages_unsent", "owner_id", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref]
    booking_id: Mapped[Ref]
    change_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("changes.id"))
    what: Mapped[str] = mapped_column(String(9))
    recipient: Mapped[str] = mapped_column(String(7))
    sequence: Mapped[int]
    starts_at: Mapped[When]
    ends_at: Mapped[When]
    state: Mapped[str] = mapped_column(String(7), default="waiting")
    due_at: Mapped[When]
    give_up_at: Mapped[When]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[When]
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
        return self.booking.email if self.recipient == "invitee" else self.booking.calendar.owner.email

    @property
    def locale(self) -> str:
        """The locale of who gets it, '' if it is not known."""
        return self.booking.locale if self.recipient == "invitee" else self.booking.calendar.owner.locale


class BusyTime(Base):
    """A stretch of time that an owner keeps free of bookings, in all calendars; `note` is for themselves."""

    __tablename__ = "busy_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", "order"),
        Index(None, "owner_id", "ends_at", "starts_at"),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref] = mapped_column(ForeignKey("owners.id"))
    starts_at: Mapped[When]
    ends_at: Mapped[When]
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[When]


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
