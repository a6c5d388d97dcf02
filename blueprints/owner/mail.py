"""Settings → Mail: what could not be sent, and why."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.responses import redirect_to
from notifications import undelivered

bp = Blueprint("mail", __name__, url_prefix="/settings/mail")

MOST = 100


@bp.get("")
def index() -> ResponseReturnValue:
    """Show whether mail is sent at all, what could not be sent, and what waits."""
    return render_template(
        "mail.html",
        failed=undelivered.failed(g.owner.id, MOST),
        waiting=undelivered.waiting(g.owner.id, MOST),
        zone=ZoneInfo(g.owner.timezone),
    )


@bp.post("/<id:message_id>/again")
def again(message_id: int) -> ResponseReturnValue:
    """Try a message at once."""
    undelivered.send_again(g.owner.id, message_id)
    flash(_("It is tried again now."))
    return redirect_to("owner.mail.index")


@bp.post("/again")
def all_again() -> ResponseReturnValue:
    """Try at once all that could not be sent."""
    undelivered.send_all_again(g.owner.id)
    flash(_("All of them are tried again now."))
    return redirect_to("owner.mail.index")


@bp.post("/<id:message_id>/dismiss")
def dismiss(message_id: int) -> ResponseReturnValue:
    """Let a message be that could not be sent."""
    undelivered.dismiss(g.owner.id, message_id)
    flash(_("It will not be sent."))
    return redirect_to("owner.mail.index")
