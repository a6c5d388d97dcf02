"""How owners sign in: sessions of browsers, one-time addresses, known places, and attempts."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database import Base, ForeignId, Hash, Id, Instant, Timestamp, enum_text
from enums import TokenPurpose
from parsing.limits import MAX_EMAIL, MAX_NAME
from tables.constraints import one_of


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
        one_of("purpose", TokenPurpose),
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
