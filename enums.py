"""The states, kinds and roles that columns hold; each value is the text in the database."""

from datetime import datetime
from enum import StrEnum
from typing import Self


class LinkState(StrEnum):
    """The state of a link at an instant. `used` is final."""

    ACTIVE = "active"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @classmethod
    def of(
        cls, now: datetime, used_at: datetime | None, revoked_at: datetime | None, expires_at: datetime | None
    ) -> Self:
        """Return the state at `now` of a link with these times."""
        if used_at is not None:
            return cls.USED
        if revoked_at is not None:
            return cls.REVOKED
        return cls.EXPIRED if expires_at is not None and expires_at <= now else cls.ACTIVE


class BookingStatus(StrEnum):
    """Whether an appointment takes place."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """The two sides of an appointment."""

    INVITEE = "invitee"
    OWNER = "owner"


class FieldUse(StrEnum):
    """Whether a booking form has a field."""

    HIDDEN = "hidden"
    OPTIONAL = "optional"
    REQUIRED = "required"


class AccountRole(StrEnum):
    """What an owner may do in their practice: managers also invite colleagues and end accounts."""

    MANAGER = "manager"
    MEMBER = "member"


class ChangeKind(StrEnum):
    """A kind of change to a booked appointment."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"


class MessageKind(StrEnum):
    """The event that a message is about. `resent`: the invitee asked for the manage link again."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REBOOKED = "rebooked"
    REMINDER = "reminder"
    RESENT = "resent"


class RequestState(StrEnum):
    """Whether the owner has answered a request for a new link with one, or dismissed it."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class AccountMessageKind(StrEnum):
    """The event that a mail about an account tells of. No constraint lists them, so a new kind needs no migration."""

    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    PASSWORD_RESET = "password-reset"  # noqa: S105
    EMAIL_CONFIRM = "email-confirm"
    EMAIL_CHANGED = "email-changed"
    INVITATION = "invitation"
    SOURCE_FAILS = "source-fails"
    ERASURE_ASKED = "erasure-asked"
    LINK_ASKED_FOR = "link-asked-for"


class TokenPurpose(StrEnum):
    """What the one-time address of an account is for."""

    PASSWORD = "password"  # noqa: S105
    EMAIL = "email"
    INVITATION = "invitation"


class MessageState(StrEnum):
    """The delivery state of a message. `dropped`: dismissed, or outdated before it was sent."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class SourceKind(StrEnum):
    """How another calendar is reached."""

    ICS = "ics"
    CALDAV = "caldav"
    GOOGLE = "google"
    MICROSOFT = "microsoft"

    @property
    def has_sign_in(self) -> bool:
        """Whether its owner signs in to a service (OAuth), instead of typing an address."""
        return self in (SourceKind.GOOGLE, SourceKind.MICROSOFT)
