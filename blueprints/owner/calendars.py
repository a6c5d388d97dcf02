"""Settings → Calendars."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from availability.day_bars import day_bars, hours_shown
from availability.month_view import upcoming_days
from availability.opening_hours import MAX_OVERRIDES
from availability.slots import DAY
from blueprints.busy_reasons import busy_reasons
from blueprints.calendar_sections import phrases_of, sections_of
from blueprints.drawings import axis_drawing
from blueprints.responses import PAGE_SIZE, form_status, page_of, redirect_to, url_pattern
from blueprints.view_models import BarRow, BookingView, CalendarRow
from database import LARGEST_ID, utcnow
from forms.calendar import CalendarForm
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Calendar
from parsing.limits import MAX_NAME
from parsing.values import parse_positive_int
from scheduling import calendars
from scheduling.agenda import agenda
from scheduling.booking_queries import bookings_outside

bp = Blueprint("calendars", __name__, url_prefix="/settings/calendars")

MAX_PAGES = 10_000
SEARCH_FROM = 10
PREVIEW_DAYS = 14


@bp.get("")
def index() -> ResponseReturnValue:
    """List the owner's calendars, each with its menu; `q` finds some by name."""
    page = parse_positive_int(request.args.get("page"), MAX_PAGES) or 1
    words = request.args.get("q", "").strip()
    found, last = page_of(
        calendars.search_calendars(g.owner.id, words, PAGE_SIZE)
        if words
        else calendars.calendar_summaries(g.owner.id, (page - 1) * PAGE_SIZE, PAGE_SIZE + 1)
    )
    return render_template(
        "calendars.html",
        rows=_rows([summary for summary in found if not summary.is_archived]),
        archived=[summary for summary in found if summary.is_archived],
        many=calendars.MANY,
        page=page,
        more=last is not None,
        words=words,
        has_search=bool(words) or page > 1 or len(found) >= SEARCH_FROM,
    )


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


def _rows(summaries: Sequence[calendars.Summary]) -> list[CalendarRow]:
    edit, links, delete = (
        url_pattern(endpoint, "calendar_id")
        for endpoint in ("owner.calendars.edit", "owner.links.index", "owner.calendars.delete")
    )
    new = url_for("owner.calendars.new")
    return [
        CalendarRow.of(each, edit(each.id), links(each.id), f"{new}?like={each.id}", delete(each.id))
        for each in summaries
    ]


def _first_draft() -> Calendar:
    """Return what a new calendar begins with: our defaults, or the settings of the calendar that it is to be like."""
    like = parse_positive_int(request.args.get("like"), LARGEST_ID)
    if like is None:
        return calendars.new_calendar(g.owner.id, name="", timezone=g.owner.timezone)
    model = calendars.get_calendar(g.owner.id, like)
    return calendars.copy_of(model, _("%(name)s, copy", name=model.name)[:MAX_NAME])


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
    preview = _preview_of(form, calendar) if form.is_submitted() else {}  # else the browser asks when it is in sight
    if status == 200:
        form.forget_errors()  # the form was not sent to be saved
    page = render_template(
        "calendar.html",
        form=form,
        sections={section.key: section for section in sections_of(form, "when" if outside else "what")},
        name=calendar and calendar.name,
        calendar_id=calendar and calendar.id,
        outside=outside,
        **preview,
        preview_url=url_for("owner.calendars.preview", calendar_id=calendar.id)
        if calendar
        else url_for("owner.calendars.preview_new"),
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status


def _preview(form: CalendarForm, calendar: Calendar | None) -> ResponseReturnValue:
    preview = _preview_of(form, calendar)
    outside = _left_outside(form, calendar) if calendar and preview["bars"] is not None else []
    zone = ZoneInfo(g.owner.timezone)
    return render_template("_preview.html", **preview, said=phrases_of(form), outside=outside, zone=zone)


def _preview_of(form: CalendarForm, calendar: Calendar | None) -> dict[str, Any]:
    """Return the next days as bars with their slots by the values of the form, or what is wrong with these."""
    if form.is_submitted() and not form.validate() and (problems := form.problems()):
        return {"days": None, "bars": None, "problems": problems}
    now, rules = utcnow(), form.rules()
    until = now + (PREVIEW_DAYS + 1) * DAY
    busy = agenda(g.owner.id, calendar.id if calendar else 0, rules.zone, now, until)
    days = upcoming_days(rules, busy, now, PREVIEW_DAYS)
    bars = day_bars(rules, busy, days)
    first, last = hours_shown(bars)
    reasons = busy_reasons(g.owner.id, rules.zone, now, until)
    return {
        "days": days,
        "bars": [BarRow.of(bar, first, last, reasons.get(bar.day, ())) for bar in bars],
        "axis": axis_drawing(first, last),
        "has_taken": any(bar.taken for bar in bars),
    }


def _left_outside(form: CalendarForm, calendar: Calendar) -> list[BookingView]:
    rules = form.rules()
    outside = bookings_outside(calendar, rules.availability, rules.zone, utcnow())
    return [BookingView.of(booking, calendar_name=calendar.name) for booking in outside]


def _hint(calendar: Calendar) -> str:
    return "" if calendar.availability.has_hours else " " + _("It has no hours yet, so nobody can book.")
