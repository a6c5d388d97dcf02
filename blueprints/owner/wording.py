"""The words in which a link is sent: the calendar's own wording, or a default in the reader's language."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from i18n import formatting
from i18n.texts import gettext as _
from models import Calendar, Link
from parsing.contact_links import mailto_url, tel_url

PLACEHOLDERS = ("name", "calendar", "link", "owner", "expires")
_PLACEHOLDER = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_SPACE_BEFORE_NAME = re.compile(r"[ \t]*\{name\}")


@dataclass(frozen=True)
class Wording:
    """The texts with their placeholders."""

    text: str
    subject: str
    email: str


def default_wording() -> Wording:
    """Return the wording in the reader's language."""
    return Wording(
        text=_("Hello {name}, here you can pick a time for {calendar}: {link} {owner}"),
        subject=_("Pick a time: {calendar}"),
        email=_(
            "Hello {name},\n\nhere you can pick a time for {calendar}:\n\n{link}\n\n"
            "The link is yours alone and works for one booking.\n\n{owner}"
        ),
    )


def wording_of(calendar: Calendar) -> Wording:
    """Return the calendar's wording; what it does not say is the default."""
    default = default_wording()
    return Wording(
        calendar.text_wording or default.text,
        calendar.email_subject or default.subject,
        calendar.email_wording or default.email,
    )


def filled_in(link: Link, calendar: Calendar, owner_name: str, address: str) -> Wording:
    """Return the texts for one link. Placeholders are replaced once, so a name that looks like one stays a name."""
    expires = formatting.format_last_day(link.expires_at, ZoneInfo(calendar.timezone)) if link.expires_at else ""
    values = {
        "name": link.name or link.label.split(",")[0].strip(),
        "calendar": calendar.name,
        "link": address,
        "owner": owner_name,
        "expires": expires,
    }
    wording = wording_of(calendar)
    return Wording(*(_fill(text, values) for text in (wording.text, wording.subject, wording.email)))


def sms_url(phone: str, text: str) -> str:
    """Return `sms:` with the text; `phone` may be empty. With `?&` Android and iOS read it, beyond RFC 5724."""
    number = (tel_url(phone) or "").removeprefix("tel:")
    return f"sms:{number}?&body={quote(text)}"


def mail_url(address: str, subject: str, text: str) -> str:
    """Return `mailto:` with subject and text (RFC 6068), their line breaks as %0D%0A; `address` may be empty."""
    body = quote(text.replace("\n", "\r\n"))
    return f"{mailto_url(address) or 'mailto:'}?subject={quote(subject)}&body={body}"


def _fill(text: str, values: dict[str, str]) -> str:
    if not values["name"]:
        text = _SPACE_BEFORE_NAME.sub("", text)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
