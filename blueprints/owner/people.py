"""Settings → People, for managers: colleagues and invitations."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request, session
from flask.typing import ResponseReturnValue

from accounts import people
from accounts.errors import EmailTaken, LastManager
from accounts.practices import change_practice, get_practice
from blueprints.responses import form_status, redirect_to
from blueprints.view_models import BookingView, ColleagueView, InvitationView
from config import current
from database import utcnow
from forms.account import EndAccountForm, InvitationForm, PracticeForm
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Booking, Owner
from public_urls import invitation_token, join_address
from scheduling.errors import NotFound

bp = Blueprint("people", __name__, url_prefix="/settings/people")

INVITED = "invited"
"""In the cookie: the id of the invitation whose address the next page shows."""


@bp.before_request
def require_manager() -> None:
    """Answer 404 to whoever does not manage the practice."""
    if request.method != "OPTIONS" and not g.owner.is_manager:
        raise NotFound


@bp.get("")
def index() -> ResponseReturnValue:
    """List colleagues and open invitations; the address of a new invitation is shown once."""
    return _page(InvitationForm(formdata=None))


@bp.post("")
def invite() -> ResponseReturnValue:
    """Invite a colleague; with `mail` the address is mailed, too."""
    form = InvitationForm()
    if not form.validate():
        return _page(form, 422)
    by_mail = "mail" in request.form and current().sends_mail
    try:
        row = people.invite(g.owner.id, form.name.data, form.email.data, by_mail=by_mail)
    except EmailTaken:
        form.email.errors = [_("There is an account with this email already.")]
        return _page(form, 422)
    session[INVITED] = row.id
    if by_mail:
        flash(_("A mail is on its way to %(email)s.", email=isolate(row.email)))
    return redirect_to("owner.people.index")


@bp.post("/practice")
def practice() -> ResponseReturnValue:
    """Set the name of the practice; with `take_look`, the manager's look becomes that of the practice."""
    form = PracticeForm()
    if not form.validate():
        return _page(InvitationForm(formdata=None), 422, form)
    change_practice(g.owner.id, form.practice_name.data, take_look="take_look" in request.form)
    flash(_("Saved: the pages of all who share it have it now."))
    return redirect_to("owner.people.index")


@bp.post("/invitations/<id:invitation_id>/revoke")
def revoke(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    people.revoke_invitation(g.owner.id, invitation_id)
    flash(_("The invitation was taken back."))
    return redirect_to("owner.people.index")


@bp.route("/<id:colleague_id>/end", methods=["GET", "POST"])
def end(colleague_id: int) -> ResponseReturnValue:
    """Name the coming appointments, ask what becomes of them, and end the account."""
    colleague = people.get_colleague(g.owner.id, colleague_id)
    coming = people.coming_appointments(colleague_id, utcnow())
    form = EndAccountForm()
    if request.method != "POST" or (coming and not form.validate()):
        return _end_page(colleague, coming, form, form_status(form))
    cancel = form.appointments.data == "cancel"
    try:
        notify = current().sends_mail
        people.end_account(g.owner.id, colleague_id, cancel=cancel, reason=form.reason.data or "", notify=notify)
    except LastManager:
        return _end_page(colleague, coming, form, 409)
    if colleague_id == g.owner.id:
        return redirect_to("auth.login")
    flash(_("The account of %(name)s has ended.", name=isolate(colleague.name)))
    return redirect_to("owner.people.index")


@bp.post("/<id:colleague_id>/restore")
def restore(colleague_id: int) -> ResponseReturnValue:
    """Let a colleague sign in again."""
    people.restore_account(g.owner.id, colleague_id)
    flash(_("They can sign in again. Their links stay revoked."))
    return redirect_to("owner.people.index")


@bp.post("/<id:colleague_id>/manager")
def manager(colleague_id: int) -> ResponseReturnValue:
    """Let a colleague manage, too; with `hand_over`, instead of oneself."""
    hand_over = "hand_over" in request.form and colleague_id != g.owner.id
    people.make_manager(g.owner.id, colleague_id, hand_over=hand_over)
    if hand_over:
        flash(_("You handed over: you do not manage any more."))
        return redirect_to("owner.profile.edit")
    flash(_("They manage, too, now."))
    return redirect_to("owner.people.index")


def _page(form: InvitationForm, status: int = 200, practice_form: PracticeForm | None = None) -> ResponseReturnValue:
    practice_id = g.owner.practice_id
    invitations = people.open_invitations(practice_id)
    invited = session.pop(INVITED, None) if status == 200 else None
    new = next((each for each in invitations if each.id == invited), None)
    page = render_template(
        "people.html",
        form=form,
        practice_form=practice_form or PracticeForm(formdata=None, practice_name=get_practice(practice_id).name),
        colleagues=[ColleagueView.of(each) for each in people.colleagues(practice_id)],
        invitations=[InvitationView.of(each) for each in invitations],
        new=new and InvitationView.of(new),
        address=new and join_address(invitation_token(new)),
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status


def _end_page(colleague: Owner, coming: Sequence[Booking], form: EndAccountForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "account_end.html",
        colleague=ColleagueView.of(colleague),
        mine=colleague.id == g.owner.id,
        coming=[BookingView.of(booking, calendar_name=booking.calendar.name) for booking in coming],
        form=form,
        last_manager=status == 409,
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status
