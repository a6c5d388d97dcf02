"""What mails are called, and how sending them went, in the reader's language."""

from flask_babel import ngettext

from i18n.texts import gettext as _


def format_message_kind(kind: str) -> str:
    """Return the name of a kind of message."""
    return str(
        {
            "booked": _("Confirmation"),
            "moved": _("Note of the move"),
            "cancelled": _("Cancellation"),
            "rebooked": _("Note that it takes place again"),
            "reminder": _("Reminder"),
            "resent": _("Address of the appointment"),
        }[kind]
    )


def format_account_mail(kind: str) -> str:
    """Return the name of a kind of mail about an account."""
    return str(
        {
            "password-changed": _("Note of the new password"),
            "password-reset": _("Address to set a new password"),
            "email-confirm": _("Address to confirm the new email"),
            "email-changed": _("Note of the new email"),
            "invitation": _("Invitation of a colleague"),
            "source-fails": _("Note that a calendar can’t be read"),
            "link-asked-for": _("Request for a new link"),
            "erasure-asked": _("Note that somebody asks for erasing"),
        }[kind]
    )


def format_mail(failed: int, late: int) -> str:
    """Return the warning about undelivered mail, '' if there is none."""
    if failed:
        return str(ngettext("%(num)s mail could not be sent.", "%(num)s mails could not be sent.", failed))
    return (
        str(ngettext("%(num)s mail can’t be sent so far.", "%(num)s mails can’t be sent so far.", late)) if late else ""
    )


def format_tried(attempts: int) -> str:
    """Return the sentence that says how often sending was tried."""
    return str(ngettext("Tried once.", "Tried %(num)s times.", attempts))
