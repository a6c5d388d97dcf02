"""The first account, signing in and out."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

import tokens
from addresses import key
from blueprints.owner_only import GO_ON, SIGN_IN, begin, current_owner, require_csrf
from forms import SetupForm, SignInForm
from proxies import household
from scheduling.owners import anybody, set_up, setup_token, sign_in, sign_out, start_session
from scheduling.refusals import SignInRefused

bp = Blueprint("auth", __name__)
bp.before_request(require_csrf)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Lead to the calendars, or to the sign-in."""
    return redirect(url_for("calendars.index" if current_owner() else "auth.login"), code=303)


@bp.route("/setup", methods=["GET", "POST"])
def setup() -> ResponseReturnValue:
    """Make the first owner's account, while there is none."""
    if anybody() or not tokens.same(request.args.get("token", ""), setup_token(key())):
        abort(404)
    form = SetupForm()
    if not form.validate_on_submit():
        return render_template("setup.html", form=form), 422 if form.is_submitted() else 200
    owner = set_up(
        form.email.data, form.name.data, form.timezone.data, form.password.data, calendar=_("30-minute meeting")
    )
    begin(start_session(owner, locale=str(get_locale())))
    flash(_("Welcome, %(name)s. This is your first calendar: share it from its three-dot menu.", name=owner.name))
    return redirect(url_for("calendars.index"), code=303)


@bp.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in with email and password."""
    if request.method == "GET" and current_owner():
        return redirect(url_for("calendars.index"), code=303)
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, first=not anybody()), 422 if form.is_submitted() else 200
    try:
        token = sign_in(form.email.data, form.password.data, household(request.remote_addr or ""), str(get_locale()))
    except SignInRefused:
        form.password.errors = [_("The email or the password is not right.")]
        return render_template("login.html", form=form, first=False), 422
    go_on = session.get(GO_ON)
    begin(token)
    return redirect(go_on or url_for("calendars.index"), code=303)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End this browser's session."""
    if token := session.get(SIGN_IN):
        sign_out(token)
    session.clear()
    return redirect(url_for("auth.login"), code=303)
