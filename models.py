"""Tables, column types and named constraints; properties that use their own row only.

The database itself refuses what must never happen: a second booking of a link, two appointments of one owner at once, a
reference to another owner's row. `docs/decisions/` says why the code checks it as well.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    literal_column,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from availability.offers import Offer
from availability.slots import MINUTES_A_DAY, Availability, Rules
from database import (
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
    enum_text,
)
from database.no_overlap import refuse_overlaps
from database.stamps import renew_stamps
from enums import (
    AccountMessageKind,
    AccountRole,
    BookingStatus,
    ChangeKind,
    FieldUse,
    LinkState,
    MessageKind,
    MessageState,
    RequestState,
    Role,
    SourceKind,
    TokenPurpose,
)
from parsing.limits import MAX_EMAIL, MAX_LABEL, MAX_LINE, MAX_NAME, MAX_PHONE, MAX_TEXT
from public_profile import PublicCalendar, PublicProfile

# What the others import from here as well, beside what is defined below.
__all__ = [
    "AccountMessageKind",
    "AccountRole",
    "BookingStatus",
    "ChangeKind",
    "FieldUse",
    "LinkState",
    "MessageKind",
    "MessageState",
    "PublicCalendar",
    "PublicProfile",
    "RequestState",
    "Role",
    "TokenPurpose",
]
from parsing.questions import Answers, Question

INSTANTS = ("starts_at", "ends_at", "blocked_from", "blocked_until")


def _partial_index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", column)


class Practice(Base):
    """Colleagues who work together. Its id is with each owner, so that data can be split by practice.

    `accent`, `logo` and `image` are the look that owners may take over, as in `Owner` and `Logo`.
    """

    __tablename__ = "practices"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    accent: Mapped[str] = mapped_column(String(7), default="", server_default="")
    logo: Mapped[str] = mapped_column(String(32), default="", server_default="")
    image: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Timestamp]


class Owner(Base):
    """A person with an account; every other row belongs to exactly one owner. `feed_*` are None without a feed.

    Each belongs to a practice; SQLite could not add the column as NOT NULL. After `ended_at` nobody signs in.
    Invitees' details are erased `retention_days` after an appointment, never if None.
    While the owner shares the practice's look, `practice_name` is its name, and their own look follows it.

    `accent` is a colour and `logo` an image's digest, '' for the default; `locale` is that of mails to the owner.
    `stamp` is random, and set anew by the database whenever what a slot page of the owner shows may have changed.
    """

    __tablename__ = "owners"
    __table_args__ = (
        Index("ix_owners_feed_hash", "feed_hash", unique=True),
        Index(None, "practice_id"),
        _one_of("role", AccountRole),
        CheckConstraint("retention_days >= 1", "retention_days"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(MAX_EMAIL), unique=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    timezone: Mapped[str] = mapped_column(String(64))
    contact: Mapped[str] = mapped_column(String(MAX_LINE))
    password_hash: Mapped[str] = mapped_column(String(255))
    feed_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    feed_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    accent: Mapped[str] = mapped_column(String(7), default="", server_default="")
    logo: Mapped[str] = mapped_column(String(32), default="", server_default="")
    locale: Mapped[str] = mapped_column(String(20), default="", server_default="")
    stamp: Mapped[str] = mapped_column(String(36), default="", server_default="")
    practice_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("practices.id"))
    role: Mapped[AccountRole] = mapped_column(
        enum_text(AccountRole), default=AccountRole.MEMBER, server_default="member"
    )
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    shares_practice: Mapped[bool] = mapped_column(default=False, server_default=false())
    practice_name: Mapped[str] = mapped_column(String(MAX_NAME), default="", server_default="")
    retention_days: Mapped[int | None]
    privacy_contact: Mapped[str] = mapped_column(String(MAX_LINE), default="", server_default="")
    created_at: Mapped[Timestamp]

    @property
    def is_manager(self) -> bool:
        """Whether the owner manages the practice."""
        return self.role is AccountRole.MANAGER

    @property
    def public_profile(self) -> PublicProfile:
        """What invitees see of the owner."""
        return PublicProfile(self.name, self.contact, self.accent, self.logo, self.practice_name)


class Logo(Base):
    """An owner's logo, in a table of its own since owners are read with every page. The digest is its public name."""

    __tablename__ = "logos"

    owner_id: Mapped[ForeignId] = mapped_column(
        ForeignKey("owners.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(String(32), index=True)
    image: Mapped[bytes] = mapped_column(LargeBinary)


class BrowserSession(Base):
    """An owner's session in one browser; revoked by deleting the row. `used_on` is the day of its last use, in UTC."""

    __tablename__ = "browser_sessions"
    __table_args__ = (Index("ix_browser_sessions_own", "owner_id", "id", unique=True),)

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    expires_at: Mapped[Timestamp]
    browser: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[Timestamp]
    used_on: Mapped[date] = mapped_column(Date)


class SetupToken(Base):
    """A token of the set-up page, printed at a start of the server; deleted when the first owner is created."""

    __tablename__ = "setup_tokens"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)


class AccountToken(Base):
    """A one-time address: for a new password, a new email of the owner, or a colleague whom the owner invites.

    `name` and `email` are the new ones. `ended_at` is when it was used or revoked.
    """

    __tablename__ = "account_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        _one_of("purpose", TokenPurpose),
        Index("ix_account_tokens_own", "owner_id", "id", unique=True),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    purpose: Mapped[TokenPurpose] = mapped_column(enum_text(TokenPurpose))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    token_hash: Mapped[Hash]
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    email: Mapped[str] = mapped_column(String(MAX_EMAIL), default="")
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class KnownPlace(Base):
    """A place from which an owner has signed in; `place_hash` is a keyed hash of its address."""

    __tablename__ = "known_places"
    __table_args__ = (
        UniqueConstraint("owner_id", "place_hash"),
        Index("ix_known_places_own", "owner_id", "id", unique=True),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    place_hash: Mapped[Hash]


class LoginAttempt(Base):
    """A failed or unfinished login; `throttle_key` is a hash of the account and the client's address."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "throttle_key", "created_at"), Index(None, "created_at"))

    id: Mapped[Id]
    throttle_key: Mapped[Hash]
    created_at: Mapped[Timestamp]


class Calendar(Base):
    """A bookable calendar. Durations, buffers, notices and `reminder` are minutes; `horizon` and `link_days` are days.

    `reminder` is the time before the start at which the invitee is reminded; 0 means never. The wordings are those in
    which its links are sent; '' is the one of the reader's language.
    """

    __tablename__ = "calendars"
    __table_args__ = (
        UniqueConstraint("owner_id", "id"),  # referenced by links and bookings
        CheckConstraint(f"duration BETWEEN 1 AND {MINUTES_A_DAY}", "duration"),
        CheckConstraint(f"step BETWEEN 1 AND {MINUTES_A_DAY}", "step"),
        CheckConstraint(
            f"buffer_before BETWEEN 0 AND {MINUTES_A_DAY} AND buffer_after BETWEEN 0 AND {MINUTES_A_DAY}", "buffers"
        ),
        CheckConstraint("min_notice >= 0 AND horizon >= 0", "reach"),
        CheckConstraint("daily_limit >= 1", "daily_limit"),
        CheckConstraint("link_days >= 1", "link_days"),
        CheckConstraint("change_notice >= 0", "change_notice"),
        CheckConstraint("max_moves >= 0", "max_moves"),
        CheckConstraint("reminder >= 0", "reminder"),
        _one_of("phone_field", FieldUse),
        _one_of("notes_field", FieldUse),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    description: Mapped[str] = mapped_column(String(MAX_TEXT), default="")
    location: Mapped[str] = mapped_column(String(MAX_LINE), default="")
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
    questions: Mapped[tuple[Question, ...]] = mapped_column(QuestionsText, default=(), server_default="[]")
    phone_field: Mapped[FieldUse] = mapped_column(
        enum_text(FieldUse), default=FieldUse.OPTIONAL, server_default="optional"
    )
    notes_field: Mapped[FieldUse] = mapped_column(
        enum_text(FieldUse), default=FieldUse.OPTIONAL, server_default="optional"
    )
    is_open: Mapped[bool] = mapped_column(default=True)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    text_wording: Mapped[str] = mapped_column(String(MAX_TEXT), default="", server_default="")
    email_subject: Mapped[str] = mapped_column(String(MAX_LINE), default="", server_default="")
    email_wording: Mapped[str] = mapped_column(String(MAX_TEXT), default="", server_default="")
    created_at: Mapped[Timestamp]

    owner: Mapped[Owner] = relationship(lazy="raise_on_sql")

    @property
    def rules(self) -> Rules:
        """The settings that determine its slots; a calendar that takes no bookings has no hours."""
        return slot_rules(self, self.availability if self.takes_bookings else Availability())

    def rules_with(self, offer: Offer) -> Rules:
        """Return its settings with the offer of a link; a calendar that takes no bookings has no exact times either."""
        return offer.applied_to(self.rules) if self.takes_bookings else self.rules

    @property
    def public_calendar(self) -> PublicCalendar:
        """What invitees see of the calendar."""
        return PublicCalendar(self.name, self.description, self.location, self.duration, self.owner.public_profile)

    @property
    def takes_bookings(self) -> bool:
        """Whether its links can be used: it is open and not archived."""
        return self.is_open and self.archived_at is None


def slot_rules(calendar: Any, availability: Availability) -> Rules:
    """Return the settings of a calendar, or of a row with its columns, that determine its slots."""
    return Rules(
        zone=ZoneInfo(calendar.timezone),
        availability=availability,
        duration=timedelta(minutes=calendar.duration),
        step=timedelta(minutes=calendar.step),
        buffer_before=timedelta(minutes=calendar.buffer_before),
        buffer_after=timedelta(minutes=calendar.buffer_after),
        min_notice=timedelta(minutes=calendar.min_notice),
        horizon=calendar.horizon,
        daily_limit=calendar.daily_limit,
    )


class Batch(Base):
    """Links that were made at once. Of a CSV: its columns as JSON, its encoding and its separator; else ''."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("owner_id", "calendar_id", "id"),  # referenced by links
        Index("ix_batches_own", "owner_id", "id", unique=True),
        ForeignKeyConstraint(["owner_id", "calendar_id"], ["calendars.owner_id", "calendars.id"]),
        CheckConstraint("count >= 1", "count"),
        CheckConstraint("(columns = '') = (encoding = '') AND (columns = '') = (separator = '')", "csv"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    calendar_id: Mapped[ForeignId]
    label: Mapped[str] = mapped_column(String(MAX_LABEL), default="")
    count: Mapped[int]
    columns: Mapped[str] = mapped_column(Text, default="")
    encoding: Mapped[str] = mapped_column(String(10), default="")
    separator: Mapped[str] = mapped_column(String(1), default="")
    created_at: Mapped[Timestamp]


class Link(Base):
    """A one-time link. Its token is derived from the server's key and the salt; only the hash is here.

    `name` and `email` are filled in where it is booked; `duration` to `starts` are its offer. `position` is its number
    within its batch, and `cells` are its line of the batch's CSV, as JSON. `made_in` is the hash of the browser
    session in which it was made, until it is copied, noted or changed: so long it may be shown again instead of a new
    one. `search_text` is label, name and email, normalized for search.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("owner_id", "calendar_id", "id"),  # referenced by bookings; lists a calendar's links
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(["owner_id", "calendar_id"], ["calendars.owner_id", "calendars.id"]),
        ForeignKeyConstraint(
            ["owner_id", "calendar_id", "batch_id"], ["batches.owner_id", "batches.calendar_id", "batches.id"]
        ),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", "used_or_revoked"),
        CheckConstraint(f"duration BETWEEN 1 AND {MINUTES_A_DAY}", "duration"),
        CheckConstraint("earliest <= latest", "dates"),
        CheckConstraint("(batch_id IS NULL) = (position IS NULL)", "position"),
        CheckConstraint("cells IS NULL OR batch_id IS NOT NULL", "cells"),
        Index("ix_links_own", "owner_id", "id", unique=True),
        _partial_index(
            "ix_links_unused", "owner_id", "calendar_id", "expires_at", where="used_at IS NULL AND revoked_at IS NULL"
        ),
        _partial_index("ix_links_expiring", "owner_id", "expires_at", where="used_at IS NULL AND revoked_at IS NULL"),
        _partial_index("ix_links_waiting", "owner_id", "id", where="used_at IS NULL AND revoked_at IS NULL"),
        _partial_index("ix_links_used", "owner_id", "id", where="used_at IS NOT NULL"),
        _partial_index("ix_links_revoked", "owner_id", "id", where="revoked_at IS NOT NULL"),
        _partial_index("ix_links_noted", "owner_id", "id", where="search_text <> ''"),
        _partial_index("ix_links_made_in", "owner_id", "made_in", where="made_in IS NOT NULL"),
        Index(
            "ix_links_batch",
            *("owner_id", "batch_id", "position"),
            unique=True,
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    calendar_id: Mapped[ForeignId]
    label: Mapped[str] = mapped_column(String(MAX_LABEL), default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    token_hash: Mapped[Hash]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="", server_default="")
    email: Mapped[str] = mapped_column(String(MAX_EMAIL), default="", server_default="")
    duration: Mapped[int | None]
    earliest: Mapped[date | None] = mapped_column(Date)
    latest: Mapped[date | None] = mapped_column(Date)
    starts: Mapped[tuple[datetime, ...]] = mapped_column(Instants, default=(), server_default="")
    made_in: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int | None]
    cells: Mapped[str | None] = mapped_column(Text, deferred=True)
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")

    calendar: Mapped[Calendar] = relationship(
        primaryjoin="foreign(Link.calendar_id) == Calendar.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def offer(self) -> Offer:
        """What it offers where that is not just its calendar's."""
        return Offer(self.duration, self.earliest, self.latest, self.starts or ())

    @property
    def rules(self) -> Rules:
        """The settings that determine the slots that can be booked with it."""
        return self.calendar.rules_with(self.offer)

    @property
    def public_calendar(self) -> PublicCalendar:
        """What invitees see of the calendar, with the duration that this link offers."""
        seen = self.calendar.public_calendar
        return replace(seen, duration=self.duration) if self.duration else seen

    def state(self, now: datetime) -> LinkState:
        """Return the state of the link at `now`."""
        return LinkState.of(now, self.used_at, self.revoked_at, self.expires_at)


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
        _one_of("status", BookingStatus),
        CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", "order"),
        # SQLite compares instants as text; with a second format the triggers could be bypassed.
        CheckConstraint(
            " AND ".join(f"{name} LIKE '____-__-__ __:__:__.______'" for name in INSTANTS), "instants"
        ).ddl_if(dialect="sqlite"),
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


class LinkRequest(Base):
    """What somebody at a spent link asks its owner for: a new one, `answer_id`.

    `digest` tells the same request from another.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "link_id"], ["links.owner_id", "links.id"]),
        ForeignKeyConstraint(["owner_id", "answer_id"], ["links.owner_id", "links.id"]),
        _one_of("state", RequestState),
        CheckConstraint("(state = 'answered') = (answer_id IS NOT NULL)", "answer"),
        UniqueConstraint("owner_id", "link_id", "digest"),
        Index("ix_link_requests_own", "owner_id", "id", unique=True),
        _partial_index("ix_link_requests_open", "owner_id", "id", where="state = 'open'"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    link_id: Mapped[ForeignId]
    answer_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[RequestState] = mapped_column(enum_text(RequestState), default=RequestState.OPEN)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    contact: Mapped[str] = mapped_column(String(MAX_EMAIL))
    note: Mapped[str] = mapped_column(String(MAX_TEXT), default="")
    digest: Mapped[Hash]
    created_at: Mapped[Timestamp]

    link: Mapped[Link] = relationship(
        primaryjoin="foreign(LinkRequest.link_id) == Link.id", lazy="raise_on_sql", viewonly=True
    )


class RequestAttempt(Base):
    """A request for a new link, counted; `throttle_key` is a hash of the client's address."""

    __tablename__ = "request_attempts"
    __table_args__ = (Index(None, "throttle_key", "created_at"), Index(None, "created_at"))

    id: Mapped[Id]
    throttle_key: Mapped[Hash]
    created_at: Mapped[Timestamp]


class Change(Base):
    """One line of a booking's history: what was changed, by whom, when, and the start before and after."""

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
    reason: Mapped[str] = mapped_column(String(MAX_LINE), default="")


class Delivery:
    """A mail in the outbox. `due_at` is the time of the next attempt; until `leased_until` one worker has it."""

    state: Mapped[MessageState] = mapped_column(enum_text(MessageState), default=MessageState.WAITING)
    due_at: Mapped[Timestamp]
    give_up_at: Mapped[Timestamp]
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(MAX_LINE), default="")
    created_at: Mapped[Timestamp]
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    # The values in these conditions are literals: with parameters SQLite would not use its partial indexes.

    @classmethod
    def is_waiting(cls) -> ColumnElement[bool]:
        """Return the condition that a mail is to be sent."""
        return cls.state == literal_column("'waiting'")

    @classmethod
    def is_undelivered(cls) -> ColumnElement[bool]:
        """Return the condition that a mail waits or has failed."""
        return cls.state.in_((literal_column("'waiting'"), literal_column("'failed'")))

    @classmethod
    def is_failed(cls) -> ColumnElement[bool]:
        """Return the condition that a mail has failed."""
        return and_(cls.is_undelivered(), cls.state == literal_column("'failed'"))


class Message(Delivery, Base):
    """A mail about a booking, to be sent, or sent. It describes the booking as it was when the row was written.

    `told_start` is no column: the outbox reads it for a message to be sent, the start that the recipient's last mail
    about the booking told.
    """

    __tablename__ = "messages"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "booking_id"], ["bookings.owner_id", "bookings.id"]),
        _one_of("kind", MessageKind),
        _one_of("recipient", Role),
        _one_of("state", MessageState),
        CheckConstraint("(change_id IS NULL) = (kind IN ('booked', 'reminder', 'resent'))", "change"),
        Index(
            "one_message_per_change",
            *("owner_id", "booking_id", "recipient", "sequence", "kind"),
            unique=True,
            sqlite_where=text("kind <> 'resent'"),
            postgresql_where=text("kind <> 'resent'"),
        ),
        Index("ix_messages_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "booking_id"),
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
    told_start: Mapped[datetime | None] = query_expression()

    booking: Mapped[Booking] = relationship(
        primaryjoin="foreign(Message.booking_id) == Booking.id", lazy="raise_on_sql", viewonly=True
    )
    change: Mapped[Change | None] = relationship(
        primaryjoin="foreign(Message.change_id) == Change.id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def address(self) -> str:
        """The recipient's email address."""
        return self.booking.email if self.recipient == Role.INVITEE else self.booking.calendar.owner.email

    @property
    def locale(self) -> str:
        """The recipient's locale, '' if unknown."""
        return self.booking.locale if self.recipient == Role.INVITEE else self.booking.calendar.owner.locale


class AccountMessage(Delivery, Base):
    """A mail about an account, to be sent, or sent: to its owner, or to whom the owner invites.

    It is composed from the `parameters` when it is sent. They hold no token: at most the salt that it is derived from.
    """

    __tablename__ = "account_messages"
    __table_args__ = (
        _one_of("state", MessageState),
        Index("ix_account_messages_own", "owner_id", "id", unique=True),
        _partial_index("ix_account_messages_waiting", "due_at", "id", where="state = 'waiting'"),
        _partial_index("ix_account_messages_undelivered", "owner_id", "id", where="state IN ('waiting', 'failed')"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id", ondelete="CASCADE"))
    kind: Mapped[AccountMessageKind] = mapped_column(enum_text(AccountMessageKind, length=30))
    address: Mapped[str] = mapped_column(String(MAX_EMAIL))
    parameters: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    owner: Mapped[Owner] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def locale(self) -> str:
        """The owner's locale, '' if unknown."""
        return self.owner.locale


class BusyTime(Base):
    """A time that an owner blocks in all calendars; only the owner sees the `note`."""

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
        _one_of("kind", SourceKind),
        _partial_index("ix_sources_due", "due_at", "id", where="paused_at IS NULL"),
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
        _partial_index("ix_calendar_entries_due", "due_at", "id", where="written_at IS NULL"),
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
        Index("ix_imported_times_own", "owner_id", "id", unique=True),
        Index(None, "owner_id", "ends_at", "starts_at"),
        Index(None, "owner_id", "source_id"),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId]
    source_id: Mapped[ForeignId]
    starts_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]


# The values are literals: with parameters SQLite would not use its partial indexes.
CONFIRMED = Booking.status == literal_column("'confirmed'")
CANCELLED = Booking.status == literal_column("'cancelled'")
NOTED = Link.search_text != literal_column("''")
OPEN_REQUEST = LinkRequest.state == literal_column("'open'")
UNUSED = and_(Link.used_at.is_(None), Link.revoked_at.is_(None))
ACTIVE = and_(  # as `Link.state` and `Calendar.takes_bookings` say, at the instant `now`
    UNUSED,
    or_(Link.expires_at.is_(None), Link.expires_at > bindparam("now", type_=Instant)),
    Calendar.is_open,
    Calendar.archived_at.is_(None),
)
# The sources that say at once whether a stretch is free, so that they are asked before a booking.
ANSWERS_AT_ONCE = and_(Source.kind != SourceKind.ICS, Source.paused_at.is_(None), Source.problem == "")

Mail = Message | AccountMessage
MailTable = type[Message] | type[AccountMessage]

refuse_overlaps(Booking.__table__)

# What a slot page depends on, beside the owner's own row and the link: a new source of busy times belongs here.
STAMPED = tuple(table.__tablename__ for table in (Booking, BusyTime, Calendar, ImportedTime))
renew_stamps(Base.metadata, STAMPED)
