"""Account → Profile: name, contact and time zone, email, password."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from accounts.email_changes import change_email
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.owners import change_password, change_profile
from accounts.sessions import start_session
from blueprints.login_required import browser_of_request, start_browser_session
from blueprints.responses import form_status, redirect_to
from forms.account import EmailForm, PasswordForm, ProfileForm
from i18n.bidi import isolate
from i18n.texts import gettext as _

bp = Blueprint("profile", __name__, url_prefix="/settings")


@bp.route("/profile", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Change what invitees see of the owner."""
    form = ProfileForm(obj=g.owner)
    if not form.validate_on_submit():
        return _page(form_status(form), form=form)
    change_profile(g.owner.id, form.name.data, form.timezone.data, form.contact.data)
    flash(_("Your profile was saved."))
    return redirect_to("owner.profile.edit")


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change the password and sign out all other browsers."""
    if request.method != "POST":
        return redirect_to("owner.profile.edit")
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(422, password_form=form)
    try:
        owner = change_password(g.owner.id, form.current.data, form.new.data, request.remote_addr or "")
        token = start_session(owner, address=request.remote_addr or "", browser=browser_of_request())
    except InvalidCredentials:
        form.current.errors = [_("This is not your current password.")]
        return _page(422, password_form=form)
    start_browser_session(token)
    flash(_("Your password was changed. All other browsers are signed out."))
    return redirect_to("owner.profile.edit")


@bp.route("/email", methods=["GET", "POST"])
def email() -> ResponseReturnValue:
    """Change the email, or have it confirmed at the new address."""
    if request.method != "POST":
        return redirect_to("owner.profile.edit")
    form = EmailForm()
    if not form.validate_on_submit():
        return _page(422, email_form=form)
    try:
        changed = change_email(g.owner.id, form.password.data, form.email.data, request.remote_addr or "")
    except InvalidCredentials:
        form.password.errors = [_("This is not your password.")]
        return _page(422, email_form=form)
    except EmailTaken:
        form.email.errors = [_("Another account has this email.")]
        return _page(422, email_form=form)
    sent = _("A mail is on its way to %(email)s. Until you confirm it there, the old email stays.")
    said = _("You sign in as %(email)s from now on.") if changed else sent
    flash(said % {"email": isolate(form.email.data)})
    return redirect_to("owner.profile.edit")


def _page(
    status: int,
    form: ProfileForm | None = None,
    password_form: PasswordForm | None = None,
    email_form: EmailForm | None = None,
) -> ResponseReturnValue:
    return render_template(
        "profile.html",
        form=form or ProfileForm(formdata=None, obj=g.owner),
        password_form=password_form or PasswordForm(formdata=None),
        email_form=email_form or EmailForm(formdata=None),
    ), status
