"""Cancel, reschedule or rebook, by the invitee or the owner. Each is one transaction and one history entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from database import db, transaction, utcnow
from enums import BookingStatus, ChangeKind, MessageKind, Role
from models import Booking, Change
from scheduling.booking_queries import get_booking, history
from scheduling.bookings import get_booking_by_token, is_free, time_columns
from scheduling.calendar_entries import enqueue_entry
from scheduling.errors import (
    BookingErased,
    ChangeDeadlinePassed,
    ChangeLimitReached,
    ChangeNotAllowed,
    RebookingNotAllowed,
    RescheduleLimitReached,
    SlotTaken,
    TooManyChanges,
)
from scheduling.lookup import read_under_lock
from scheduling.notifications import enqueue_notifications

MAX_CHANGES = 20
"""Of one booking, by both sides together. Each is two mails, one to an address that somebody merely typed."""
MAX_INVITEE_CHANGES = 5
"""Of one booking by its invitee within HOUR."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class InviteeActor:
    """Has the manage link; is limited to the changes that the calendar allows invitees."""

    token: str
    role = Role.INVITEE

    def find(self) -> Booking:
        """Return the booking. Raises NotFound."""
        return get_booking_by_token(self.token)


@dataclass(frozen=True)
class OwnerActor:
    """Owns the calendar; may change an appointment until it begins."""

    owner_id: int
    booking_id: int
    role = Role.OWNER

    def find(self) -> Booking:
        """Return the booking. Raises NotFound."""
        return get_booking(self.owner_id, self.booking_id)


Actor = InviteeActor | OwnerActor


def cancel(actor: Actor, reason: str = "", *, notify: bool) -> Booking:
    """Cancel the booking, unless it is cancelled, and return it. With `notify` both sides get a mail.

    Raises NotFound, ChangeDeadlinePassed, TooManyChanges, ChangeLimitReached.
    """
    with transaction():
        return cancel_booking(actor, reason, utcnow(), notify=notify)


def cancel_booking(actor: Actor, reason: str, now: datetime, *, notify: bool) -> Booking:
    """Cancel the booking as `cancel` does, in the caller's transaction."""
    booking = read_under_lock(actor.find)
    if booking.is_confirmed:
        if refusal := cancel_error(actor, booking, now, history(booking)):
            raise refusal
        booking.status = BookingStatus.CANCELLED
        _record_change(actor, booking, now, ChangeKind.CANCELLED, booking.starts_at, None, reason, notify=notify)
    return booking


def reschedule(actor: Actor, start: datetime | None, timezone: str = "", *, notify: bool) -> Booking:
    """Move the booking to `start`, or rebook a cancelled one, and return it.

    The slot must be bookable, as if the old time were free. A repeated request changes nothing. `timezone` is the
    invitee's, '' to keep it. With `notify` both sides get a mail.
    Raises NotFound, BookingErased, ChangeDeadlinePassed, RescheduleLimitReached, RebookingNotAllowed, TooManyChanges,
    ChangeLimitReached, SlotTaken.
    """
    with transaction() as session:
        booking = read_under_lock(actor.find)
        if booking.is_confirmed and booking.starts_at == start:
            return booking
        now = utcnow()
        if refusal := reschedule_error(actor, booking, now, history(booking)):
            raise refusal
        if start is None or not is_free(booking.calendar, booking.rules, start, now, moving=booking):
            raise SlotTaken
        kind = ChangeKind.MOVED if booking.is_confirmed else ChangeKind.REBOOKED
        before = booking.starts_at
        booking.status = BookingStatus.CONFIRMED
        for name, value in time_columns(booking.rules, start).items():
            setattr(booking, name, value)
        booking.timezone = timezone or booking.timezone
        try:
            session.flush()
        except IntegrityError as error:
            raise SlotTaken from error
        _record_change(actor, booking, now, kind, before, start, notify=notify)
    return booking


def change_deadline(actor: Actor, booking: Booking) -> datetime:
    """Return the instant from which `actor` can't change the booking any more."""
    notice = booking.calendar.change_notice if isinstance(actor, InviteeActor) else 0
    return booking.starts_at - timedelta(minutes=notice)


def reschedules_left(actor: Actor, booking: Booking, changes: Sequence[Change]) -> int | None:
    """Return how often `actor` may still move or rebook the booking; None if there is no limit."""
    limit = booking.calendar.max_moves
    if limit is None or not isinstance(actor, InviteeActor):
        return None
    return max(
        0, limit - sum(change.actor is actor.role and change.kind is not ChangeKind.CANCELLED for change in changes)
    )


def wait_until(actor: Actor, changes: Sequence[Change], now: datetime) -> datetime | None:
    """Return when `actor` can change a booking again, given its changes; None if they need not wait."""
    own = [change.created_at for change in changes if change.actor is actor.role and change.created_at > now - HOUR]
    if isinstance(actor, OwnerActor) or len(own) < MAX_INVITEE_CHANGES:
        return None
    return sorted(own)[-MAX_INVITEE_CHANGES] + HOUR


def cancel_error(
    actor: Actor, booking: Booking, now: datetime, changes: Sequence[Change]
) -> type[ChangeNotAllowed] | None:
    """Return why `actor` can't cancel the booking at `now`; None if it is allowed."""
    if change_deadline(actor, booking) <= now:
        return ChangeDeadlinePassed
    return _limit_error(actor, changes, now) if isinstance(actor, InviteeActor) else None


def reschedule_error(
    actor: Actor, booking: Booking, now: datetime, changes: Sequence[Change]
) -> type[ChangeNotAllowed] | None:
    """Return why `actor` can't move or rebook the booking at `now`; None if it is allowed."""
    if booking.is_erased:
        return BookingErased
    if change_deadline(actor, booking) <= now:
        return ChangeDeadlinePassed
    if isinstance(actor, InviteeActor) and not booking.is_confirmed and not booking.calendar.allow_rebooking:
        return RebookingNotAllowed
    if reschedules_left(actor, booking, changes) == 0:
        return RescheduleLimitReached
    return _limit_error(actor, changes, now)


def _limit_error(actor: Actor, changes: Sequence[Change], now: datetime) -> type[ChangeNotAllowed] | None:
    if len(changes) >= MAX_CHANGES:
        return ChangeLimitReached
    return TooManyChanges if wait_until(actor, changes, now) else None


def _record_change(
    actor: Actor,
    booking: Booking,
    now: datetime,
    kind: ChangeKind,
    before: datetime,
    after: datetime | None,
    reason: str = "",
    *,
    notify: bool,
) -> None:
    """Add the change to the history, and notify both sides."""
    booking.sequence += 1
    booking.changed_at = now
    change = Change(
        owner_id=booking.owner_id,
        booking_id=booking.id,
        created_at=now,
        kind=kind,
        actor=actor.role,
        start_before=before,
        start_after=after,
        reason=reason,
    )
    db.session.add(change)
    db.session.flush()
    enqueue_entry(db.session.connection(), booking, now)
    if notify:
        enqueue_notifications(db.session.connection(), booking, MessageKind(kind), now, change)
