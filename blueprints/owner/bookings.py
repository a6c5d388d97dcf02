"""The owner's appointments: the list, the search, and the page of each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from availability.slots import BusyTimes
from availability.wall_week import week_bounds
from blueprints import reschedule_pages
from blueprints.owner.share_dialog import create_and_share
from blueprints.responses import PAGE_SIZE, page_of, render_page, url_pattern
from blueprints.view_models import AppointmentRow, ChangeView, MessageView
from blueprints.week_view import clamped, first_of_week, week_view
from config import current
from database import LARGEST_ID, utcnow
from forms.booking import CancelForm, CorrectionForm
from i18n.formatting import first_weekday, utc_text
from i18n.texts import gettext as _
from models import Booking
from notifications.undelivered import for_booking
from parsing.values import parse_date, parse_instant, parse_positive_int
from public_urls import link_address, manage_address, manage_token
from scheduling import changes
from scheduling.booking_queries import (
    Appointment,
    BookingFilter,
    Cursor,
    appointments,
    appointments_between,
    get_booking,
    history,
)
from scheduling.busy_times import Busy, busy_between
from scheduling.calendars import open_hours
from scheduling.changes import OwnerActor
from scheduling.email_corrections import correct_email
from scheduling.erasing import erase_booking
from scheduling.errors import ChangeNotAllowed, NotErasable
from scheduling.links import LinkDetails

bp = Blueprint("bookings", __name__, url_prefix="/bookings")

MAX_SEARCH = 200
SHOWN_AT_FIRST = 10
"""Changes and mails on the page of an appointment; the earlier ones are behind *Show all*."""


@bp.get("")
def index() -> ResponseReturnValue:
    """List the coming, past or cancelled appointments, or those that a search finds, by the owner's days."""
    which, words = asked_for()
    after = _read_cursor(request.args.get("after", ""))
    now, zone = utcnow(), ZoneInfo(g.owner.timezone)
    found, last = page_of(appointments(g.owner.id, which, now, PAGE_SIZE + 1, after, words))
    return render_template(
        "bookings.html",
        which=str(which),
        words=words,
        begins=after is None,
        more=last and _write_cursor(last),
        days=_by_day(found, _url_of(), zone, now),
        today=now.astimezone(zone).date(),
        zone=zone,
    )


@bp.get("/week")
def week() -> ResponseReturnValue:
    """Show a week at a glance, with its appointments as a list; to htmx the week alone."""
    now, zone = utcnow(), ZoneInfo(g.owner.timezone)
    today, asked = now.astimezone(zone).date(), parse_date(request.args.get("week", ""))
    first = first_of_week(clamped(asked or today), first_weekday())
    since, until = week_bounds(first, zone)
    found, url_of = appointments_between(g.owner.id, since, until), _url_of()
    drawn = week_view(
        first,
        zone,
        now,
        [(each, url_of(each.id)) for each in found],
        _by_source(busy_between(g.owner.id, since, until)),
        open_hours(g.owner.id),
    )
    return render_page("week.html", week=drawn, days=_by_day(found, url_of, zone, now), today=today, zone=zone)


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
        return _page(get_booking(g.owner.id, booking_id), 409, type(refusal), form)
    said = _("A mail tells them.") if current().sends_mail else _("No mail is sent: tell them yourself.")
    flash(_("The appointment was cancelled.") + " " + said)
    return redirect(url_for("owner.bookings.show", booking_id=booking_id), code=303)


@bp.post("/<id:booking_id>/email")
def email(booking_id: int) -> ResponseReturnValue:
    """Correct the invitee's email; the confirmation goes out anew."""
    form = CorrectionForm()
    if not form.validate():
        return _page(get_booking(g.owner.id, booking_id), 422, correction=form)
    try:
        correct_email(OwnerActor(g.owner.id, booking_id), form.email.data, notify=current().sends_mail)
    except ChangeNotAllowed as refusal:
        return _page(get_booking(g.owner.id, booking_id), 409, type(refusal), correction=form)
    flash(_("The email was corrected."))
    return redirect(url_for("owner.bookings.show", booking_id=booking_id), code=303)


