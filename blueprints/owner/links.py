"""The links of a calendar: made, shown again, noted for whom, taken back."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.owner.share_dialog import create_and_share, share
from blueprints.responses import redirect_to, wants_fragment
from database import LARGEST_ID, utcnow
from forms.calendar import LabelForm
from models import Calendar
from parsing.values import parse_positive_int
from scheduling import links
from scheduling.calendars import get_calendar
from scheduling.errors import LinkNotActive

bp = Blueprint("links", __name__, url_prefix="/settings")

PAGE_SIZE = 50


@bp.post("/calendars/<id:calendar_id>/links")
def create(calendar_id: int) -> ResponseReturnValue:
    """Make a link and show it in the share pop-up."""
    return create_and_share(calendar_id)


@bp.get("/links/<id:link_id>")
def show(link_id: int) -> ResponseReturnValue:
    """Show an active link's address again."""
    return share(links.get_link(g.owner.id, link_id), again=True)


@bp.post("/links/<id:link_id>/label")
def relabel(link_id: int) -> ResponseReturnValue:
    """Note for whom a link is, `then` perhaps make a new one; htmx gets the words that go beside the field."""
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
    """Take back an active link."""
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
    rows = links.list_links(calendar, before=last_id, limit=PAGE_SIZE + 1)
    page = render_template(
        "links.html",
        calendar=calendar,
        rows=[(link, link.state(utcnow()), booking) for link, booking in rows[:PAGE_SIZE]],
        older=rows[PAGE_SIZE - 1][0].id if len(rows) > PAGE_SIZE else None,
        begins=last_id is None,
        problem=problem,
    )
    return page, status
