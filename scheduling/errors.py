"""Why something can't be done, in the field's words. Each is mapped to a page in one place."""

from models import Owner


class BookingError(Exception):
    """Something that was asked for and can't be done; nothing was changed."""


class NotFound(BookingError):
    """There is no such thing, or not for whoever asks."""


class LinkUnavailable(BookingError):
    """The link can't be booked with (any more). Carries whom to contact, and how."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(type(self).__name__)
        self.owner = owner.public_profile


class LinkUsed(LinkUnavailable):
    """Somebody has booked with it."""


class LinkRevoked(LinkUnavailable):
    """Its owner took it back."""


class LinkExpired(LinkUnavailable):
    """Its time is over."""


class CalendarClosed(LinkUnavailable):
    """Its calendar takes no bookings, for now or for good."""


class LinkNotActive(BookingError):
    """Only an active link can be revoked."""


class SlotTaken(BookingError):
    """The slot is not, or no longer, offered; another may be."""


class ChangeNotAllowed(BookingError):
    """The appointment can't be changed in this way (any more)."""


class ChangeDeadlinePassed(ChangeNotAllowed):
    """It has begun, or the time until which its calendar allows changes is over."""


class RescheduleLimitReached(ChangeNotAllowed):
    """Its invitee has moved it as often as the calendar allows."""


class RebookingNotAllowed(ChangeNotAllowed):
    """It is cancelled, and the calendar does not allow to put it back."""


class InvalidCredentials(BookingError):
    """The email or the password is wrong; which of them is not told."""


class TooManyAttempts(BookingError):
    """Too many failed sign-ins for this account from this address; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("TooManyAttempts")
        self.wait = wait


class EmailTaken(BookingError):
    """There is an account with this email already."""
