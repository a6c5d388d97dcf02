"""Moving an appointment: the same picker, question and answer for its invitee and for its owner."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import config
from availability.month_view import Picker
from blueprints.responses import answer
from blueprints.slot_picker import picker_around, picker_from_query, reader_zone
from database import utcnow
from forms.booking import RescheduleForm
from models import Booking
from parsing.values import parse_instant
from scheduling.booking_queries import history
from scheduling.bookings import is_free
from scheduling.changes import Actor, change_deadline, reschedule, reschedule_error
from scheduling.errors import ChangeNotAllowed, RebookingNotAllowed, RescheduleLimitReached, SlotTaken


@dataclass(frozen=True)
class RescheduleContext:
    """One of the two who may move it: where they do, and the page that tells them why they can't."""

    actor: Actor
    path: str
    back: str
    layout: str
    refused: Callable[[Booking, type[ChangeNotAllowed]], ResponseReturnValue]


def choose(side: RescheduleContext) -> ResponseReturnValue:
    """Show the picker as if the appointment's time were free, or ask whether to move it to `start`."""
    booking = side.actor.find()
    now = utcnow()
    if refusal := reschedule_error(side.actor, booking, now, history(booking)):
        return side.refused(booking, refusal)
    if not request.args.keys() & {"start", "date", "month"}:
        return _picker(side, booking, picker_around(booking.calendar, booking.starts_at, moving=booking))
    if "start" not in request.args:
        return _picker(side, booking, picker_from_query(booking.calendar, moving=booking))
    start = parse_instant(request.args["start"])
    if start is None or not is_free(booking.calendar, start, now, moving=booking):
        return _picker(side, booking, picker_around(booking.calendar, start, moving=booking, gone=True), 409)
    zone = reader_zone(booking.calendar)
    return answer("move", booking=booking, start=start, zone=zone, layout=side.layout, path=side.path, back=side.back)


def move(side: RescheduleContext, keep_zone: bool = False) -> ResponseReturnValue:
    """Move the appointment; `keep_zone` where it is not the invitee who chose, so that theirs stays."""
    form = RescheduleForm()
    start = parse_instant(form.start.data)
    try:
        if form.validate():
            timezone = "" if keep_zone else form.timezone.data or ""
            reschedule(side.actor, start, timezone, notify=config.current().sends_mail)
            return redirect(side.back, code=303)
        booking = side.actor.find()
        if refusal := reschedule_error(side.actor, booking, utcnow(), history(booking)):
            return side.refused(booking, refusal)
        return _picker(side, booking, picker_from_query(booking.calendar, moving=booking), 422)
    except SlotTaken:
        booking = side.actor.find()
        return _picker(side, booking, picker_around(booking.calendar, start, moving=booking, gone=True), 409)
    except ChangeNotAllowed as refusal:
        return side.refused(side.actor.find(), type(refusal))


def refusal_words(refusal: type[ChangeNotAllowed], actor: Actor, booking: Booking) -> str:
    """Return why the appointment can't be changed, in a sentence."""
    if refusal is RescheduleLimitReached:
        return str(_("This appointment was moved as often as it can be."))
    if refusal is RebookingNotAllowed:
        return str(_("A cancelled appointment can’t be put back here."))
    if booking.starts_at <= utcnow() or change_deadline(actor, booking) == booking.starts_at:
        return str(_("This appointment has begun: it can’t be changed here any more."))
    return str(_("It is too close to its start: it can’t be changed here any more."))


def _picker(side: RescheduleContext, booking: Booking, picker: Picker, status: int = 200) -> ResponseReturnValue:
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
