"""The outbox: mails to be sent, or sent."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    and_,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from database import Base, ForeignId, Id, Instant, Timestamp, enum_text
from enums import AccountMessageKind, MessageKind, MessageState, Role
from parsing.limits import MAX_EMAIL, MAX_LINE
from tables.bookings import Booking, Change
from tables.constraints import one_of, partial_index
from tables.owners import Owner


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
        one_of("kind", MessageKind),
        one_of("recipient", Role),
        one_of("state", MessageState),
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
        partial_index("ix_messages_waiting", "due_at", "id", where="state = 'waiting'"),
        partial_index("ix_messages_undelivered", "owner_id", "id", where="state IN ('waiting', 'failed')"),
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
        one_of("state", MessageState),
        Index("ix_account_messages_own", "owner_id", "id", unique=True),
        partial_index("ix_account_messages_waiting", "due_at", "id", where="state = 'waiting'"),
        partial_index("ix_account_messages_undelivered", "owner_id", "id", where="state IN ('waiting', 'failed')"),
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


Mail = Message | AccountMessage

MailTable = type[Message] | type[AccountMessage]
