"""The text of each mail to the invitee and the owner: confirmation, change, cancellation, reminder."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from enums import ChangeKind, MessageKind, Role
from i18n.bidi import isolate
from i18n.formatting import format_appointment, format_short_slot, format_slot
from i18n.texts import gettext as _
from i18n.zone_names import format_zone
from models import Message
from public_urls import appointment_address, manage_address, manage_token

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EmailContent:
    """The content of a mail. `facts` are pairs of label and text, `action` is a pair of label and address.

    `day` is that of the appointment for the recipient, None in mails about an account; `takes_place` is whether it
    still does.
    """

    subject: str
    heading: str
    opening: str
    facts: Facts
    action: tuple[str, str] | None
    closing: str
    day: date | None = None
    takes_place: bool = True


def email_content(message: Message) -> EmailContent:
    """Return the content for the message's recipient, about the booking as it was when the message was written."""
    return _to_invitee(message) if message.recipient is Role.INVITEE else _to_owner(message)


def own_address(message: Message) -> str | None:
    """Return the address of the recipient's page of the appointment; None if the manage link can't be shown."""
    if message.recipient is Role.OWNER:
        return appointment_address(message.booking.id)
    token = manage_token(message.booking)
    return token and manage_address(token)


def _to_invitee(message: Message) -> EmailContent:
    """Contains nothing that the invitee typed: the mailbox may belong to a stranger."""
    booking, zone = message.booking, ZoneInfo(message.booking.timezone)
    calendar, owner = booking.calendar, booking.calendar.owner
    change, by_owner = message.change, message.change is not None and message.change.actor is Role.OWNER
    resent = message.kind is MessageKind.RESENT
    cancelled = message.kind is MessageKind.CANCELLED or (resent and not booking.is_confirmed)
    subject, heading, opening = _invitees_words(message.kind, isolate(owner.name) if by_owner else "")
    if resent and cancelled:
        opening = _("It is cancelled.")
    address = own_address(message)
    return EmailContent(
        subject=_subject(subject, calendar.name, owner.name, format_short_slot(message.starts_at, zone)),
        heading=heading,
        opening=opening,
        facts=_present(
            *_times(message, zone),
            (_("What"), calendar.name),
            (_("With"), owner.name),
            (_("Where"), "" if cancelled else calendar.location),
            (_("About"), "" if cancelled else calendar.description),
            (_("Reason"), change.reason if change and by_owner else ""),
            (_("Contact"), owner.contact),
        ),
        action=(_("See the appointment") if cancelled else _("See, move or cancel it"), address) if address else None,
        closing=_("This address is yours alone: whoever has it can change the appointment.") if address else "",
        day=message.starts_at.astimezone(zone).date(),
        takes_place=not cancelled,
    )


def _invitees_words(kind: MessageKind, owner: str) -> tuple[str, str, str]:
    """Return subject, heading and opening; `owner` is the owner's name if the owner made the change, else ''."""
    match kind:
        case MessageKind.BOOKED:
            return _("Confirmed"), _("Your appointment is confirmed"), ""
        case MessageKind.MOVED:
            opening = _("%(who)s moved it to another time.", who=owner) if owner else _("You moved it to another time.")
            return _("Moved"), _("Your appointment was moved"), opening
        case MessageKind.CANCELLED:
            opening = _("%(who)s cancelled it.", who=owner) if owner else _("You cancelled it.")
            return _("Cancelled"), _("Your appointment is cancelled"), opening
        case MessageKind.REBOOKED:
            opening = _("%(who)s put it back.", who=owner) if owner else _("You put it back.")
            return _("Confirmed again"), _("Your appointment takes place after all"), opening
        case MessageKind.RESENT:
            return _("Asked for again"), _("The way back to your appointment"), ""
    return _("Reminder"), _("Your appointment is coming up"), ""


