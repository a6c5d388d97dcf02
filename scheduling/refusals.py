"""Why something can't be done, in the field's words. Each is mapped to a page in one place."""

from models import Owner


class Refusal(Exception):
    """Something that was asked for and can't be done; nothing was changed."""


class Unknown(Refusal):
    """There is no such thing, or not for whoever asks."""


class LinkSpent(Refusal):
    """The link can't be booked with (any more). Carries whom to contact, and how."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(type(self).__name__)
        self.owner = owner.front


class LinkUsed(LinkSpent):
    """Somebody has booked with it."""


class LinkRevoked(LinkSpent):
    """Its owner took it back."""


class LinkExpired(LinkSpent):
    """Its time is over."""


class CalendarClosed(LinkSpent):
    """Its calendar takes no bookings, for now or for good."""


class LinkNotActive(Refusal):
    """Only an active link can be revoked."""


class SlotTaken(Refusal):
    """The slot is not, or no longer, offered; another may be."""


class CanNotChange(Refusal):
    """The appointment can't be changed in this way (any more)."""


class TooLate(CanNotChange):
    """It has begun, or the time until which its calendar allows changes is over."""


class MovedEnough(CanNotChange):
    """Its invitee has moved it as often as the calendar allows."""


class StaysCancelled(CanNotChange):
    """It is cancelled, and the calendar does not allow to put it back."""


class SignInRefused(Refusal):
    """The email or the password is wrong; which of them is not told."""


class TooManyAttempts(Refusal):
    """Too many failed sign-ins for this account from this address; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("TooManyAttempts")
        self.wait = wait


class EmailTaken(Refusal):
    """There is an account with this email already."""
