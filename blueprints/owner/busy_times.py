"""Settings → Busy times: when the owner cannot be booked, in any calendar."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue

from blueprints.responses import form_status, redirect_to
from blueprints.view_models import BusyTimeView
from database import utcnow
from forms.busy_time import BusyTimeForm
from i18n.counts import format_within
from i18n.formatting import format_stretch
from i18n.texts import gettext as _
from models import BusyTime
from scheduling import busy_times
from scheduling.booking_queries import booked_between

bp = Blueprint("busy_times", __name__, url_prefix="/settings/busy")

MOST = 500


@bp.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List the coming busy times, and add one."""
    form, zone = BusyTimeForm(), ZoneInfo(g.owner.timezone)
    if not (form.validate_on_submit() and form.check_order(zone, utcnow())):
        return _page(form, editing=False)
    start, end = form.interval(zone)
    busy = busy_times.add_busy_time(g.owner.id, start, end, form.note.data)
    flash(_("%(when)s is blocked.", when=format_stretch(start, end, zone)) + _hint(busy))
    return redirect_to("owner.busy_times.index")


@bp.route("/<id:busy_id>", methods=["GET", "POST"])
def edit(busy_id: int) -> ResponseReturnValue:
    """Change a busy time."""
    busy, zone = busy_times.get_busy_time(g.owner.id, busy_id), ZoneInfo(g.owner.timezone)
    form = BusyTimeForm.of(busy, zone)
    if not (form.validate_on_submit() and form.check_order(zone, utcnow())):
        return _page(form, editing=True)
    start, end = form.interval(zone)
    busy = busy_times.change_busy_time(g.owner.id, busy_id, start, end, form.note.data)
    flash(_("%(when)s is blocked.", when=format_stretch(start, end, zone)) + _hint(busy))
    return redirect_to("owner.busy_times.index")


@bp.post("/<id:busy_id>/remove")
def remove(busy_id: int) -> ResponseReturnValue:
    """Delete a busy time."""
    busy = busy_times.delete_busy_time(g.owner.id, busy_id)
    when = format_stretch(busy.starts_at, busy.ends_at, ZoneInfo(g.owner.timezone))
    flash(_("%(when)s can be booked again.", when=when))
    return redirect_to("owner.busy_times.index")


def _page(form: BusyTimeForm, editing: bool) -> ResponseReturnValue:
    rows = [] if editing else busy_times.upcoming_busy_times(g.owner.id, utcnow(), MOST)
    page = render_template(
        "busy.html",
        form=form,
        editing=editing,
        rows=[BusyTimeView.of(busy, count=count) for busy, count in rows],
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, form_status(form)


def _hint(busy: BusyTime) -> str:
    count = len(booked_between(g.owner.id, busy.starts_at, busy.ends_at))
    return f" {format_within(count)}" if count else ""
