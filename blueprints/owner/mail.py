"""Settings → Mail: messages that could not be sent, and why."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.responses import redirect_to
from blueprints.view_models import AccountMessageView, MessageView
from models import AccountMessage, Message
from notifications import undelivered

bp = Blueprint("mail", __name__, url_prefix="/settings/mail")

MOST = 100


@bp.get("")
def index() -> ResponseReturnValue:
    """Show whether mail is sent at all, which messages could not be sent, and which wait for another try."""
    return render_template(
        "mail.html",
        failed=_views(undelivered.failed(g.owner.id, MOST)),
        waiting=_views(undelivered.waiting(g.owner.id, MOST)),
        failed_account=_account_views(undelivered.failed_account_mails(g.owner.id, MOST)),
        waiting_account=_account_views(undelivered.waiting_account_mails(g.owner.id, MOST)),
        zone=ZoneInfo(g.owner.timezone),
    )


@bp.post("/<id:message_id>/again")
def again(message_id: int) -> ResponseReturnValue:
    """Try to send a message again now."""
    undelivered.send_again(g.owner.id, message_id)
    flash(_("It is tried again now."))
    return redirect_to("owner.mail.index")


@bp.post("/account/<id:message_id>/again")
def account_again(message_id: int) -> ResponseReturnValue:
    """Try to send a mail about the account again now."""
    undelivered.send_again(g.owner.id, message_id, AccountMessage)
    flash(_("It is tried again now."))
    return redirect_to("owner.mail.index")


@bp.post("/again")
def all_again() -> ResponseReturnValue:
    """Try to send all failed messages again now."""
    undelivered.send_all_again(g.owner.id)
    flash(_("All of them are tried again now."))
    return redirect_to("owner.mail.index")


@bp.post("/<id:message_id>/dismiss")
def dismiss(message_id: int) -> ResponseReturnValue:
    """Dismiss a message that could not be sent."""
    undelivered.dismiss(g.owner.id, message_id)
    flash(_("It will not be sent."))
    return redirect_to("owner.mail.index")


@bp.post("/account/<id:message_id>/dismiss")
def account_dismiss(message_id: int) -> ResponseReturnValue:
    """Dismiss a mail about the account that could not be sent."""
    undelivered.dismiss(g.owner.id, message_id, AccountMessage)
    flash(_("It will not be sent."))
    return redirect_to("owner.mail.index")


def _views(messages: Sequence[Message]) -> list[MessageView]:
    return [MessageView.of(message, name=message.booking.name) for message in messages]


def _account_views(messages: Sequence[AccountMessage]) -> list[AccountMessageView]:
    return [AccountMessageView.of(message) for message in messages]
