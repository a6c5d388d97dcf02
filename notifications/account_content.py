"""The text of each mail about an account. A new kind is a function here, and its line in `CONTENTS`."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from enums import AccountMessageKind, TokenPurpose
from i18n.bidi import isolate
from i18n.formatting import format_moment
from i18n.texts import gettext as _
from i18n.zone_names import format_zone
from models import AccountMessage
from notifications.email_content import EmailContent
from public_urls import (
    account_token,
    appointment_address,
    base,
    email_address,
    forgot_address,
    join_address,
    requests_address,
    reset_address,
    sources_address,
)
from scheduling.requests import get_request
from sources.words import problem_text


def account_content(message: AccountMessage) -> EmailContent:
    """Return the content of the mail, composed from its parameters."""
    return CONTENTS[message.kind](message)


def _password_changed(message: AccountMessage) -> EmailContent:
    return EmailContent(
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        opening=_("All browsers that were signed in before are signed out. If it was you, there is nothing to do."),
        facts=(
            (_("When"), _moment(message)),
            (_("Account"), message.owner.email),
            (_("At"), base()),
        ),
        action=(_("It was not me: set a new password"), forgot_address()),
        closing=_("If it was not you, also tell whoever runs this server."),
    )


def _password_reset(message: AccountMessage) -> EmailContent:
    return EmailContent(
        subject=_("Set a new password"),
        heading=_("Set a new password"),
        opening=_("Somebody asked for a new password of your account. If it was not you, there is nothing to do."),
        facts=((_("Account"), message.owner.email), (_("At"), base())),
        action=(_("Set a new password"), reset_address(account_token(TokenPurpose.PASSWORD, message))),
        closing=_("The address works once, for an hour. Give it to nobody."),
    )


def _email_confirm(message: AccountMessage) -> EmailContent:
    return EmailContent(
        subject=_("Confirm your email"),
        heading=_("Confirm your email"),
        opening=_("Somebody gave this address as the new email of their account. If it was not you, do nothing."),
        facts=((_("New email"), message.address), (_("At"), base())),
        action=(_("Look at it and confirm"), email_address(account_token(TokenPurpose.EMAIL, message))),
        closing=_("The address works once, for a day. Until then the old email stays."),
    )


def _email_changed(message: AccountMessage) -> EmailContent:
    return EmailContent(
        subject=_("Your email was changed"),
        heading=_("Your email was changed"),
        opening=_("You sign in with the new one from now on. If it was you, there is nothing to do."),
        facts=(
            (_("When"), _moment(message)),
            (_("Before"), message.address),
            (_("New email"), message.parameters["email"]),
            (_("At"), base()),
        ),
        action=None,
        closing=_("If it was not you, tell whoever runs this server at once."),
    )


def _invitation(message: AccountMessage) -> EmailContent:
    who = isolate(message.owner.name)
    return EmailContent(
        subject=_("%(who)s invites you to Bookonce", who=who),
        heading=_("%(who)s invites you", who=who),
        opening=_("You get an account of your own, with your own calendars, to share one-time booking links."),
        facts=((_("Email"), message.address), (_("At"), base())),
        action=(_("Make my account"), join_address(account_token(TokenPurpose.INVITATION, message))),
        closing=_("The address works once, for seven days. If you don’t know who this is, do nothing."),
    )


def _source_fails(message: AccountMessage) -> EmailContent:
    said = message.parameters
    return EmailContent(
        subject=_("“%(name)s” can’t be read", name=isolate(said["name"])),
        heading=_("“%(name)s” can’t be read", name=isolate(said["name"])),
        opening=_("What is new in this calendar does not block your times, so you could be booked twice."),
        facts=((_("Why"), problem_text(said["problem"], said["detail"])), (_("When"), _moment(message))),
        action=(_("See your other calendars"), sources_address()),
        closing=_("Its earlier busy times stay. You get this mail once, until it can be read again."),
    )


def _erasure_asked(message: AccountMessage) -> EmailContent:
    return EmailContent(
        subject=_("Somebody asks you to erase their details"),
        heading=_("Somebody asks you to erase their details"),
        opening=_("Whoever has an appointment with you asks for it at their own page. You grant it with one press."),
        facts=((_("When"), _moment(message)),),
        action=(_("Open the appointment"), appointment_address(int(message.parameters["booking"]))),
        closing="",
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


def _moment(message: AccountMessage) -> str:
    zone = ZoneInfo(message.owner.timezone)
    return f"{format_moment(message.created_at, zone)}\n{format_zone(zone, message.created_at)}"


CONTENTS: dict[AccountMessageKind, Callable[[AccountMessage], EmailContent]] = {
    AccountMessageKind.PASSWORD_CHANGED: _password_changed,
    AccountMessageKind.PASSWORD_RESET: _password_reset,
    AccountMessageKind.EMAIL_CONFIRM: _email_confirm,
    AccountMessageKind.EMAIL_CHANGED: _email_changed,
    AccountMessageKind.INVITATION: _invitation,
    AccountMessageKind.SOURCE_FAILS: _source_fails,
    AccountMessageKind.LINK_ASKED_FOR: _link_asked_for,
    AccountMessageKind.ERASURE_ASKED: _erasure_asked,
}
