"""Settings → Profile."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.answers import go_to
from blueprints.owner_only import begin, require_owner
from forms import PasswordForm, ProfileForm
from scheduling.owners import change_password, change_profile, start_session
from scheduling.refusals import SignInRefused

bp = Blueprint("profile", __name__, url_prefix="/settings")
bp.before_request(require_owner)


@bp.route("/profile", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Change what invitees read of the owner."""
    form = ProfileForm(obj=g.owner)
    if not form.validate_on_submit():
        return _page(422 if form.is_submitted() else 200, form=form)
    change_profile(g.owner.id, form.name.data, form.timezone.data, form.contact.data)
    flash(_("Your profile was saved."))
    return go_to("profile.edit")


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change the password; all other browsers are signed out."""
    if request.method != "POST":
        return go_to("profile.edit")
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(422, password_form=form)
    try:
        change_password(g.owner.id, form.current.data, form.new.data)
    except SignInRefused:
        form.current.errors = [_("This is not your current password.")]
        return _page(422, password_form=form)
    begin(start_session(g.owner))
    flash(_("Your password was changed. All other browsers are signed out."))
    return go_to("profile.edit")


def _page(
    status: int, form: ProfileForm | None = None, password_form: PasswordForm | None = None
) -> ResponseReturnValue:
    return render_template(
        "profile.html",
        form=form or ProfileForm(formdata=None, obj=g.owner),
        password_form=password_form or PasswordForm(formdata=None),
    ), status