def _to_owner(message: Message) -> EmailContent:
    booking, change = message.booking, message.change
    calendar = booking.calendar
    zone, theirs = ZoneInfo(calendar.owner.timezone), ZoneInfo(booking.timezone)
    subject, heading = _owners_words(
        message.kind, isolate(booking.name), change is not None and change.actor is Role.OWNER
    )
    elsewhere = _differs(message.starts_at, theirs, zone)
    return EmailContent(
        subject=_subject(subject, calendar.name, booking.name, format_short_slot(message.starts_at, zone)),
        heading=heading,
        opening=_("The time is free for others now.") if message.kind is MessageKind.CANCELLED else "",
        facts=_present(
            *_times(message, zone),
            (_("For them"), _in_zone(format_slot(message.starts_at, theirs), message, theirs) if elsewhere else ""),
            (_("What"), calendar.name),
            (_("Name"), booking.name),
            (_("Email"), booking.email),
            (_("Phone"), booking.phone),
            (_("Answers"), "\n".join(f"{label}: {answer}" for label, answer in booking.answers)),
            (_("Notes"), booking.notes),
            (_("Reason"), change.reason if change else ""),
        ),
        action=(_("Open the appointment"), appointment_address(booking.id)),
        closing="",
        day=message.starts_at.astimezone(zone).date(),
        takes_place=message.kind is not MessageKind.CANCELLED,
    )


def _owners_words(kind: MessageKind, name: str, mine: bool) -> tuple[str, str]:
    """Return subject and heading; `mine` if the owner made the change."""
    match kind:
        case MessageKind.BOOKED:
            return _("Booked"), _("%(name)s booked an appointment", name=name)
        case MessageKind.MOVED if mine:
            return _("Moved"), _("You moved the appointment with %(name)s", name=name)
        case MessageKind.MOVED:
            return _("Moved"), _("%(name)s moved the appointment", name=name)
        case MessageKind.CANCELLED if mine:
            return _("Cancelled"), _("You cancelled the appointment with %(name)s", name=name)
        case MessageKind.CANCELLED:
            return _("Cancelled"), _("%(name)s cancelled the appointment", name=name)
        case MessageKind.REBOOKED if mine:
            return _("Put back"), _("You put the appointment with %(name)s back", name=name)
    return _("Put back"), _("%(name)s put the appointment back", name=name)


def _subject(event: str, what: str, whom: str, when: str) -> str:
    return str(_("%(what)s with %(whom)s, %(when)s (%(event)s)", event=event, what=what, whom=whom, when=when))


def _times(message: Message, zone: ZoneInfo) -> Facts:
    """Return the time of the appointment, and the one before a move."""
    when = _in_zone(format_appointment(message.starts_at, message.ends_at, zone), message, zone)
    calendars = ZoneInfo(message.booking.calendar.timezone)
    if message.recipient is Role.INVITEE and _differs(message.starts_at, zone, calendars):
        there = _in_zone(format_slot(message.starts_at, calendars), message, calendars).replace("\n", ", ")
        when += "\n" + _("that is %(when)s", when=there)
    return (_("When"), when), (_("Before"), _before(message, zone))


def _differs(at: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    return at.astimezone(one).utcoffset() != at.astimezone(other).utcoffset()


def _before(message: Message, zone: ZoneInfo) -> str:
    """Return the time that the recipient was told before, or else the one before the last move; '' if there is none."""
    change = message.change
    if change is None or message.kind not in (MessageKind.MOVED, MessageKind.REBOOKED):
        return ""
    told = message.told_start
    if told and told != message.starts_at:
        return format_slot(told, zone)
    return format_slot(change.start_before, zone) if change.kind is ChangeKind.MOVED else ""


def _in_zone(words: str, message: Message, zone: ZoneInfo) -> str:
    return f"{words}\n{format_zone(zone, message.starts_at)}"


def _present(*facts: tuple[str, str]) -> Facts:
    return tuple((label, words) for label, words in facts if words)
