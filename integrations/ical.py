"""Appointments as iCalendar (RFC 5545): a file, an invitation (RFC 5546), a feed.

The UID never changes, and SEQUENCE grows with each change (RFC 5545, sections 3.8.4.7 and 3.8.7.4). Times are in UTC,
so that no VTIMEZONE is needed (section 3.6.5) and each calendar program shows them in its user's own zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Booking
from parsing.contact_links import mailto_url
from parsing.email_addresses import Mailbox

REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class CalendarEvent:
    """One appointment as a calendar entry; `stamp` is when it was last changed."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    confirmed: bool
    summary: str
    description: str
    location: str
    url: str
    created_at: datetime


def invitee_event(booking: Booking, address: str | None) -> CalendarEvent:
    """Return the entry for the invitee's calendar; `address` is the manage link, None if it can't be shown."""
    calendar = booking.calendar
    way_back = _("See, move or cancel it: %(address)s", address=address) if address else ""
    return _calendar_event(
        booking,
        summary=_("%(what)s with %(whom)s", what=isolate(calendar.name), whom=isolate(calendar.owner.name)),
        description="\n\n".join(filter(None, (calendar.description, way_back))),
        url=address or "",
    )


def owner_event(booking: Booking, address: str) -> CalendarEvent:
    """Return the entry for the owner's calendar; `address` is the owner's page of the appointment."""
    answers = "\n".join(f"{label}: {answer}" for label, answer in booking.answers)
    known = (
        booking.email,
        booking.phone,
        answers and "\n" + answers,
        booking.notes and "\n" + booking.notes,
        "\n" + address,
    )
    return _calendar_event(
        booking,
        summary=_("%(what)s with %(whom)s", what=isolate(booking.calendar.name), whom=isolate(booking.name))
        if booking.name
        else booking.calendar.name,
        description="\n".join(filter(None, known)),
        url=address,
    )


def file(event: CalendarEvent) -> bytes:
    """Return the appointment as an iCalendar file."""
    return _serialize([_event(event)])


def invitation(event: CalendarEvent, organizer: Mailbox, attendee: str) -> tuple[str, bytes]:
    """Return the method and the data for the invitee's mail (RFC 5546, sections 3.2.2 and 3.2.5).

    It is a REQUEST, or a CANCEL if the appointment does not take place. The attendee is an email address without a
    name, since somebody else may have typed that; it counts as accepted, since the invitee chose the time.
    """
    component = _event(event)
    component.add("organizer", _cal_address(organizer.address, CN=organizer.name))
    component.add(
        "attendee",
        _cal_address(attendee, CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"),
    )
    method = "REQUEST" if event.confirmed else "CANCEL"
    return method, _serialize([component], method)


def publication(event: CalendarEvent) -> tuple[str, bytes]:
    """Return the method and the data for the owner's mail: PUBLISH (RFC 5546, section 3.2.1).

    Programs add no invitation whose organizer reads it, and cancel none without an organizer; `docs/mail.md` says what
    each does. So there is neither organizer nor attendee, and what is cancelled is published once more: as cancelled,
    in the title as well, and as a time that is free.
    """
    if not event.confirmed:
        event = replace(event, summary=_("Cancelled: %(what)s", what=event.summary))
    component = _event(event)
    component.add("transp", "OPAQUE" if event.confirmed else "TRANSPARENT")
    return "PUBLISH", _serialize([component], "PUBLISH")


def feed(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """Return a calendar to be subscribed to (RFC 7986, sections 5.1 and 5.7)."""
    whole = _calendar(None)  # PUBLISH would demand an ORGANIZER of each event (RFC 5546, section 3.2.1)
    whole.add("name", name)
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", f"PT{REFRESH // timedelta(minutes=1)}M")
    for event in events:
        whole.add_component(_event(event))
    return bytes(whole.to_ical())


def _calendar_event(booking: Booking, summary: str, description: str, url: str) -> CalendarEvent:
    return CalendarEvent(
        uid=f"{booking.uid}@bookonce",
        sequence=booking.sequence,
        stamp=booking.changed_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        confirmed=booking.is_confirmed,
        summary=summary,
        description=description,
        location=booking.calendar.location,
        url=url,
        created_at=booking.created_at,
    )


def _event(event: CalendarEvent) -> Event:
    component = Event()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("dtstamp", event.stamp)
    component.add("created", event.created_at)
    component.add("last-modified", event.stamp)
    component.add("dtstart", event.starts_at)
    component.add("dtend", event.ends_at)
    component.add("summary", event.summary)
    component.add("status", "CONFIRMED" if event.confirmed else "CANCELLED")
    for name in ("description", "location", "url"):
        if value := getattr(event, name):
            component.add(name, value)
    return component


def _cal_address(address: str, **parameters: str) -> vCalAddress:
    found = vCalAddress(mailto_url(address) or "")
    found.params.update(parameters)
    return found


def _calendar(method: str | None) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Bookonce//Bookonce//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    return calendar


def _serialize(events: Iterable[Event], method: str | None = None) -> bytes:
    calendar = _calendar(method)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