@bp.post("/<id:booking_id>/erase")
def erase(booking_id: int) -> ResponseReturnValue:
    """Erase what is known of the invitee, for good; a coming appointment has to be cancelled first."""
    try:
        erase_booking(g.owner.id, booking_id)
    except NotErasable:
        return _page(get_booking(g.owner.id, booking_id), 409, erase_refused=True)
    flash(_("The details were erased."))
    return redirect(url_for("owner.bookings.show", booking_id=booking_id), code=303)


@bp.get("/<id:booking_id>/reschedule")
def choose(booking_id: int) -> ResponseReturnValue:
    """Show the picker, or ask for confirmation of the new time."""
    return reschedule_pages.choose(_context(booking_id))


@bp.post("/<id:booking_id>/reschedule")
def reschedule(booking_id: int) -> ResponseReturnValue:
    """Move the appointment; its invitee keeps their time zone."""
    return reschedule_pages.move(_context(booking_id), keep_zone=True)


@bp.post("/<id:booking_id>/links")
def new_link(booking_id: int) -> ResponseReturnValue:
    """Create another link of the same calendar for the same person."""
    booking = get_booking(g.owner.id, booking_id)
    return create_and_share(booking.calendar_id, LinkDetails(booking.name, booking.name, booking.email))


def asked_for() -> tuple[BookingFilter, str]:
    """Return which appointments the query asks for, and the words of a search, which finds all."""
    words, shown = request.args.get("q", "").strip()[:MAX_SEARCH], request.args.get("show", "")
    if words:
        return BookingFilter.ALL, words
    return BookingFilter(shown) if shown in ("past", "cancelled") else BookingFilter.COMING, ""


def _url_of() -> Callable[[int], str]:
    return url_pattern("owner.bookings.show", "booking_id")


def _by_source(found: Iterable[Busy]) -> dict[str | None, BusyTimes]:
    """Return the busy times by the other calendar that they are of; None has those that the owner blocked."""
    times = defaultdict[str | None, list[tuple[datetime, datetime]]](list)
    for busy in found:
        times[busy.source].append((busy.starts_at, busy.ends_at))
    return {source: BusyTimes(each) for source, each in times.items()}


def _by_day(
    found: Sequence[Appointment], url_of: Callable[[int], str], zone: ZoneInfo, now: datetime
) -> list[tuple[date, list[AppointmentRow]]]:
    rows = [AppointmentRow.of(appointment, url_of(appointment.id), zone, now) for appointment in found]
    return [(day, list(group)) for day, group in groupby(rows, key=lambda row: row.day)]


def _context(booking_id: int) -> reschedule_pages.RescheduleContext:
    return reschedule_pages.RescheduleContext(
        actor=OwnerActor(g.owner.id, booking_id),
        back=url_for("owner.bookings.show", booking_id=booking_id),
        refused=lambda booking, refusal: _page(booking, 409, refusal),
    )


def _page(
    booking: Booking,
    status: int = 200,
    refusal: type[ChangeNotAllowed] | None = None,
    form: CancelForm | None = None,
    erase_refused: bool = False,
    correction: CorrectionForm | None = None,
) -> ResponseReturnValue:
    actor, changes_made = OwnerActor(g.owner.id, booking.id), history(booking)
    token = manage_token(booking)
    page = render_template(
        "appointment.html",
        **reschedule_pages.booking_context(actor, booking, changes_made, refusal, form, correction),
        calendar_id=booking.calendar_id,
        link_label=booking.link.label,
        link_address=link_address(booking.link),
        older=max(0, len(changes_made) - SHOWN_AT_FIRST),
        many=SHOWN_AT_FIRST,
        history=[ChangeView.of(change) for change in changes_made],
        messages=[MessageView.of(message, name=booking.name) for message in for_booking(booking)],
        zone=ZoneInfo(g.owner.timezone),
        ended=booking.ends_at <= utcnow(),
        erase_refused=erase_refused,
        erasable=not booking.is_erased and (not booking.is_confirmed or booking.ends_at <= utcnow()),
        address=token and manage_address(token),
    )
    return page, status


def _read_cursor(text: str) -> Cursor | None:
    start, _sign, number = text.partition("~")
    at, last_id = parse_instant(start), parse_positive_int(number, LARGEST_ID)
    return Cursor(at, last_id) if at and last_id else None


def _write_cursor(booking: Appointment) -> str:
    return f"{utc_text(booking.starts_at)}~{booking.id}"
