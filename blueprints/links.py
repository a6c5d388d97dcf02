"""The links of a calendar: made, shown again, noted for whom, taken back."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.answers import asks_for_fragment, go_to
from blueprints.owner_only import require_owner
from blueprints.sharing import mint_and_share, share
from clock import utcnow
from database import LARGEST_ID
from forms import LabelForm
from models import Calendar
from reading import read_number
from scheduling import links
from scheduling.calendars import own_calendar
from scheduling.refusals import LinkNotActive

bp = Blueprint("links", __name__, url_prefix="/settings")
bp.before_request(require_owner)

A_PAGE = 50


@bp.post("/calendars/<id:calendar_id>/links")
def mint(calendar_id: int) -> ResponseReturnValue:
    """Make a link and show it in the share pop-up."""
    return mint_and_share(calendar_id)


@bp.get("/links/<id:link_id>")
def show(link_id: int) -> ResponseReturnValue:
    """Show an active link's address again."""
    return share(links.own_link(g.owner.id, link_id), again=True)


@bp.post("/links/<id:link_id>/label")
def relabel(link_id: int) -> ResponseReturnValue:
    """Note for whom a link is, `then` perhaps make a new one; htmx gets the words that go beside the field."""
    form = LabelForm()
    link = links.own_link(g.owner.id, link_id)
    if not form.validate_on_submit():
        return (str(form.label.errors[0]), 422) if asks_for_fragment() else share(link, form=form, status=422)
    links.relabel(g.owner.id, link_id, form.label.data)
    if "then" in request.form:
        return mint(link.calendar_id)
    return _("Saved") if asks_for_fragment() else go_to("links.index", calendar_id=link.calendar_id)


@bp.post("/links/<id:link_id>/revoke")
def revoke(link_id: int) -> ResponseReturnValue:
    """Take back an active link."""
    try:
        link = links.revoke(g.owner.id, link_id)
    except LinkNotActive:
        link = links.own_link(g.owner.id, link_id)
        return _list(link.calendar, 409, problem=_("Only a link that nobody has used yet can be revoked."))
    flash(_("The link was revoked: nobody can book with it any more."))
    return go_to("links.index", calendar_id=link.calendar_id)


@bp.get("/calendars/<id:calendar_id>/links")
def index(calendar_id: int) -> ResponseReturnValue:
    """List the links of a calendar, newest first."""
    return _list(own_calendar(g.owner.id, calendar_id))


def _list(calendar: Calendar, status: int = 200, problem: str = "") -> ResponseReturnValue:
    last_id = read_number(request.args.get("before"), LARGEST_ID)
    rows = links.made_for(calendar, before=last_id, most=A_PAGE + 1)
    page = render_template(
        "links.html",
        calendar=calendar,
        rows=[(link, link.state(utcnow()), booking) for link, booking in rows[:A_PAGE]],
        older=rows[A_PAGE - 1][0].id if len(rows) > A_PAGE else None,
        begins=last_id is None,
        problem=problem,
    )
    return page, status
