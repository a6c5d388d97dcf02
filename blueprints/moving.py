"""Moving an appointment: the same picker, question and answer for its invitee and for its owner."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from availability.month_view import Picker
from blueprints.answers import answer
from blueprints.picking import asked_for, instead_of, reader_zone
from clock import utcnow
from database import db
from forms import MoveForm
from models import Booking
from reading import read_instant
from scheduling.appointments import history
from scheduling.bookings import is_free
from scheduling.changes import Who, changeable_until, reschedule, why_not_move
from scheduling.refusals import CanNotChange, MovedEnough, SlotTaken, StaysCancelled


@dataclass(frozen=True)
class Side:
    """One of the two who may move it: where they do, and the page that tells them why they can't."""

    who: Who
    path: str
    back: str
    layout: str
    refused: Callable[[Booking, type[CanNotChange]], ResponseReturnValue]


def choose(side: Side) -> ResponseReturnValue:
    """Show the picker as if the appointment's time were free, or ask whether to move it to `start`."""
    booking = side.who.find(db.session())
    now = utcnow()
    if refusal := why_not_move(side.who, booking, now, history(db.session(), booking)):
        return side.refused(booking, refusal)
    if not request.args.keys() & {"start", "date", "month"}:
        return _picker(side, booking, instead_of(booking.calendar, booking.starts_at, moving=booking))
    if "start" not in request.args:
        return _picker(side, booking, asked_for(booking.calendar, moving=booking))
    start = read_instant(request.args["start"])
    if start is None or not is_free(db.session(), booking.calendar, start, now, moving=booking):
        return _picker(side, booking, instead_of(booking.calendar, start, moving=booking, gone=True), 409)
    zone = reader_zone(booking.calendar)
    return answer("move", booking=booking, start=start, zone=zone, layout=side.layout, path=side.path, back=side.back)


def move(side: Side, keep_zone: bool = False) -> ResponseReturnValue:
    """Move the appointment; `keep_zone` where it is not the invitee who chose, so that theirs stays."""
    form = MoveForm()
    start = read_instant(form.start.data)
    try:
        if form.validate():
            reschedule(side.who, start, "" if keep_zone else form.timezone.data or "")
            return redirect(side.back, code=303)
        booking = side.who.find(db.session())
        if refusal := why_not_move(side.who, booking, utcnow(), history(db.session(), booking)):
            return side.refused(booking, refusal)
        return _picker(side, booking, asked_for(booking.calendar, moving=booking), 422)
    except SlotTaken:
        booking = side.who.find(db.session())
        return _picker(side, booking, instead_of(booking.calendar, start, moving=booking, gone=True), 409)
    except CanNotChange as refusal:
        return side.refused(side.who.find(db.session()), type(refusal))


def refusal_words(refusal: type[CanNotChange], who: Who, booking: Booking) -> str:
    """Return why the appointment can't be changed, in a sentence."""
    if refusal is MovedEnough:
        return str(_("This appointment was moved as often as it can be."))
    if refusal is StaysCancelled:
        return str(_("A cancelled appointment can’t be put back here."))
    if booking.starts_at <= utcnow() or changeable_until(who, booking) == booking.starts_at:
        return str(_("This appointment has begun: it can’t be changed here any more."))
    return str(_("It is too close to its start: it can’t be changed here any more."))


def _picker(side: Side, booking: Booking, picker: Picker, status: int = 200) -> ResponseReturnValue:
    return answer(
        "picker",
        status,
        calendar=booking.calendar,
        picker=picker,
        layout=side.layout,
        path=side.path,
        moving=booking,
        back=side.back,
        asks_zone="zones" in request.args,
        taken=status == 409,
        choose_first=status == 422,
    )
