"""Owners, their practice, and their look."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from database import Base, ForeignId, Id, Instant, Timestamp, enum_text
from enums import AccountRole
from parsing.limits import MAX_EMAIL, MAX_LINE, MAX_NAME
from public_profile import PublicProfile
from tables.constraints import one_of


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
        one_of("role", AccountRole),
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
