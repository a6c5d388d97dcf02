"""Errors of booking, links and changes: slot taken, link used, change not allowed. `blueprints.errors` shows them."""

from models import Owner


class BookingError(Exception):
    """A request that can't be fulfilled; nothing was changed."""


class NotFound(BookingError):
    """It does not exist, or belongs to another owner."""


class LinkUnavailable(BookingError):
    """The link can't be used for booking (any more); `owner` has the name and contact to show."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(type(self).__name__)
        self.owner = owner.public_profile


class LinkUsed(LinkUnavailable):
    """The link was used for a booking."""


class LinkRevoked(LinkUnavailable):
    """The link was revoked by its owner."""


class LinkExpired(LinkUnavailable):
    """The link has expired."""


class CalendarClosed(LinkUnavailable):
    """The calendar is closed or archived."""


class LinkNotActive(BookingError):
    """Only an active link can be revoked or changed."""


class LinkNotRevoked(BookingError):
    """Only a revoked link can be made active again."""


class SlotTaken(BookingError):
    """The slot is not available (any more)."""


class ChangeNotAllowed(BookingError):
    """The appointment can't be changed in this way (any more)."""


class ChangeDeadlinePassed(ChangeNotAllowed):
    """The appointment has begun, or the calendar's deadline for changes has passed."""


class RescheduleLimitReached(ChangeNotAllowed):
    """The invitee has moved the appointment as often as the calendar allows."""


class RebookingNotAllowed(ChangeNotAllowed):
    """The appointment is cancelled, and the calendar does not allow rebooking."""


class TooManyChanges(ChangeNotAllowed):
    """The invitee has changed the appointment so often that they must wait."""


class ChangeLimitReached(ChangeNotAllowed):
    """The appointment was changed as often as any can be; its owner may still cancel it."""


class BookingErased(ChangeNotAllowed):
    """What was known of the invitee is erased."""


class NotErasable(BookingError):
    """The appointment is confirmed and not over: it has to be cancelled before its invitee's data can be erased."""
