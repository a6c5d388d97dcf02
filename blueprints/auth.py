"""The first account, login and logout, and a new password for whoever forgot theirs."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from accounts import people
from accounts.email_changes import confirm_email, get_email_change
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.owners import create_first_owner, has_owner
from accounts.password_resets import get_reset, request_reset, reset_password
from accounts.people import get_invitation
from accounts.sessions import log_in, log_out, start_session
from accounts.setup import is_setup_token
from blueprints import carried
from blueprints.login_required import (
    NEXT_URL,
    SESSION_TOKEN,
    browser_of_request,
    current_owner,
    end_browser_session,
    require_csrf,
    start_browser_session,
)
from blueprints.responses import form_status
from forms.account import ForgotForm, JoinForm, LoginForm, ResetForm, SetupForm
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Owner

RESET_COMMAND = "flask --app app owner reset --email …"

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
    address, browser = request.remote_addr or "", browser_of_request()
    start_browser_session(start_session(owner, locale=str(get_locale()), address=address, browser=browser))
    _welcome(owner)
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
        address, browser = request.remote_addr or "", browser_of_request()
        token = log_in(form.email.data, form.password.data, address, str(get_locale()), browser)
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


@bp.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Mail an address at which a new password is set. The page is the same whether there is such an account or not."""
    form = ForgotForm()
    if not form.validate_on_submit():
        page = render_template("forgot.html", form=form, asked="sent" in request.args, command=RESET_COMMAND)
        return page, form_status(form)
    request_reset(form.email.data, request.remote_addr or "")
    return redirect(url_for("auth.forgot", sent=1), code=303)


@bp.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """Set a new password at a one-time address."""
    get_reset(token)
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("reset.html", form=form), form_status(form)
    reset_password(token, form.password.data, request.remote_addr or "")
    end_browser_session()
    flash(_("Your new password is set, and all browsers are signed out. Sign in with it."))
    return redirect(url_for("auth.login"), code=303)


@bp.route("/email/<token>", methods=["GET", "POST"])
def email(token: str) -> ResponseReturnValue:
    """Confirm a new email at the address that was mailed to it; looking at it changes nothing."""
    new = get_email_change(token).email
    if request.method != "POST":
        return render_template("email_confirm.html", email=new)
    try:
        confirm_email(token, request.remote_addr or "")
    except EmailTaken:
        return render_template("email_confirm.html", email=new, taken=True), 409
    flash(_("Your email is changed. You sign in as %(email)s from now on.", email=isolate(new)))
    return redirect(url_for("owner.profile.edit" if current_owner() else "auth.login"), code=303)


@bp.route("/join/<token>", methods=["GET", "POST"])
def join(token: str) -> ResponseReturnValue:
    """Create the account of an invited colleague, and sign them in."""
    invitation = get_invitation(token)
    form = JoinForm(name=invitation.name)
    if not form.validate_on_submit():
        return render_template("join.html", form=form, email=invitation.email), form_status(form)
    address, calendar = request.remote_addr or "", _("30-minute meeting")
    try:
        owner = people.join(token, form.name.data, form.timezone.data, form.password.data, calendar, address)
    except EmailTaken:
        form.name.errors = [_("There is an account with this email by now. Sign in with it.")]
        return render_template("join.html", form=form, email=invitation.email), 422
    token = start_session(owner, locale=str(get_locale()), address=address, browser=browser_of_request())
    start_browser_session(token)
    _welcome(owner)
    return redirect(url_for("owner.calendars.index"), code=303)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    if token := session.get(SESSION_TOKEN):
        log_out(token)
    session.clear()
    return redirect(url_for("auth.login"), code=303)


def _welcome(owner: Owner) -> None:
    name = isolate(owner.name)
    flash(_("Welcome, %(name)s. This is your first calendar: press Share to make a link to it.", name=name))
