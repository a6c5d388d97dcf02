"""A message as mail: headers, text, HTML and the invitation (RFC 5322, RFC 6047)."""

import textwrap
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from i18n.bidi import isolate
from i18n.locales import DEFAULT
from integrations import ical
from models import Message, MessageKind, Role
from notifications.email_content import EmailContent, email_content, own_address
from parsing.email_addresses import Person, split_address
from parsing.mail_server import MailServer

WIDTH = 72


def compose(message: Message, server: MailServer, now: datetime) -> EmailMessage:
    """Return the mail; composed again it is the same but for its date, so that who gets it twice can tell."""
    with force_locale(message.locale or DEFAULT):
        return _compose(message, server, now)


def _compose(message: Message, server: MailServer, now: datetime) -> EmailMessage:
    booking = message.booking
    owner = Person(booking.calendar.owner.name, booking.calendar.owner.email)
    invitee = Person(booking.name, booking.email)
    to_invitee = message.recipient is Role.INVITEE
    mail = write(
        email_content(message),
        sender=Person(server.name or (owner.name if to_invitee else "Bookonce"), server.address),
        recipient=Person("", invitee.address) if to_invitee else owner,
        now=now,
    )
    domain = server.address.rpartition("@")[2]
    mail["Message-ID"] = _id(domain, booking.uid, message.recipient, message.kind, message.sequence)
    mail["References"] = _id(domain, booking.uid, message.recipient)  # of no mail, but the same for all that belong
    other = owner if to_invitee else invitee
    if other.address.isascii():  # else the header could only be read where SMTPUTF8 is
        mail["Reply-To"] = _header_address(other)
    if message.kind is not MessageKind.REMINDER:
        _invite(mail, message, owner, invitee)
    return mail


def write(content: EmailContent, sender: Person, recipient: Person, now: datetime) -> EmailMessage:
    """Return a mail with the content's words as text and as HTML."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _header_address(sender)
    mail["To"] = _header_address(recipient)
    mail["Subject"] = _one_line(content.subject)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office note shall answer
    mail.set_content(as_text(content), cte="quoted-printable")
    mail.add_alternative(render_template("email.html", content=content), subtype="html", cte="quoted-printable")
    return mail


def as_text(content: EmailContent) -> str:
    """Return the content as plain text, in lines of at most 72 characters where words allow it."""
    parts = [content.heading, _wrapped(content.opening), _facts(content)]
    if content.action:
        parts.append("{}:\n{}".format(*content.action))
    parts.append(_wrapped(content.closing))
    return "\n\n".join(filter(None, parts)) + "\n"


def _invite(mail: EmailMessage, message: Message, owner: Person, invitee: Person) -> None:
    """Add the invitation twice: as one of the ways to read the mail, and as a file for programs that want one."""
    to_invitee = message.recipient is Role.INVITEE
    address = own_address(message)
    event = (
        ical.invitee_event(message.booking, address) if to_invitee else ical.owner_event(message.booking, address or "")
    )
    event = replace(
        event,
        sequence=message.sequence,
        stamp=message.created_at,
        starts_at=message.starts_at,
        ends_at=message.ends_at,
        confirmed=message.kind is not MessageKind.CANCELLED,
    )
    attendees = [invitee] if to_invitee else [owner, invitee]
    data = ical.invitation(event, owner, attendees)
    mail.add_alternative(
        data,
        "text",
        "calendar",
        params={"charset": "UTF-8", "method": "REQUEST" if event.confirmed else "CANCEL", "component": "VEVENT"},
    )
    mail.add_attachment(data, "application", "ics", filename=_("appointment") + ".ics")


def _id(domain: str, *parts: object) -> str:
    """Return an id that is the same for the same parts, and short, since some servers break a folded one."""
    return f"<{sha256(repr(parts).encode()).hexdigest()[:32]}@{domain}>"


def _facts(content: EmailContent) -> str:
    width = max(len(label) for label, _words in content.facts) + 2 if content.facts else 0
    lines = []
    for label, words in content.facts:
        body = "\n".join(_wrapped(isolate(line), WIDTH - width) for line in words.splitlines())
        lines.append(f"{label}:".ljust(width) + textwrap.indent(body, " " * width).lstrip())
    return "\n".join(lines)


def _wrapped(text: str, width: int = WIDTH) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _header_address(who: Person) -> Address:
    return Address(_one_line(who.name), *split_address(who.address))


def _one_line(text: str) -> str:
    """Return a text that is no more than one header's: nothing in it ends a line or can't be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
