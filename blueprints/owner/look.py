"""Settings → Look: the colour and the logo of the invitees' pages, or those of the practice."""

from flask import Blueprint, abort, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from accounts.branding import change_accent, change_logo
from accounts.practices import get_practice, leave_practice_look, share_practice
from blueprints.responses import redirect_to
from branding import logos, uploads
from branding.colours import DARK, LIGHT, is_readable
from branding.theme import custom_properties
from database import utcnow
from forms.account import BrandingForm
from i18n.texts import gettext as _

bp = Blueprint("look", __name__, url_prefix="/settings/look")


@bp.route("", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Show the colour and the logo with what invitees see of them; change or reset them."""
    if request.method != "POST":
        return _page(200)
    if "ours" in request.form:
        change_accent(g.owner.id, "")
        flash(_("Your pages have our colour again."))
        return redirect_to("owner.look.edit")
    if "no_logo" in request.form:
        change_logo(g.owner.id, None)
        flash(_("Your logo was removed."))
        return redirect_to("owner.look.edit")
    form = BrandingForm()
    image = _clean_logo(form) if form.validate_on_submit() else None
    if form.errors:
        return _page(422, form)
    accent = form.accent.data.lower()
    change_accent(g.owner.id, "" if accent == LIGHT.accent else accent)
    if image:
        change_logo(g.owner.id, image)
    darker = "" if is_readable(accent) else " " + _("As text, your colour is darker, so that it can be read.")
    flash(_("Your look was saved.") + darker)
    return redirect_to("owner.look.edit")


@bp.get("/colours")
def colours() -> ResponseReturnValue:
    """Return the stylesheet's variables for `accent`, in light and dark, as JSON; 422 if it is no colour."""
    form = BrandingForm(request.args)
    if not form.accent.validate(form):
        abort(422)
    accent = form.accent.data.lower()
    return {name: custom_properties(accent, scheme) for name, scheme in (("light", LIGHT), ("dark", DARK))}


@bp.post("/practice")
def practice() -> ResponseReturnValue:
    """Take over the name and the look of the practice, or leave them."""
    if "leave" in request.form:
        leave_practice_look(g.owner.id)
        flash(_("Your pages follow the practice no more. Change your colour and logo as you like."))
    else:
        share_practice(g.owner.id)
        flash(_("Your pages have the name and the look of the practice, and follow it."))
    return redirect_to("owner.look.edit")


def _clean_logo(form: BrandingForm) -> bytes | None:
    """Return the uploaded logo, re-encoded, if there is one; add an error to the form if it is not usable."""
    upload = request.files.get("logo")
    if not upload:
        return None
    try:
        with upload.stream as file:
            return logos.prepare_logo(file.read())
    except uploads.InvalidImage as error:
        form.logo.errors = [_no_image_words(str(error))]
        return None


def _no_image_words(why: str) -> str:
    words = {
        "kind": _("This file is not an image that we support: use a PNG, JPEG, WebP or GIF."),
        "size": _("This image has too many pixels: make it smaller."),
        "empty": _("Nothing can be seen on this image."),
    }
    return str(words.get(why, _("This image can’t be read: it seems to be broken.")))


def _page(status: int, form: BrandingForm | None = None) -> ResponseReturnValue:
    page = render_template(
        "look.html",
        form=form or BrandingForm(formdata=None, accent=g.owner.accent or LIGHT.accent),
        practice=get_practice(g.owner.practice_id),
        today=utcnow().date(),
    )
    return page, status
