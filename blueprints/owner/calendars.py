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
from blueprints.responses import redirect_to
from database import utcnow
from forms.calendar import CalendarForm
from models import Booking, Calendar
from parsing.values import parse_positive_int
from scheduling import calendars
from scheduling.agenda import agenda
from scheduling.booking_queries import bookings_outside

bp = Blueprint("calendars", __name__, url_prefix="/settings/calendars")

PAGE_SIZE = 50
MAX_PAGES = 10_000
PREVIEW = 14
"""Days."""


@bp.get("")
def index() -> ResponseReturnValue:
    """List the owner's calendars, each with its menu."""
    page = parse_positive_int(request.args.get("page"), MAX_PAGES) or 1
    found = calendars.calendar_summaries(g.owner.id, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return render_template(
        "calendars.html",
        summaries=[row for row in shown if row.calendar.archived_at is None],
        archived=[row for row in shown if row.calendar.archived_at is not None],
        page=page,
        more=len(found) > PAGE_SIZE,
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Create a calendar."""
    form = CalendarForm.of(_first_draft())
    if form.is_submitted() and _handle_form_button(form):
        return _page(form, None)
    if not form.validate_on_submit():
        return _page(form, None, 422 if form.is_submitted() else 200)
    calendar = calendars.create_calendar(g.owner.id, **form.values())
    flash(_("“%(name)s” is ready to be shared.", name=calendar.name) + _hint(calendar))
    return redirect_to("owner.calendars.index")


@bp.route("/<id:calendar_id>", methods=["GET", "POST"])
def edit(calendar_id: int) -> ResponseReturnValue:
    """Change a calendar; its appointments stay as they are, and those that the new hours leave outside are told."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    form = CalendarForm.of(calendar)
    if form.is_submitted() and _handle_form_button(form):
        return _page(form, calendar)
    if not form.validate_on_submit():
        return _page(form, calendar, 422 if form.is_submitted() else 200)
    if "outside_confirmed" not in request.form and (outside := _left_outside(form, calendar)):
        return _page(form, calendar, 422, outside)
    calendar = calendars.change_calendar(g.owner.id, calendar_id, **form.values())
    flash(_("“%(name)s” was saved.", name=calendar.name) + _hint(calendar))
    return redirect_to("owner.calendars.index")


@bp.post("/new/preview")
def preview_new() -> ResponseReturnValue:
    """Show the coming two weeks as an invitee would see them with what the form says now."""
    return _preview(CalendarForm.of(_first_draft()), None)


@bp.post("/<id:calendar_id>/preview")
def preview(calendar_id: int) -> ResponseReturnValue:
    """Show the coming two weeks as an invitee would see them with what the form says now; nothing is saved."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    return _preview(CalendarForm.of(calendar), calendar)


@bp.route("/<id:calendar_id>/delete", methods=["GET", "POST"])
def delete(calendar_id: int) -> ResponseReturnValue:
    """Ask whether to delete a calendar, then do it; one whose links are out is archived."""
    calendar = calendars.get_calendar(g.owner.id, calendar_id)
    if request.method != "POST":
        return render_template("calendar_delete.html", calendar=calendar, keeps=calendars.has_links(calendar))
    name = calendar.name
    if calendars.remove_calendar(g.owner.id, calendar_id):
        flash(_("“%(name)s” was archived.", name=name))
    else:
        flash(_("“%(name)s” was deleted.", name=name))
    return redirect_to("owner.calendars.index")


@bp.post("/<id:calendar_id>/restore")
def restore(calendar_id: int) -> ResponseReturnValue:
    """Take a calendar out of the archive."""
    calendar = calendars.restore_calendar(g.owner.id, calendar_id)
    flash(_("“%(name)s” is back.", name=calendar.name))
    return redirect_to("owner.calendars.index")


def _first_draft() -> Calendar:
    return calendars.new_calendar(g.owner.id, name="", timezone=g.owner.timezone)


def _handle_form_button(form: CalendarForm) -> bool:
    """Do what a button inside of the form asks for, and return whether it was one: nothing is saved then."""
    if "copy" in request.form:
        form.copy_hours(request.form.get("copy_from", ""), request.form.get("copy_to", ""))
    elif (row := parse_positive_int(request.form.get("remove"), MAX_OVERRIDES)) is not None:
        form.dates.remove(row)
    elif not request.form.keys() & {"more", "look"}:
        return False
    return True


def _page(
    form: CalendarForm, calendar: Calendar | None, status: int = 200, outside: Sequence[Booking] = ()
) -> ResponseReturnValue:
    days = _coming_days(form, calendar)
    problems = form.problems()
    if status == 200:
        form.forget_errors()  # nothing was sent to be saved yet
    page = render_template(
        "calendar.html",
        form=form,
        calendar=calendar,
        outside=outside,
        days=days,
        problems=problems,
        look=url_for("owner.calendars.preview", calendar_id=calendar.id)
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
    """Return the coming days with their slots as the form would have them, None if it can't be understood."""
    if form.is_submitted() and not form.validate():
        return None
    draft = Calendar(id=calendar and calendar.id, owner_id=g.owner.id, **form.values())
    draft.is_open = True  # a closed calendar has no slots; the preview is of its hours
    now, rules = utcnow(), draft.rules
    return upcoming_days(rules, agenda(draft, now, now + (PREVIEW + 1) * DAY), now, PREVIEW)


def _left_outside(form: CalendarForm, calendar: Calendar) -> Sequence[Booking]:
    values = form.values()
    return bookings_outside(calendar, values["availability"], ZoneInfo(values["timezone"]), utcnow())


def _hint(calendar: Calendar) -> str:
    return "" if calendar.availability.has_hours else " " + _("It has no hours yet, so nobody can book.")
