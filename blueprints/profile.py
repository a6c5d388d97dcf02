"""Settings → Profile."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import logos
from blueprints.answers import go_to
from blueprints.owner_only import begin, require_owner
from colours import is_kept
from forms import LookForm, PasswordForm, ProfileForm
from scheduling.looks import change_logo, change_look
from scheduling.owners import change_password, change_profile, start_session
from scheduling.refusals import SignInRefused

bp = Blueprint("profile", __name__, url_prefix="/settings")
bp.before_request(require_owner)

OURS = "#1f5f4a"
"""The accent of the stylesheet."""


@bp.route("/profile", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Change what invitees read of the owner."""
    form = ProfileForm(obj=g.owner)
    if not form.validate_on_submit():
        return _page(422 if form.is_submitted() else 200, form=form)
    change_profile(g.owner.id, form.name.data, form.timezone.data, form.contact.data)
    flash(_("Your profile was saved."))
    return go_to("profile.edit")


@bp.route("/look", methods=["GET", "POST"])
def look() -> ResponseReturnValue:
    """Change the colour and the logo, or go back to ours."""
    if request.method != "POST":
        return go_to("profile.edit")
    if "ours" in request.form:
        change_look(g.owner.id, "")
        flash(_("Your pages have our colour again."))
        return go_to("profile.edit")
    if "no_logo" in request.form:
        change_logo(g.owner.id, None)
        flash(_("Your logo was removed."))
        return go_to("profile.edit")
    form = LookForm()
    image = _clean_logo(form) if form.validate_on_submit() else None
    if form.errors:
        return _page(422, look_form=form)
    accent = form.accent.data.lower()
    change_look(g.owner.id, "" if accent == OURS else accent)
    if image:
        change_logo(g.owner.id, image)
    flash(_("Your look was saved."))
    if not is_kept(accent):
        flash(_("Where your colour is text it is darker, so that it can be read."))
    return go_to("profile.edit")


def _clean_logo(form: LookForm) -> bytes | None:
    """Return the logo that was sent along, if any; one that can't be used is an error of the form."""
    upload = request.files.get("logo")
    if not upload:
        return None
    try:
        with upload.stream as file:
            return logos.clean(file.read())
    except logos.NoImage as error:
        form.logo.errors = [_no_image_words(str(error))]
        return None


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


def _no_image_words(why: str) -> str:
    words = {
        "kind": _("This is no image that we know: use a PNG, JPEG, WebP or GIF."),
        "size": _("This image has too many pixels: make it smaller."),
        "empty": _("Nothing can be seen on this image."),
    }
    return str(words.get(why, _("This image can’t be read: it seems to be broken.")))


def _page(
    status: int,
    form: ProfileForm | None = None,
    look_form: LookForm | None = None,
    password_form: PasswordForm | None = None,
) -> ResponseReturnValue:
    return render_template(
        "profile.html",
        form=form or ProfileForm(formdata=None, obj=g.owner),
        look_form=look_form or LookForm(formdata=None, accent=g.owner.accent or OURS),
        password_form=password_form or PasswordForm(formdata=None),
    ), status
