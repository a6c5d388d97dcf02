"""The owner's appointments: listed and searched, and each with what can be done about it."""

from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from addresses import manage_address, manage_token
from blueprints import moving
from blueprints.owner_only import require_owner
from blueprints.sharing import mint_and_share
from clock import utcnow
from config import current
from database import LARGEST_ID, db
from forms import CancelForm
from messages.unsent import told
from models import Booking
from reading import read_instant, read_number
from scheduling import changes
from scheduling.appointments import Place, Which, appointments, history, own_booking
from scheduling.changes import ByOwner
from scheduling.refusals import CanNotChange
from wording import utc_text

bp = Blueprint("bookings", __name__, url_prefix="/bookings")
bp.before_request(require_owner)

A_PAGE = 50
LONGEST_SEARCH = 200


@bp.get("")
def index() -> ResponseReturnValue:
    """List the appointments by the owner's days: coming, past or cancelled ones, or all that a search finds."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    shown = request.args.get("show", "")
    which = Which.ALL if words else Which(shown) if shown in ("past", "cancelled") else Which.COMING
    after = _read_place(request.args.get("after", ""))
    now, zone = utcnow(), ZoneInfo(g.owner.timezone)
    found = appointments(g.owner.id, which, now, A_PAGE + 1, after, words)
    days = groupby(found[:A_PAGE], key=lambda booking: booking.starts_at.astimezone(zone).date())
    return render_template(
        "bookings.html",
        which=str(which),
        words=words,
        begins=after is None,
        more=_write_place(found[A_PAGE - 1]) if len(found) > A_PAGE else None,
        days=[(day, list(group)) for day, group in days],
        today=now.astimezone(zone).date(),
        now=now,
        zone=zone,
    )


@bp.get("/<id:booking_id>")
def show(booking_id: int) -> ResponseReturnValue:
    """Show one appointment with its history."""
    return _page(own_booking(db.session(), g.owner.id, booking_id))


@bp.post("/<id:booking_id>/cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """Cancel the appointment."""
    form = CancelForm()
    if not form.validate():
        return _page(own_booking(db.session(), g.owner.id, booking_id), 422, form=form)
    try:
        changes.cancel(ByOwner(g.owner.id, booking_id), form.reason.data)
    except CanNotChange as refusal:
        return _page(own_booking(db.session(), g.owner.id, booking_id), 409, type(refusal))
    said = _("A mail tells them.") if current().mail else _("No mail is sent: tell them yourself.")
    flash(_("The appointment was cancelled.") + " " + said)
    return redirect(url_for("bookings.show", booking_id=booking_id), code=303)


@bp.get("/<id:booking_id>/reschedule")
def choose(booking_id: int) -> ResponseReturnValue:
    """Show the picker, or ask whether to move the appointment."""
    return moving.choose(_side(booking_id))


@bp.post("/<id:booking_id>/reschedule")
def reschedule(booking_id: int) -> ResponseReturnValue:
    """Move the appointment for its invitee, whose own time zone stays."""
    return moving.move(_side(booking_id), keep_zone=True)


@bp.post("/<id:booking_id>/links")
def mint(booking_id: int) -> ResponseReturnValue:
    """Make a new link for the same person, in the same calendar."""
    booking = own_booking(db.session(), g.owner.id, booking_id)
    return mint_and_share(booking.calendar_id, label=booking.name)


def _side(booking_id: int) -> moving.Side:
    return moving.Side(
        who=ByOwner(g.owner.id, booking_id),
        path=url_for("bookings.choose", booking_id=booking_id),
        back=url_for("bookings.show", booking_id=booking_id),
        layout="owner_page.html",
        refused=lambda booking, refusal: _page(booking, 409, refusal),
    )


def _page(
    booking: Booking, status: int = 200, refusal: type[CanNotChange] | None = None, form: CancelForm | None = None
) -> ResponseReturnValue:
    who, now, made = ByOwner(g.owner.id, booking.id), utcnow(), history(db.session(), booking)
    token = manage_token(booking)
    page = render_template(
        "appointment.html",
        booking=booking,
        history=made,
        told=told(booking),
        zone=ZoneInfo(g.owner.timezone),
        cancellable=booking.is_confirmed and not changes.why_not_cancel(who, booking, now),
        movable=not changes.why_not_move(who, booking, now, made) and booking.calendar.takes_bookings,
        ended=booking.ends_at <= now,
        address=token and manage_address(token),
        refusal=refusal and moving.refusal_words(refusal, who, booking),
        form=form or CancelForm(formdata=None),
    )
    return page, status


def _read_place(text: str) -> Place | None:
    start, _sign, number = text.partition("~")
    at, last_id = read_instant(start), read_number(number, LARGEST_ID)
    return Place(at, last_id) if at and last_id else None


def _write_place(booking: Booking) -> str:
    return f"{utc_text(booking.starts_at)}~{booking.id}"
