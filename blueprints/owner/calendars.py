"""Settings → Calendars."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from availability.month_view import upcoming_days
from availability.opening_hours import MAX_OVERRIDES
from availability.slots import DAY
from blueprints.responses import PAGE_SIZE, form_status, page_of, redirect_to
from blueprints.view_models import BookingView, CalendarView
from database import utcnow
from forms.calendar import CalendarForm
from i18n.bidi import isolate
from models import Calendar
from parsing.values import parse_positive_int
from scheduling import calendars
from scheduling.agenda import agenda
from scheduling.booking_queries import bookings_outside

bp = Blueprint("calendars", __name__, url_prefix="/settings/calendars")

MAX_PAGES = 10_000
PREVIEW_DAYS = 14


@bp.get("")
def index() -> ResponseReturnValue:
    """List the owner's calendars, each with its menu."""
    page = parse_positive_int(request.args.get("page"), MAX_PAGES) or 1
    found, last = page_of(calendars.calendar_summaries(g.owner.id, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1))
    rows = [(CalendarView.of(row.calendar), row.waiting, row.booked) for row in found]
    active = sum(row.calendar.archived_at is None for row in found)  # the archived ones come last
    page_rows = {"summaries": rows[:active], "archived": rows[active:]}
    return render_template("calendars.html", **page_rows, many=calendars.Summary.MANY, page=page, more=last is not None)


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Create a calendar."""
    form = CalendarForm.of(_first_draft())
    if form.is_submitted() and _handle_form_button(form):
        return _page(form, None)
    if not form.validate_on_submit():
        return _page(form, None, form_status(form))
    calendar = calendars.create_calendar(g.owner.id, **form.values())
    flash(_("“%(name)s” is ready to be shared.", name=isolate(calendar.name)) + _hint(calendar))
    return redirect_to("owner.calendars.index")


@bp.route("/<id:calendar_id>", methods=["GET", "POST"])
def edit(calendar_id: int) -> ResponseReturnValue:
    """Change a calendar. Its appointments stay; the page lists those that are outside of the new hours."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    form = CalendarForm.of(calendar)
    if form.is_submitted() and _handle_form_button(form):
        return _page(form, calendar)
    if not form.validate_on_submit():
        return _page(form, calendar, form_status(form))
    if "outside_confirmed" not in request.form and (outside := _left_outside(form, calendar)):
        return _page(form, calendar, 422, outside)
    calendar = calendars.change_calendar(g.owner.id, calendar_id, **form.values())
    flash(_("“%(name)s” was saved.", name=isolate(calendar.name)) + _hint(calendar))
    return redirect_to("owner.calendars.index")


@bp.post("/new/preview")
def preview_new() -> ResponseReturnValue:
    """Show the next two weeks as an invitee would see them with the values of the form."""
    return _preview(CalendarForm.of(_first_draft()), None)


@bp.post("/<id:calendar_id>/preview")
def preview(calendar_id: int) -> ResponseReturnValue:
    """Show the next two weeks as an invitee would see them with the values of the form. Nothing is saved."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    return _preview(CalendarForm.of(calendar), calendar)


@bp.route("/<id:calendar_id>/delete", methods=["GET", "POST"])
def delete(calendar_id: int) -> ResponseReturnValue:
    """Ask for confirmation, then delete the calendar, or archive it if it has links."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    if request.method != "POST":
        return render_template("calendar_delete.html", name=calendar.name, archives=calendars.has_links(calendar))
    name = calendar.name
    if calendars.remove_calendar(g.owner.id, calendar_id):
        flash(_("“%(name)s” was archived.", name=isolate(name)))
    else:
        flash(_("“%(name)s” was deleted.", name=isolate(name)))
    return redirect_to("owner.calendars.index")


@bp.post("/<id:calendar_id>/restore")
def restore(calendar_id: int) -> ResponseReturnValue:
    """Restore an archived calendar."""
    calendar = calendars.restore_calendar(g.owner.id, calendar_id)
    flash(_("“%(name)s” is back.", name=isolate(calendar.name)))
    return redirect_to("owner.calendars.index")


def _first_draft() -> Calendar:
    return calendars.new_calendar(g.owner.id, name="", timezone=g.owner.timezone)


def _handle_form_button(form: CalendarForm) -> bool:
    """Handle a button inside the form that changes the form only; return whether there was one."""
    if "copy" in request.form:
        form.copy_hours(request.form.get("copy_from", ""), request.form.get("copy_to", ""))
    elif (row := parse_positive_int(request.form.get("remove"), MAX_OVERRIDES)) is not None:
        form.dates.remove(row)
    elif not request.form.keys() & {"more", "look"}:
        return False
    return True


def _page(
    form: CalendarForm, calendar: Calendar | None, status: int = 200, outside: Sequence[BookingView] = ()
) -> ResponseReturnValue:
    days = _coming_days(form, calendar)
    problems = form.problems()
    if status == 200:
        form.forget_errors()  # the form was not sent to be saved
    page = render_template(
        "calendar.html",
        form=form,
        name=calendar and calendar.name,
        calendar_id=calendar and calendar.id,
        outside=outside,
        days=days,
        problems=problems,
        preview_url=url_for("owner.calendars.preview", calendar_id=calendar.id)
        if calendar
        else url_for("owner.calendars.preview_new"),
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status


def _preview(form: CalendarForm, calendar: Calendar | None) -> ResponseReturnValue:
    days = _coming_days(form, calendar)
    outside = _left_outside(form, calendar) if calendar and days is not None else []
    return render_template(
        "_preview.html", days=days, problems=form.problems(), outside=outside, zone=ZoneInfo(g.owner.timezone)
    )


def _coming_days(form: CalendarForm, calendar: Calendar | None) -> list[tuple[date, list[datetime]]] | None:
    """Return the next days with their slots by the values of the form; None if they are not valid."""
    if form.is_submitted() and not form.validate():
        return None
    now, rules = utcnow(), form.rules()
    until = now + (PREVIEW_DAYS + 1) * DAY
    busy = agenda(g.owner.id, calendar.id if calendar else 0, rules.zone, now, until)
    return upcoming_days(rules, busy, now, PREVIEW_DAYS)


def _left_outside(form: CalendarForm, calendar: Calendar) -> list[BookingView]:
    rules = form.rules()
    outside = bookings_outside(calendar, rules.availability, rules.zone, utcnow())
    return [BookingView.of(booking, calendar_name=calendar.name) for booking in outside]


def _hint(calendar: Calendar) -> str:
    return "" if calendar.availability.has_hours else " " + _("It has no hours yet, so nobody can book.")
