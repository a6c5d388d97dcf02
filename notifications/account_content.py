"""The text of each mail about an account. A new kind is a function here, and its line in `CONTENTS`."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from i18n.formatting import format_moment, format_zone
from models import AccountMessage, AccountMessageKind
from notifications.email_content import EmailContent
from public_urls import base, requests_address
from scheduling.requests import get_request


def account_content(message: AccountMessage) -> EmailContent:
    """Return the content of the mail, composed from its parameters."""
    return CONTENTS[message.kind](message)


def _password_changed(message: AccountMessage) -> EmailContent:
    zone = ZoneInfo(message.owner.timezone)
    return EmailContent(
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        opening=_("All browsers that were signed in before are signed out. If it was you, there is nothing to do."),
        facts=(
            (_("When"), f"{format_moment(message.created_at, zone)}\n{format_zone(zone, message.created_at)}"),
            (_("Account"), message.owner.email),
            (_("At"), base()),
        ),
        action=None,
        closing=_("If it was not you, tell whoever runs this server at once: they can set a new one."),
    )


def _link_asked_for(message: AccountMessage) -> EmailContent:
    """Return what the request says now: meanwhile it may have been erased."""
    asked = get_request(message.owner_id, int(message.parameters["request"]))
    facts = [(_("Who"), asked.name), (_("Where to reach them"), asked.contact)]
    facts += [(_("Their words"), asked.note)] if asked.note else []
    facts += [(_("At the link for"), asked.link.label)] if asked.link.label else []
    return EmailContent(
        subject=_("%(name)s asks for a new link", name=asked.name),
        heading=_("%(name)s asks for a new link", name=asked.name),
        opening=_("Their link of “%(calendar)s” can’t be used any more.", calendar=asked.link.calendar.name),
        facts=tuple(facts),
        action=(_("Answer"), requests_address()),
        closing=_("One press makes a link for them; sending it is up to you."),
    )


CONTENTS: dict[AccountMessageKind, Callable[[AccountMessage], EmailContent]] = {
    AccountMessageKind.PASSWORD_CHANGED: _password_changed,
    AccountMessageKind.LINK_ASKED_FOR: _link_asked_for,
}
