"""The owner's appointments: listed and searched, and each with what can be done about it."""

from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import reschedule_pages
from blueprints.owner.share_dialog import create_and_share
from config import current
from database import LARGEST_ID, utcnow
from forms.booking import CancelForm
from i18n.formatting import utc_text
from models import Booking
from notifications.undelivered import for_booking
from parsing.values import parse_instant, parse_positive_int
from public_urls import manage_address, manage_token
from scheduling import changes
from scheduling.booking_queries import BookingFilter, Cursor, appointments, get_booking, history
from scheduling.changes import OwnerActor
from scheduling.errors import ChangeNotAllowed

bp = Blueprint("bookings", __name__, url_prefix="/bookings")

PAGE_SIZE = 50
MAX_SEARCH = 200


@bp.get("")
def index() -> ResponseReturnValue:
    """List the appointments by the owner's days: coming, past or cancelled ones, or all that a search finds."""
    words = request.args.get("q", "").strip()[:MAX_SEARCH]
    shown = request.args.get("show", "")
    which = (
        BookingFilter.ALL if words else BookingFilter(shown) if shown in ("past", "cancelled") else BookingFilter.COMING
    )
    after = _read_cursor(request.args.get("after", ""))
    now, zone = utcnow(), ZoneInfo(g.owner.timezone)
    found = appointments(g.owner.id, which, now, PAGE_SIZE + 1, after, words)
    days = groupby(found[:PAGE_SIZE], key=lambda booking: booking.starts_at.astimezone(zone).date())
    return render_template(
        "bookings.html",
        which=str(which),
        words=words,
        begins=after is None,
        more=_write_cursor(found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else None,
        days=[(day, list(group)) for day, group in days],
        today=now.astimezone(zone).date(),
        now=now,
        zone=zone,
    )


@bp.get("/<id:booking_id>")
def show(booking_id: int) -> ResponseReturnValue:
    """Show one appointment with its history."""
    return _page(get_booking(g.owner.id, booking_id))


@bp.post("/<id:booking_id>/cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """Cancel the appointment."""
    form = CancelForm()
    if not form.validate():
        return _page(get_booking(g.owner.id, booking_id), 422, form=form)
    try:
        changes.cancel(OwnerActor(g.owner.id, booking_id), form.reason.data, notify=current().sends_mail)
    except ChangeNotAllowed as refusal:
        return _page(get_booking(g.owner.id, booking_id), 409, type(refusal))
    said = _("A mail tells them.") if current().sends_mail else _("No mail is sent: tell them yourself.")
    flash(_("The appointment was cancelled.") + " " + said)
    return redirect(url_for("owner.bookings.show", booking_id=booking_id), code=303)


@bp.get("/<id:booking_id>/reschedule")
def choose(booking_id: int) -> ResponseReturnValue:
    """Show the picker, or ask whether to move the appointment."""
    return reschedule_pages.choose(_context(booking_id))


@bp.post("/<id:booking_id>/reschedule")
def reschedule(booking_id: int) -> ResponseReturnValue:
    """Move the appointment for its invitee, whose own time zone stays."""
    return reschedule_pages.move(_context(booking_id), keep_zone=True)


@bp.post("/<id:booking_id>/links")
def new_link(booking_id: int) -> ResponseReturnValue:
    """Make a new link for the same person, in the same calendar."""
    booking = get_booking(g.owner.id, booking_id)
    return create_and_share(booking.calendar_id, label=booking.name)


def _context(booking_id: int) -> reschedule_pages.RescheduleContext:
    return reschedule_pages.RescheduleContext(
        actor=OwnerActor(g.owner.id, booking_id),
        path=url_for("owner.bookings.choose", booking_id=booking_id),
        back=url_for("owner.bookings.show", booking_id=booking_id),
        layout="owner_page.html",
        refused=lambda booking, refusal: _page(booking, 409, refusal),
    )


def _page(
    booking: Booking, status: int = 200, refusal: type[ChangeNotAllowed] | None = None, form: CancelForm | None = None
) -> ResponseReturnValue:
    actor, now, made = OwnerActor(g.owner.id, booking.id), utcnow(), history(booking)
    token = manage_token(booking)
    page = render_template(
        "appointment.html",
        booking=booking,
        history=made,
        messages=for_booking(booking),
        zone=ZoneInfo(g.owner.timezone),
        cancellable=booking.is_confirmed and not changes.cancel_error(actor, booking, now),
        movable=not changes.reschedule_error(actor, booking, now, made) and booking.calendar.takes_bookings,
        ended=booking.ends_at <= now,
        address=token and manage_address(token),
        refusal=refusal and reschedule_pages.refusal_words(refusal, actor, booking),
        form=form or CancelForm(formdata=None),
    )
    return page, status


def _read_cursor(text: str) -> Cursor | None:
    start, _sign, number = text.partition("~")
    at, last_id = parse_instant(start), parse_positive_int(number, LARGEST_ID)
    return Cursor(at, last_id) if at and last_id else None


def _write_cursor(booking: Booking) -> str:
    return f"{utc_text(booking.starts_at)}~{booking.id}"
