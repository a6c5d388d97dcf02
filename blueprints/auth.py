"""The first account, login and logout."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from accounts.errors import InvalidCredentials
from accounts.owners import create_first_owner, has_owner
from accounts.sessions import log_in, log_out, start_session
from accounts.setup import is_setup_token
from blueprints import carried
from blueprints.login_required import NEXT_URL, SESSION_TOKEN, current_owner, require_csrf, start_browser_session
from blueprints.responses import form_status
from forms.account import LoginForm, SetupForm
from i18n.bidi import isolate
from i18n.texts import gettext as _

bp = Blueprint("auth", __name__)
bp.before_request(require_csrf)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Redirect to the calendars, or to the login."""
    return redirect(url_for("owner.calendars.index" if current_owner() else "auth.login"), code=303)


@bp.route("/setup", methods=["GET", "POST"])
def setup() -> ResponseReturnValue:
    """Create the first owner's account; 404 if there is an account already."""
    if not is_setup_token(request.args.get("token", "")):
        abort(404)
    form = SetupForm()
    if not form.validate_on_submit():
        return render_template("setup.html", form=form), form_status(form)
    owner = create_first_owner(
        form.email.data, form.name.data, form.timezone.data, form.password.data, calendar=_("30-minute meeting")
    )
    start_browser_session(start_session(owner, locale=str(get_locale()), address=request.remote_addr or ""))
    flash(
        _("Welcome, %(name)s. This is your first calendar: share it from its three-dot menu.", name=isolate(owner.name))
    )
    return redirect(url_for("owner.calendars.index"), code=303)


@bp.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Log in with email and password."""
    if request.method == "GET" and current_owner():
        return redirect(url_for("owner.calendars.index"), code=303)
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, first=not has_owner()), form_status(form)
    try:
        token = log_in(form.email.data, form.password.data, request.remote_addr or "", str(get_locale()))
    except InvalidCredentials:
        form.password.errors = [_("The email or the password is wrong.")]
        return render_template("login.html", form=form, first=False), 422
    next_url = session.get(NEXT_URL)
    start_browser_session(token)
    if text := request.form.get("carried"):
        if (owner := current_owner()) and (kept := carried.unpack(text, owner)):
            return render_template("carried.html", carried=kept)
        flash(_("What was sent before you signed in was not saved: it was another account’s, or too old."))
    return redirect(next_url or url_for("owner.calendars.index"), code=303)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    if token := session.get(SESSION_TOKEN):
        log_out(token)
    session.clear()
    return redirect(url_for("auth.login"), code=303)
