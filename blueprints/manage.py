"""The manage link: an appointment's own address, for its invitee."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from addresses import manage_address
from blueprints import moving
from blueprints.answers import answer
from clock import utcnow
from database import db
from forms import CancelForm
from messages import ical
from messages.add_links import add_links
from models import Booking
from scheduling import changes
from scheduling.appointments import history
from scheduling.bookings import find_managed
from scheduling.changes import ByInvitee
from scheduling.refusals import CanNotChange

bp = Blueprint("manage", __name__)


@bp.get("/booking/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the appointment as it is now."""
    return _page(find_managed(db.session(), token), token)


@bp.get("/booking/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Give the appointment as iCalendar, to be added to the invitee's calendar."""
    booking = find_managed(db.session(), token)
    entry = ical.invitees_entry(booking, manage_address(token))
    file = Response(ical.file(entry), mimetype="text/calendar")
    file.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return file


@bp.post("/booking/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the appointment."""
    form = CancelForm()
    if not form.validate():
        return _page(find_managed(db.session(), token), token, 422, form=form)
    try:
        changes.cancel(ByInvitee(token), form.reason.data)
    except CanNotChange as refusal:
        return _page(find_managed(db.session(), token), token, 409, type(refusal))
    return redirect(url_for("manage.show", token=token), code=303)


@bp.get("/booking/<token>/reschedule")
def choose(token: str) -> ResponseReturnValue:
    """Show the picker, or ask whether to move the appointment."""
    return moving.choose(_side(token))


@bp.post("/booking/<token>/reschedule")
def reschedule(token: str) -> ResponseReturnValue:
    """Move the appointment."""
    return moving.move(_side(token))


def _side(token: str) -> moving.Side:
    return moving.Side(
        who=ByInvitee(token),
        path=url_for("manage.choose", token=token),
        back=url_for("manage.show", token=token),
        layout="invitee_page.html",
        refused=lambda booking, refusal: _page(booking, token, 409, refusal),
    )


def _page(
    booking: Booking,
    token: str,
    status: int = 200,
    refusal: type[CanNotChange] | None = None,
    form: CancelForm | None = None,
) -> ResponseReturnValue:
    who, now, made = ByInvitee(token), utcnow(), history(db.session(), booking)
    return answer(
        "booking",
        status,
        booking=booking,
        token=token,
        address=manage_address(token),
        add_links=add_links(ical.invitees_entry(booking, manage_address(token))),
        zone=ZoneInfo(booking.timezone),
        last=made[-1] if made else None,
        cancellable=booking.is_confirmed and not changes.why_not_cancel(who, booking, now),
        movable=not changes.why_not_move(who, booking, now, made) and booking.calendar.takes_bookings,
        until=changes.changeable_until(who, booking),
        moves_left=changes.moves_left(who, booking, made),
        refusal=refusal and moving.refusal_words(refusal, who, booking),
        form=form or CancelForm(formdata=None),
    )
