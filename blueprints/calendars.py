"""Settings → Calendars."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.answers import go_to
from blueprints.owner_only import require_owner
from forms import CalendarForm
from models import Calendar
from scheduling import calendars

bp = Blueprint("calendars", __name__, url_prefix="/settings/calendars")
bp.before_request(require_owner)


@bp.get("")
def index() -> ResponseReturnValue:
    """List the owner's calendars, each with its menu."""
    found = calendars.summaries(g.owner.id)
    return render_template(
        "calendars.html",
        summaries=[row for row in found if row.calendar.archived_at is None],
        archived=[row for row in found if row.calendar.archived_at is not None],
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Create a calendar."""
    draft = calendars.new_calendar(g.owner.id, name="", timezone=g.owner.timezone, is_open=True)
    form = CalendarForm.of(draft)
    if not form.validate_on_submit():
        return render_template("calendar.html", form=form, calendar=None), 422 if form.is_submitted() else 200
    calendar = calendars.create_calendar(g.owner.id, **form.values({}))
    flash(_("“%(name)s” is ready to be shared.", name=calendar.name) + _hint(calendar))
    return go_to("calendars.index")


@bp.route("/<id:calendar_id>", methods=["GET", "POST"])
def edit(calendar_id: int) -> ResponseReturnValue:
    """Change a calendar; its appointments stay as they are."""
    calendar = calendars.own_calendar(g.owner.id, calendar_id)
    form = CalendarForm.of(calendar)
    if not form.validate_on_submit():
        return render_template("calendar.html", form=form, calendar=calendar), 422 if form.is_submitted() else 200
    calendar = calendars.change_calendar(g.owner.id, calendar_id, **form.values(calendar.availability.overrides))
    flash(_("“%(name)s” was saved.", name=calendar.name) + _hint(calendar))
    return go_to("calendars.index")


@bp.route("/<id:calendar_id>/delete", methods=["GET", "POST"])
def delete(calendar_id: int) -> ResponseReturnValue:
    """Ask whether to delete a calendar, then do it; one whose links are out is archived."""
    calendar = calendars.own_calendar(g.owner.id, calendar_id)
    if request.method != "POST":
        return render_template("calendar_delete.html", calendar=calendar, keeps=calendars.has_links(calendar))
    name = calendar.name
    if calendars.remove_calendar(g.owner.id, calendar_id):
        flash(_("“%(name)s” was archived.", name=name))
    else:
        flash(_("“%(name)s” was deleted.", name=name))
    return go_to("calendars.index")


@bp.post("/<id:calendar_id>/restore")
def restore(calendar_id: int) -> ResponseReturnValue:
    """Take a calendar out of the archive."""
    calendar = calendars.restore_calendar(g.owner.id, calendar_id)
    flash(_("“%(name)s” is back.", name=calendar.name))
    return go_to("calendars.index")


def _hint(calendar: Calendar) -> str:
    return "" if calendar.availability.has_hours else " " + _("It has no hours yet, so nobody can book.")
