"""Settings → Profile → Where you are signed in: the owner's sessions."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, session
from flask.typing import ResponseReturnValue

import tokens
from accounts.sessions import end_other_sessions, end_session, list_sessions
from blueprints.login_required import SESSION_TOKEN
from blueprints.responses import redirect_to
from blueprints.view_models import SessionView
from i18n.texts import gettext as _

bp = Blueprint("browsers", __name__, url_prefix="/settings/browsers")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the browsers in which the owner is signed in."""
    here = tokens.digest(session[SESSION_TOKEN])
    sessions = [SessionView.of(row, here=row.token_hash == here) for row in list_sessions(g.owner.id)]
    return render_template("browsers.html", sessions=sessions, zone=ZoneInfo(g.owner.timezone))


@bp.post("/<id:session_id>/end")
def end(session_id: int) -> ResponseReturnValue:
    """Sign out one browser; its own page says so if it is this one."""
    end_session(g.owner.id, session_id)
    flash(_("That browser is signed out."))
    return redirect_to("owner.browsers.index")


@bp.post("/end")
def end_others() -> ResponseReturnValue:
    """Sign out all browsers but this one."""
    end_other_sessions(g.owner.id, session[SESSION_TOKEN])
    flash(_("All other browsers are signed out."))
    return redirect_to("owner.browsers.index")
