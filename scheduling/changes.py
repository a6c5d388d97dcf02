"""Cancel, reschedule, put back: by the invitee or by the owner. Each is one transaction and one line of history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clock import utcnow
from database import lock_owner, writing
from models import Booking, Change
from scheduling.appointments import history, own_booking
from scheduling.bookings import find_managed, is_free, place
from scheduling.notices import tell
from scheduling.refusals import CanNotChange, MovedEnough, SlotTaken, StaysCancelled, TooLate


@dataclass(frozen=True)
class ByInvitee:
    """Who has the manage link, and is held to what the calendar allows its invitees."""

    token: str
    name = "invitee"

    def find(self, session: Session) -> Booking:
        """Return the booking. Raises Unknown."""
        return find_managed(session, self.token)


@dataclass(frozen=True)
class ByOwner:
    """Whose calendar it is; may change what has not begun."""

    owner_id: int
    booking_id: int
    name = "owner"

    def find(self, session: Session) -> Booking:
        """Return the booking. Raises Unknown."""
        return own_booking(session, self.owner_id, self.booking_id)


Who = ByInvitee | ByOwner


def cancel(who: Who, reason: str = "") -> Booking:
    """Return the booking, cancelled; a cancelled one as it is. Raises Unknown, TooLate."""
    with writing() as session:
        booking = _find_alone(session, who)
        if booking.is_confirmed:
            now = utcnow()
            if refusal := why_not_cancel(who, booking, now):
                raise refusal
            booking.status = "cancelled"
            _note(session, who, booking, now, "cancelled", booking.starts_at, None, reason)
    return booking


def reschedule(who: Who, start: datetime | None, timezone: str = "") -> Booking:
    """Return the booking at its new time; a cancelled one takes place again.

    The rule is the one for a new booking, as if the old time were free. Sent twice, it moves once.
    Raises Unknown, TooLate, MovedEnough, StaysCancelled, SlotTaken.
    """
    with writing() as session:
        booking = _find_alone(session, who)
        if booking.is_confirmed and booking.starts_at == start:
            return booking
        now = utcnow()
        if refusal := why_not_move(who, booking, now, history(session, booking)):
            raise refusal
        if start is None or not is_free(session, booking.calendar, start, now, moving=booking):
            raise SlotTaken
        what, before = "moved" if booking.is_confirmed else "put back", booking.starts_at
        booking.status = "confirmed"
        place(booking, booking.calendar, start)
        booking.timezone = timezone or booking.timezone
        try:
            session.flush()
        except IntegrityError as error:
            raise SlotTaken from error
        _note(session, who, booking, now, what, before, start)
    return booking


def changeable_until(who: Who, booking: Booking) -> datetime:
    """Return the instant from which the booking can't be changed any more by `who`."""
    notice = booking.calendar.change_notice if isinstance(who, ByInvitee) else 0
    return booking.starts_at - timedelta(minutes=notice)


def moves_left(who: Who, booking: Booking, changes: Sequence[Change]) -> int | None:
    """Return how often `who` may still move the booking, or put it back; None if as often as they like."""
    most = booking.calendar.max_moves
    if most is None or not isinstance(who, ByInvitee):
        return None
    return max(0, most - sum(change.who == who.name and change.what != "cancelled" for change in changes))


def why_not_cancel(who: Who, booking: Booking, now: datetime) -> type[CanNotChange] | None:
    """Return how `who` would be refused to cancel the booking at `now`, None if not at all."""
    return TooLate if changeable_until(who, booking) <= now else None


def why_not_move(who: Who, booking: Booking, now: datetime, changes: Sequence[Change]) -> type[CanNotChange] | None:
    """Return how `who` would be refused to move the booking, or to put it back, at `now`; None if not at all."""
    if changeable_until(who, booking) <= now:
        return TooLate
    if isinstance(who, ByInvitee) and not booking.is_confirmed and not booking.calendar.puts_back:
        return StaysCancelled
    return MovedEnough if moves_left(who, booking, changes) == 0 else None


def _find_alone(session: Session, who: Who) -> Booking:
    booking = who.find(session)
    return who.find(session) if lock_owner(session, booking.owner_id) else booking


def _note(
    session: Session,
    who: Who,
    booking: Booking,
    now: datetime,
    what: str,
    before: datetime,
    after: datetime | None,
    reason: str = "",
) -> None:
    """Write the change into the history, and let both know."""
    booking.sequence += 1
    booking.changed_at = now
    change = Change(
        owner_id=booking.owner_id,
        booking_id=booking.id,
        at=now,
        what=what,
        who=who.name,
        start_before=before,
        start_after=after,
        reason=reason,
    )
    session.add(change)
    session.flush()
    tell(session, booking, what, now, change)
