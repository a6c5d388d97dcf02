"""Settings → Calendars → Questions: what the booking form of a calendar asks."""

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue

from blueprints.responses import form_status, redirect_to
from enums import FieldUse
from forms.questions import QuestionsForm
from i18n.bidi import isolate
from i18n.texts import gettext as _
from scheduling.calendars import change_calendar, get_calendar

bp = Blueprint("questions", __name__, url_prefix="/settings/calendars")


@bp.route("/<id:calendar_id>/questions", methods=["GET", "POST"])
def edit(calendar_id: int) -> ResponseReturnValue:
    """Change the questions. The answers in earlier bookings stay as they are."""
    calendar = get_calendar(g.owner.id, calendar_id)
    form = QuestionsForm.of(calendar.questions, calendar.phone_field, calendar.notes_field)
    if not form.validate_on_submit():
        page = render_template("questions.html", form=form, calendar_id=calendar_id, name=calendar.name)
        return page, form_status(form)
    uses = {name: FieldUse(form[name].data) for name in ("phone_field", "notes_field")}
    calendar = change_calendar(g.owner.id, calendar_id, questions=form.questions(), **uses)
    flash(_("The questions of “%(name)s” were saved.", name=isolate(calendar.name)))
    return redirect_to("owner.questions.edit", calendar_id=calendar_id)
