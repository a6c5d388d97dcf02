"""The states, kinds and roles that columns hold; each value is the text in the database."""

from enum import StrEnum


class LinkState(StrEnum):
    """The state of a link at an instant. `used` is final."""

    ACTIVE = "active"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class BookingStatus(StrEnum):
    """Whether an appointment takes place."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """The two sides of an appointment."""

    INVITEE = "invitee"
    OWNER = "owner"


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
