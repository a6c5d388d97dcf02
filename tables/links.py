"""One-time links, the batches in which they are made, and requests for new ones."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from availability.offers import Offer
from availability.slots import MINUTES_A_DAY, Rules
from database import Base, ForeignId, Hash, Id, Instant, Instants, Timestamp, enum_text
from enums import LinkState, RequestState
from parsing.limits import MAX_EMAIL, MAX_LABEL, MAX_NAME, MAX_TEXT
from public_profile import PublicCalendar
from tables.calendars import Calendar
from tables.constraints import one_of, partial_index


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
        partial_index(
            "ix_links_unused", "owner_id", "calendar_id", "expires_at", where="used_at IS NULL AND revoked_at IS NULL"
        ),
        partial_index("ix_links_expiring", "owner_id", "expires_at", where="used_at IS NULL AND revoked_at IS NULL"),
        partial_index("ix_links_waiting", "owner_id", "id", where="used_at IS NULL AND revoked_at IS NULL"),
        partial_index("ix_links_used", "owner_id", "id", where="used_at IS NOT NULL"),
        partial_index("ix_links_revoked", "owner_id", "id", where="revoked_at IS NOT NULL"),
        partial_index("ix_links_noted", "owner_id", "id", where="search_text <> ''"),
        partial_index("ix_links_made_in", "owner_id", "made_in", where="made_in IS NOT NULL"),
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


class LinkRequest(Base):
    """What somebody at a spent link asks its owner for: a new one, `answer_id`.

    `digest` tells the same request from another.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "link_id"], ["links.owner_id", "links.id"]),
        ForeignKeyConstraint(["owner_id", "answer_id"], ["links.owner_id", "links.id"]),
        one_of("state", RequestState),
        CheckConstraint("(state = 'answered') = (answer_id IS NOT NULL)", "answer"),
        UniqueConstraint("owner_id", "link_id", "digest"),
        Index("ix_link_requests_own", "owner_id", "id", unique=True),
        partial_index("ix_link_requests_open", "owner_id", "id", where="state = 'open'"),
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


# The values are literals: with parameters SQLite would not use its partial indexes.
NOTED = Link.search_text != literal_column("''")
OPEN_REQUEST = LinkRequest.state == literal_column("'open'")
UNUSED = and_(Link.used_at.is_(None), Link.revoked_at.is_(None))
ACTIVE = and_(  # as `Link.state` and `Calendar.takes_bookings` say, at the instant `now`
    UNUSED,
    or_(Link.expires_at.is_(None), Link.expires_at > bindparam("now", type_=Instant)),
    Calendar.is_open,
    Calendar.archived_at.is_(None),
)
