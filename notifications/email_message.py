"""Composing the mail of a message: headers, text, HTML and the calendar invitation (RFC 5322, RFC 6047)."""

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

from accounts.branding import logo_image
from branding.colours import DARK, LIGHT, scheme_in
from branding.logos import logo_as_png
from enums import MessageKind, Role
from i18n.bidi import isolate
from i18n.locales import DEFAULT
from i18n.texts import gettext as _
from integrations import ical
from models import AccountMessage, Mail, Message
from notifications.account_content import account_content
from notifications.email_content import EmailContent, email_content, own_address
from parsing.email_addresses import Mailbox, split_address
from parsing.mail_server import MailServer
from parsing.values import printable_line
from public_profile import PublicProfile

WIDTH = 72
LOGO_ID = "logo@bookonce"
NO_LOOK = PublicProfile("", "")


def compose(message: Mail, server: MailServer, now: datetime) -> EmailMessage:
    """Return the mail in its recipient's language. A second attempt differs in the date, not in the Message-ID."""
    with force_locale(message.locale or DEFAULT):
        if isinstance(message, AccountMessage):
            return _about_account(message, server, now)
        return _about_booking(message, server, now)


def _about_account(message: AccountMessage, server: MailServer, now: datetime) -> EmailMessage:
    name = message.owner.name if message.address == message.owner.email else ""
    sender = Mailbox(server.name or "Bookonce", server.address)
    mail = write(
        account_content(message),
        sender=sender,
        recipient=Mailbox(name, message.address),
        now=now,
        look=message.owner.public_profile,
    )
    domain = server.address.rpartition("@")[2]
    mail["Message-ID"] = _id(domain, "account", message.id, message.created_at.isoformat())
    return mail


def _about_booking(message: Message, server: MailServer, now: datetime) -> EmailMessage:
    booking = message.booking
    owner = Mailbox(booking.calendar.owner.name, booking.calendar.owner.email)
    invitee = Mailbox(booking.name, booking.email)
    to_invitee = message.recipient is Role.INVITEE
    mail = write(
        email_content(message),
        sender=Mailbox(server.name or (owner.name if to_invitee else "Bookonce"), server.address),
        recipient=Mailbox("", invitee.address) if to_invitee else owner,
        now=now,
        look=booking.calendar.owner.public_profile,
    )
    domain = server.address.rpartition("@")[2]
    resent = (message.id,) if message.kind is MessageKind.RESENT else ()  # there may be several, each a mail of its own
    mail["Message-ID"] = _id(domain, booking.uid, message.recipient, message.kind, message.sequence, *resent)
    mail["References"] = _id(
        domain, booking.uid, message.recipient
    )  # the id of no mail: it makes one thread of all mails of a booking
    other = owner if to_invitee else invitee
    if other.address.isascii():  # otherwise the header would need SMTPUTF8
        mail["Reply-To"] = _header_address(other)
    if message.kind not in (MessageKind.REMINDER, MessageKind.RESENT):
        _invite(mail, message, owner)
    return mail


def write(
    content: EmailContent, sender: Mailbox, recipient: Mailbox, now: datetime, look: PublicProfile = NO_LOOK
) -> EmailMessage:
    """Return a mail with the content as plain text and as HTML, in the owner's colour and with their logo."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _header_address(sender)
    mail["To"] = _header_address(recipient)
    mail["Subject"] = printable_line(content.subject)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    mail.set_content(as_text(content), cte="quoted-printable")
    logo = _logo(look.logo)
    html = render_template(
        "email.html",
        content=content,
        profile=look,
        logo=logo and LOGO_ID,
        light=scheme_in(look.accent, LIGHT),
        dark=scheme_in(look.accent, DARK),
    )
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if logo:  # within the mail, since many programs load nothing from elsewhere, and who loads it would be known
        part = mail.get_payload()[-1]  # type: ignore[index]
        part.add_related(logo, "image", "png", cid=f"<{LOGO_ID}>", filename="logo.png", disposition="inline")  # type: ignore[union-attr]
    return mail


def _logo(digest: str) -> bytes | None:
    image = logo_image(digest) if digest else None
    return logo_as_png(image) if image else None


def as_text(content: EmailContent) -> str:
    """Return the content as plain text, wrapped at 72 characters; longer words are not broken."""
    parts = [content.heading, _wrapped(content.opening), _facts(content)]
    if content.action:
        parts.append("{}:\n{}".format(*content.action))
    parts.append(_wrapped(content.closing))
    return "\n\n".join(filter(None, parts)) + "\n"


def _invite(mail: EmailMessage, message: Message, owner: Mailbox) -> None:
    """Add the calendar entry twice: as an alternative part, and as an attachment for mail programs that expect one."""
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
    method, data = ical.invitation(event, owner, message.booking.email) if to_invitee else ical.publication(event)
    mail.add_alternative(
        data,
        "text",
        "calendar",
        params={"charset": "UTF-8", "method": method, "component": "VEVENT"},
    )
    mail.add_attachment(data, "application", "ics", filename=_("appointment") + ".ics")


def _id(domain: str, *parts: object) -> str:
    """Return a Message-ID that depends on the parts only; it is short, since some servers break folded headers."""
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


def _header_address(mailbox: Mailbox) -> Address:
    return Address(printable_line(mailbox.name), *split_address(mailbox.address))
