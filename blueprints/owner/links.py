"""Links, one by one and in lists: create, show again, note for whom, change, revoke, restore."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blueprints.login_required import read_owner_again
from blueprints.owner.link_pages import link_list, new_link_list, request_list
from blueprints.owner.qr_codes import qr_svg
from blueprints.owner.share_dialog import calendar_closed, create_and_share, share, share_as_asked
from blueprints.owner.undo import offer_undo
from blueprints.owner.wording import PLACEHOLDERS, default_wording
from blueprints.responses import form_status, redirect_to, render_page, wants_fragment
from blueprints.view_models import CalendarView
from forms.calendar import LabelForm
from forms.links import ExpiryForm, LinkForm, WordingForm, offer_error_text
from i18n.bidi import isolate
from i18n.formatting import last_day
from i18n.texts import gettext as _
from models import Link
from public_urls import key, link_address
from scheduling import calendars, links, requests
from scheduling.calendars import calendar_name, get_calendar
from scheduling.errors import CalendarClosed, LinkNotActive, LinkNotRevoked, NotFound
from scheduling.offers import AS_IT_IS, OfferRefused

bp = Blueprint("links", __name__)


@bp.get("/links")
def everywhere() -> ResponseReturnValue:
    """List the links of all calendars, newest first, or who asks for a new one."""
    return request_list() if request.args.get("show") == "requests" else link_list(None)


@bp.get("/links/new")
def new() -> ResponseReturnValue:
    """List the calendars of which new links can be made; `q` finds some by name."""
    return new_link_list()


@bp.get("/settings/calendars/<id:calendar_id>/links")
def index(calendar_id: int) -> ResponseReturnValue:
    """List the links of a calendar, newest first."""
    return link_list(calendar_name(g.owner.id, calendar_id))


@bp.post("/settings/calendars/<id:calendar_id>/links")
def create(calendar_id: int) -> ResponseReturnValue:
    """Create a link with what the form says of it, and show it in the share dialog."""
    calendar = get_calendar(g.owner.id, calendar_id)
    form = LinkForm.of(calendar)
    if form.validate():
        try:
            return create_and_share(calendar_id, form.details(), reuse="reuse" in request.form)
        except OfferRefused as refusal:
            form.refuse(refusal)
    return render_page("new_link.html", 422, calendar=CalendarView.of(calendar), form=form)


@bp.get("/settings/links/<id:link_id>")
def show(link_id: int) -> ResponseReturnValue:
    """Show the address of an active link again, and the ways to send it."""
    return share(links.get_link(g.owner.id, link_id), again=True)


@bp.post("/settings/links/<id:link_id>/label")
def relabel(link_id: int) -> ResponseReturnValue:
    """Change the label of a link, and with `then` create another link; htmx gets the text beside the field."""
    form = LabelForm()
    link = links.get_link(g.owner.id, link_id)
    if not form.validate_on_submit():
        if wants_fragment() and "tab" not in request.form:
            return str(form.label.errors[0]), 422
        typed = LinkForm(formdata=None, obj=link)
        typed.starts.parse(ZoneInfo(link.calendar.timezone))
        typed.label.data, typed.label.errors = form.label.data, form.label.errors
        return share(link, form=typed, status=422)
    link = links.relabel(g.owner.id, link_id, form.label.data)
    if "then" in request.form:
        return create_and_share(link.calendar_id)
    if "tab" in request.form:
        return share(link, again=True)
    return _("Saved") if wants_fragment() else redirect_to("owner.links.index", calendar_id=link.calendar_id)


@bp.post("/settings/links/<id:link_id>/options")
def change(link_id: int) -> ResponseReturnValue:
    """Change what an active link offers, for whom and until when; the address stays."""
    link = links.get_link(g.owner.id, link_id)
    form = LinkForm.of(link.calendar, link)
    if not form.validate():
        return share(link, form=form, status=422)
    try:
        link = links.change_details(g.owner.id, link_id, form.details(default=AS_IT_IS))
    except OfferRefused as refusal:
        form.refuse(refusal)
        return share(links.get_link(g.owner.id, link_id), form=form, status=422)
    except LinkNotActive:
        return share(links.get_link(g.owner.id, link_id), again=True, status=409)
    return share(link, again=True)


@bp.post("/settings/links/<id:link_id>/copied")
def copied(link_id: int) -> ResponseReturnValue:
    """Note that the address was copied or shown as a QR code, so that it is not shown again instead of a new link."""
    links.note_handed_out(g.owner.id, link_id)
    return Response(status=204)


@bp.post("/settings/links/<id:link_id>/again")
def again(link_id: int) -> ResponseReturnValue:
    """Create another link for the same person, as long as the other one was; show it in the share dialog."""
    link = links.get_link(g.owner.id, link_id)
    return create_and_share(link.calendar_id, links.for_the_same_person(link))


@bp.post("/settings/links/<id:link_id>/revoke")
def revoke(link_id: int) -> ResponseReturnValue:
    """Revoke an active link, which can be undone."""
    try:
        link = links.revoke(g.owner.id, link_id)
    except LinkNotActive:
        return _refused(link_id, _("Only a link that nobody has used yet can be revoked."))
    whom = link.label or link.name
    said = _("The link for %(whom)s was revoked.", whom=isolate(whom)) if whom else _("The link was revoked.")
    offer_undo(said, url_for("owner.links.restore", link_id=link_id), back=_back(link))
    return _go_back(link)


@bp.post("/settings/links/<id:link_id>/restore")
def restore(link_id: int) -> ResponseReturnValue:
    """Make a revoked link active again."""
    try:
        link = links.restore(g.owner.id, link_id)
    except LinkNotRevoked:
        return _refused(link_id, _("Only a revoked link can be made active again."))
    flash(_("The link works again."))
    return _go_back(link)


@bp.route("/settings/links/<id:link_id>/expiry", methods=["GET", "POST"])
def change_expiry(link_id: int) -> ResponseReturnValue:
    """Change the last day on which an active or expired link works."""
    link = links.get_link(g.owner.id, link_id)
    form = ExpiryForm(
        data={"expires_on": link.expires_at and last_day(link.expires_at, ZoneInfo(link.calendar.timezone))}
    )
    if form.validate_on_submit():
        try:
            link = links.change_expiry(g.owner.id, link_id, form.expires_on.data)
            flash(_("The link’s last day was changed."))
            return _go_back(link)
        except LinkNotActive:
            return _refused(link_id, _("A link that was used or revoked does not expire."))
        except OfferRefused as refusal:
            form.expires_on.errors = [offer_error_text(refusal, ZoneInfo(link.calendar.timezone))]
    page = render_template("link_expiry.html", form=form, link_id=link_id, back=_back(link))
    return page, form_status(form)


@bp.get("/settings/links/<id:link_id>/qr.svg")
def qr_code(link_id: int) -> ResponseReturnValue:
    """Return the address of an active link as a QR code."""
    address = link_address(links.get_link(g.owner.id, link_id))
    if address is None:
        raise NotFound
    return Response(qr_svg(address), mimetype="image/svg+xml")


@bp.post("/links/requests/<id:request_id>/answer")
def answer(request_id: int) -> ResponseReturnValue:
    """Make a link for whoever asked, and show it in the share dialog."""
    try:
        link = requests.answer_request(key(), g.owner.id, request_id)
    except CalendarClosed:
        return calendar_closed(requests.get_request(g.owner.id, request_id).link.calendar_id)
    read_owner_again()
    return share_as_asked(links.get_link(g.owner.id, link.id))


@bp.post("/links/requests/<id:request_id>/dismiss")
def dismiss(request_id: int) -> ResponseReturnValue:
    """Dismiss a request."""
    requests.dismiss_request(g.owner.id, request_id)
    flash(_("The request was dismissed."))
    return redirect_to("owner.links.everywhere", show="requests")


@bp.route("/settings/calendars/<id:calendar_id>/wording", methods=["GET", "POST"])
def wording(calendar_id: int) -> ResponseReturnValue:
    """Change the words in which the links of a calendar are sent."""
    calendar = get_calendar(g.owner.id, calendar_id)
    form = WordingForm(obj=calendar)
    if form.validate_on_submit():
        calendars.change_calendar(g.owner.id, calendar_id, **{name: form[name].data for name in WORDINGS})
        flash(_("The wording was saved."))
        return redirect_to("owner.links.wording", calendar_id=calendar_id)
    page = render_template(
        "wording.html",
        calendar=CalendarView.of(calendar),
        form=form,
        default=default_wording(),
        placeholders=" ".join(f"{{{name}}}" for name in PLACEHOLDERS),
    )
    return page, form_status(form)


WORDINGS = ("text_wording", "email_subject", "email_wording")


def _refused(link_id: int, problem: str) -> ResponseReturnValue:
    calendar = links.get_link(g.owner.id, link_id).calendar
    return link_list(calendar_name(g.owner.id, calendar.id), 409, problem)


def _back(link: Link) -> str:
    """Return the list that a form came from, as it says itself; never another host or a page that is none."""
    given = request.values.get("back", "")
    lists = (url_for("owner.links.everywhere"), url_for("owner.links.index", calendar_id=link.calendar_id))
    batch = url_for("owner.batches.show", batch_id=link.batch_id) if link.batch_id else ""
    if given.partition("?")[0] in {*lists, batch} - {""} and given.isprintable():
        return given
    return lists[1]


def _go_back(link: Link) -> ResponseReturnValue:
    where = _back(link)
    return Response(headers={"HX-Redirect": where}) if wants_fragment() else redirect(where, code=303)
