"""The links of a calendar: create, show again, label, revoke, list."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.owner.share_dialog import create_and_share, share
from blueprints.responses import PAGE_SIZE, page_of, redirect_to, wants_fragment
from blueprints.view_models import BookingView, CalendarView, LinkView
from database import LARGEST_ID, utcnow
from forms.calendar import LabelForm
from i18n.texts import gettext as _
from models import Calendar
from parsing.values import parse_positive_int
from scheduling import links
from scheduling.calendars import get_calendar
from scheduling.errors import LinkNotActive

bp = Blueprint("links", __name__, url_prefix="/settings")


@bp.post("/calendars/<id:calendar_id>/links")
def create(calendar_id: int) -> ResponseReturnValue:
    """Create a link and show it in the share dialog."""
    return create_and_share(calendar_id)


@bp.get("/links/<id:link_id>")
def show(link_id: int) -> ResponseReturnValue:
    """Show the address of an active link again."""
    return share(links.get_link(g.owner.id, link_id), again=True)


@bp.post("/links/<id:link_id>/label")
def relabel(link_id: int) -> ResponseReturnValue:
    """Change the label of a link, and with `then` create another link; htmx gets the text beside the field."""
    form = LabelForm()
    link = links.get_link(g.owner.id, link_id)
    if not form.validate_on_submit():
        return (str(form.label.errors[0]), 422) if wants_fragment() else share(link, form=form, status=422)
    links.relabel(g.owner.id, link_id, form.label.data)
    if "then" in request.form:
        return create(link.calendar_id)
    return _("Saved") if wants_fragment() else redirect_to("owner.links.index", calendar_id=link.calendar_id)


@bp.post("/links/<id:link_id>/revoke")
def revoke(link_id: int) -> ResponseReturnValue:
    """Revoke an active link."""
    try:
        link = links.revoke(g.owner.id, link_id)
    except LinkNotActive:
        link = links.get_link(g.owner.id, link_id)
        return _list(link.calendar, 409, problem=_("Only a link that nobody has used yet can be revoked."))
    flash(_("The link was revoked: nobody can book with it any more."))
    return redirect_to("owner.links.index", calendar_id=link.calendar_id)


@bp.get("/calendars/<id:calendar_id>/links")
def index(calendar_id: int) -> ResponseReturnValue:
    """List the links of a calendar, newest first."""
    return _list(get_calendar(g.owner.id, calendar_id))


def _list(calendar: Calendar, status: int = 200, problem: str = "") -> ResponseReturnValue:
    last_id = parse_positive_int(request.args.get("before"), LARGEST_ID)
    rows, last = page_of(links.list_links(calendar, before=last_id, limit=PAGE_SIZE + 1))
    now = utcnow()
    page = render_template(
        "links.html",
        calendar=CalendarView.of(calendar),
        links=[
            LinkView.of(
                link,
                state=link.state(now),
                booking=booking and BookingView.of(booking, calendar_name=calendar.name),
            )
            for link, booking in rows
        ],
        older=last and last[0].id,
        begins=last_id is None,
        problem=problem,
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status
