"""The manage link: an appointment's own address, for its invitee."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

import config
from blueprints import reschedule_pages
from blueprints.responses import answer
from database import utcnow
from forms.booking import CancelForm
from integrations import ical
from integrations.add_to_calendar import add_to_calendar_links
from models import Booking
from public_urls import manage_address
from scheduling import changes
from scheduling.booking_queries import history
from scheduling.bookings import get_booking_by_token
from scheduling.changes import InviteeActor
from scheduling.errors import ChangeNotAllowed

bp = Blueprint("manage", __name__)


@bp.get("/booking/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the appointment as it is now."""
    return _page(get_booking_by_token(token), token)


@bp.get("/booking/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Give the appointment as iCalendar, to be added to the invitee's calendar."""
    booking = get_booking_by_token(token)
    event = ical.invitee_event(booking, manage_address(token))
    file = Response(ical.file(event), mimetype="text/calendar")
    file.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return file


@bp.post("/booking/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """Cancel the appointment."""
    form = CancelForm()
    if not form.validate():
        return _page(get_booking_by_token(token), token, 422, form=form)
    try:
        changes.cancel(InviteeActor(token), form.reason.data, notify=config.current().sends_mail)
    except ChangeNotAllowed as refusal:
        return _page(get_booking_by_token(token), token, 409, type(refusal))
    return redirect(url_for("invitee.manage.show", token=token), code=303)


@bp.get("/booking/<token>/reschedule")
def choose(token: str) -> ResponseReturnValue:
    """Show the picker, or ask whether to move the appointment."""
    return reschedule_pages.choose(_context(token))


@bp.post("/booking/<token>/reschedule")
def reschedule(token: str) -> ResponseReturnValue:
    """Move the appointment."""
    return reschedule_pages.move(_context(token))


def _context(token: str) -> reschedule_pages.RescheduleContext:
    return reschedule_pages.RescheduleContext(
        actor=InviteeActor(token),
        path=url_for("invitee.manage.choose", token=token),
        back=url_for("invitee.manage.show", token=token),
        layout="invitee_page.html",
        refused=lambda booking, refusal: _page(booking, token, 409, refusal),
    )


def _page(
    booking: Booking,
    token: str,
    status: int = 200,
    refusal: type[ChangeNotAllowed] | None = None,
    form: CancelForm | None = None,
) -> ResponseReturnValue:
    actor, now, made = InviteeActor(token), utcnow(), history(booking)
    return answer(
        "booking",
        status,
        booking=booking,
        token=token,
        address=manage_address(token),
        add_to_calendar_links=add_to_calendar_links(ical.invitee_event(booking, manage_address(token))),
        zone=ZoneInfo(booking.timezone),
        last=made[-1] if made else None,
        cancellable=booking.is_confirmed and not changes.cancel_error(actor, booking, now),
        movable=not changes.reschedule_error(actor, booking, now, made) and booking.calendar.takes_bookings,
        until=changes.change_deadline(actor, booking),
        reschedules_left=changes.reschedules_left(actor, booking, made),
        refusal=refusal and reschedule_pages.refusal_words(refusal, actor, booking),
        form=form or CancelForm(formdata=None),
    )
