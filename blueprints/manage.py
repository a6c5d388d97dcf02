"""The manage link: an appointment's own address, for its invitee."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from addresses import manage_address
from blueprints.answers import answer
from blueprints.picking import asked_for, instead_of, reader_zone
from clock import utcnow
from database import db
from forms import MoveForm
from messages.ical import appointment
from models import Booking
from reading import read_instant
from scheduling import bookings
from scheduling.bookings import find_managed, is_free, require_ahead
from scheduling.picker import Picker
from scheduling.refusals import SlotTaken, TooLate

bp = Blueprint("manage", __name__)


@bp.get("/booking/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the appointment."""
    return _page(find_managed(db.session(), token), token)


@bp.get("/booking/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Give the appointment as iCalendar, to be added to the invitee's calendar."""
    booking = find_managed(db.session(), token)
    file = Response(appointment(booking, manage_address(token)), mimetype="text/calendar")
    file.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return file


@bp.post("/booking/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the appointment."""
    try:
        bookings.cancel(token)
    except TooLate:
        return _page(find_managed(db.session(), token), token, 409)
    return redirect(url_for("manage.show", token=token), code=303)


@bp.get("/booking/<token>/reschedule")
def choose(token: str) -> ResponseReturnValue:
    """Show the picker as if the appointment's time were free, or ask whether to move it to `start`."""
    booking = find_managed(db.session(), token)
    now = utcnow()
    try:
        require_ahead(booking, now)
    except TooLate:
        return _page(booking, token, 409)
    if not request.args.keys() & {"start", "date", "month"}:
        return _picker(booking, token, instead_of(booking.calendar, booking.starts_at, moving=booking))
    if "start" not in request.args:
        return _picker(booking, token, asked_for(booking.calendar, moving=booking))
    start = read_instant(request.args["start"])
    if start is None or not is_free(db.session(), booking.calendar, start, now, moving=booking):
        return _picker(booking, token, instead_of(booking.calendar, start, moving=booking), 409)
    return answer(
        "move",
        booking=booking,
        start=start,
        zone=reader_zone(booking.calendar),
        path=url_for("manage.choose", token=token),
        back=url_for("manage.show", token=token),
    )


@bp.post("/booking/<token>/reschedule")
def reschedule(token: str) -> ResponseReturnValue:
    """Move the appointment."""
    form = MoveForm()
    start = read_instant(form.start.data)
    if not form.validate():
        booking = find_managed(db.session(), token)
        if booking.starts_at <= utcnow():
            return _page(booking, token, 409)
        return _picker(booking, token, asked_for(booking.calendar, moving=booking), 422)
    try:
        bookings.reschedule(token, start, form.timezone.data or "")
    except SlotTaken:
        booking = find_managed(db.session(), token)
        return _picker(booking, token, instead_of(booking.calendar, start, moving=booking), 409)
    except TooLate:
        return _page(find_managed(db.session(), token), token, 409)
    return redirect(url_for("manage.show", token=token), code=303)


def _page(booking: Booking, token: str, status: int = 200) -> ResponseReturnValue:
    return answer(
        "booking",
        status,
        booking=booking,
        token=token,
        address=manage_address(token),
        zone=ZoneInfo(booking.timezone),
        ahead=booking.starts_at > utcnow(),
        too_late=status == 409,
    )


def _picker(booking: Booking, token: str, picker: Picker, status: int = 200) -> ResponseReturnValue:
    return answer(
        "picker",
        status,
        calendar=booking.calendar,
        picker=picker,
        path=url_for("manage.choose", token=token),
        moving=booking,
        back=url_for("manage.show", token=token),
        taken=status == 409,
        choose_first=status == 422,
    )
