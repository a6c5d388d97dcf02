"""Settings → Profile."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from accounts.branding import change_accent, change_logo
from accounts.email_changes import change_email
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.owners import change_password, change_profile
from accounts.practices import get_practice, leave_practice_look, share_practice
from accounts.sessions import start_session
from blueprints.login_required import browser_of_request, start_browser_session
from blueprints.responses import form_status, redirect_to
from branding import logos
from branding.colours import LIGHT, is_readable
from forms.account import BrandingForm, EmailForm, PasswordForm, ProfileForm
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


@bp.route("/look", methods=["GET", "POST"])
def branding() -> ResponseReturnValue:
    """Change or reset the colour and the logo."""
    if request.method != "POST":
        return redirect_to("owner.profile.edit")
    if "ours" in request.form:
        change_accent(g.owner.id, "")
        flash(_("Your pages have our colour again."))
        return redirect_to("owner.profile.edit")
    if "no_logo" in request.form:
        change_logo(g.owner.id, None)
        flash(_("Your logo was removed."))
        return redirect_to("owner.profile.edit")
    form = BrandingForm()
    image = _clean_logo(form) if form.validate_on_submit() else None
    if form.errors:
        return _page(422, look_form=form)
    accent = form.accent.data.lower()
    change_accent(g.owner.id, "" if accent == LIGHT.accent else accent)
    if image:
        change_logo(g.owner.id, image)
    flash(_("Your look was saved."))
    if not is_readable(accent):
        flash(_("Where your colour is text it is darker, so that it can be read."))
    return redirect_to("owner.profile.edit")


@bp.post("/look/practice")
def practice() -> ResponseReturnValue:
    """Take over the name and the look of the practice, or leave them."""
    if "leave" in request.form:
        leave_practice_look(g.owner.id)
        flash(_("Your pages follow the practice no more. Change your colour and logo as you like."))
    else:
        share_practice(g.owner.id)
        flash(_("Your pages have the name and the look of the practice, and follow it."))
    return redirect_to("owner.profile.edit")


def _clean_logo(form: BrandingForm) -> bytes | None:
    """Return the uploaded logo, re-encoded, if there is one; add an error to the form if it is not usable."""
    upload = request.files.get("logo")
    if not upload:
        return None
    try:
        with upload.stream as file:
            return logos.prepare_logo(file.read())
    except logos.InvalidImage as error:
        form.logo.errors = [_no_image_words(str(error))]
        return None


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


def _no_image_words(why: str) -> str:
    words = {
        "kind": _("This file is not an image that we support: use a PNG, JPEG, WebP or GIF."),
        "size": _("This image has too many pixels: make it smaller."),
        "empty": _("Nothing can be seen on this image."),
    }
    return str(words.get(why, _("This image can’t be read: it seems to be broken.")))


def _page(
    status: int,
    form: ProfileForm | None = None,
    look_form: BrandingForm | None = None,
    password_form: PasswordForm | None = None,
    email_form: EmailForm | None = None,
) -> ResponseReturnValue:
    return render_template(
        "profile.html",
        form=form or ProfileForm(formdata=None, obj=g.owner),
        look_form=look_form or BrandingForm(formdata=None, accent=g.owner.accent or LIGHT.accent),
        password_form=password_form or PasswordForm(formdata=None),
        practice=get_practice(g.owner.practice_id),
        email_form=email_form or EmailForm(formdata=None),
    ), status
