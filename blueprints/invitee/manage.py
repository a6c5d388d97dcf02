"""The manage link: an appointment's own address, for its invitee."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

import config
import tokens
from accounts.erasure_requests import ask_for_erasing
from blueprints import reschedule_pages
from blueprints.responses import render_page
from blueprints.view_models import ChangeView
from database import utcnow
from forms.booking import CancelForm, CorrectionForm
from integrations import ical
from integrations.add_to_calendar import add_to_calendar_links
from models import Booking
from parsing.email_slips import likely_meant
from public_urls import manage_address
from scheduling import changes
from scheduling.booking_data import booking_data
from scheduling.booking_queries import history
from scheduling.bookings import get_booking_by_token
from scheduling.changes import InviteeActor
from scheduling.email_corrections import correct_email
from scheduling.errors import ChangeNotAllowed

ASKS_FOR = timedelta(hours=1)
"""After the booking: for so long the page asks whether a likely slip in the email is one."""

bp = Blueprint("manage", __name__)


@bp.before_request
def require_booking() -> None:
    """Answer 404 to a form for an unknown appointment before the form is parsed."""
    if request.method == "POST":
        get_booking_by_token((request.view_args or {})["token"])


@bp.get("/booking/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the appointment as it is now."""
    return _page(get_booking_by_token(token), token)


@bp.get("/booking/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Return the appointment as an iCalendar file, to be added to the invitee's calendar."""
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
        return _refused(get_booking_by_token(token), token, type(refusal), form)
    return redirect(url_for("invitee.manage.show", token=token), code=303)


@bp.get("/booking/<token>/data.json")
def data(token: str) -> ResponseReturnValue:
    """Return all that is kept of the invitee in this booking, as a JSON file."""
    file = Response(json.dumps(booking_data(get_booking_by_token(token)), ensure_ascii=False, indent=2) + "\n")
    file.mimetype = "application/json"
    file.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return file


@bp.post("/booking/<token>/email")
def email(token: str) -> ResponseReturnValue:
    """Correct the email; the confirmation goes out anew."""
    form = CorrectionForm()
    if not form.validate():
        return _page(get_booking_by_token(token), token, 422, correction=form)
    try:
        correct_email(InviteeActor(token), form.email.data, notify=config.current().sends_mail)
    except ChangeNotAllowed as refusal:
        return _page(get_booking_by_token(token), token, 409, type(refusal), correction=form)
    return redirect(url_for("invitee.manage.show", token=token), code=303)


@bp.post("/booking/<token>/erasure")
def erasure(token: str) -> ResponseReturnValue:
    """Ask the owner to erase the invitee's details."""
    ask_for_erasing(token)
    return redirect(url_for("invitee.manage.show", token=token), code=303)


@bp.get("/booking/<token>/reschedule")
def choose(token: str) -> ResponseReturnValue:
    """Show the picker, or ask for confirmation of the new time."""
    return reschedule_pages.choose(_context(token))


@bp.post("/booking/<token>/reschedule")
def reschedule(token: str) -> ResponseReturnValue:
    """Move the appointment."""
    return reschedule_pages.move(_context(token))


def _context(token: str) -> reschedule_pages.RescheduleContext:
    return reschedule_pages.RescheduleContext(
        actor=InviteeActor(token),
        back=url_for("invitee.manage.show", token=token),
        refused=lambda booking, refusal: _refused(booking, token, refusal),
    )


def _refused(
    booking: Booking, token: str, refusal: type[ChangeNotAllowed], form: CancelForm | None = None
) -> ResponseReturnValue:
    page = _page(booking, token, 409, refusal, form)
    return reschedule_pages.refused_page(page, refusal, InviteeActor(token), booking)


def _page(
    booking: Booking,
    token: str,
    status: int = 200,
    refusal: type[ChangeNotAllowed] | None = None,
    form: CancelForm | None = None,
    correction: CorrectionForm | None = None,
) -> ResponseReturnValue:
    actor, changes_made, calendar = InviteeActor(token), history(booking), booking.calendar
    last = changes_made[-1] if changes_made else None
    address = manage_address(token)
    return render_page(
        "booking.html",
        status,
        **reschedule_pages.booking_context(actor, booking, changes_made, refusal, form, correction),
        meant=likely_meant(booking.email) if booking.created_at > utcnow() - ASKS_FOR else None,
        token=token,
        address=address,
        kept_booking=booking.request_hash and tokens.storage_name(booking.request_hash),
        add_to_calendar_links=add_to_calendar_links(ical.invitee_event(booking, None)),  # they need not know the key
        zone=ZoneInfo(booking.timezone),
        calendar_zone=ZoneInfo(calendar.timezone),
        last_change=last and ChangeView.of(last),
        change_deadline=changes.change_deadline(actor, booking) if calendar.change_notice else None,
        reschedules_left=changes.reschedules_left(actor, booking, changes_made),
    )
