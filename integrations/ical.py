"""Appointments as iCalendar (RFC 5545): a file, an invitation (RFC 5546), a feed.

UID stays the same for ever, SEQUENCE grows with each change (RFC 5545, sections 3.8.4.7 and 3.8.7.4). Times are in UTC,
so that no VTIMEZONE is needed (section 3.6.5) and every program shows them in its reader's own zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress

from i18n.bidi import isolate
from models import Booking
from parsing.email_addresses import Person

REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class CalendarEvent:
    """One appointment in somebody's calendar; `stamp` is when it became what it is."""

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
    """Return the appointment as it is now in its invitee's calendar; `address` is its manage link."""
    calendar = booking.calendar
    way_back = _("See, move or cancel it: %(address)s", address=address) if address else ""
    return _entry(
        booking,
        summary=_("%(what)s with %(whom)s", what=isolate(calendar.name), whom=isolate(calendar.owner.name)),
        description="\n\n".join(filter(None, (calendar.description, way_back))),
        url=address or "",
    )


def owner_event(booking: Booking, address: str) -> CalendarEvent:
    """Return the appointment as it is now in its owner's calendar; `address` is the owner's page of it."""
    known = (booking.email, booking.phone, booking.notes and "\n" + booking.notes, "\n" + address)
    return _entry(
        booking,
        summary=_("%(what)s with %(whom)s", what=isolate(booking.calendar.name), whom=isolate(booking.name)),
        description="\n".join(filter(None, known)),
        url=address,
    )


def file(event: CalendarEvent) -> bytes:
    """Return the appointment as a file to be opened with a calendar program."""
    return _whole([_event(event)])


def invitation(event: CalendarEvent, organizer: Person, attendees: Iterable[Person]) -> bytes:
    """Return what is sent by mail: a REQUEST, or a CANCEL where it does not take place (RFC 5546, section 3.2).

    The attendees have accepted already: one chose the time, the other offered it.
    """
    component = _event(event)
    component.add("organizer", _person(organizer))
    for attendee in attendees:
        person = _person(attendee)
        person.params["CUTYPE"] = "INDIVIDUAL"
        person.params["ROLE"] = "REQ-PARTICIPANT"
        person.params["PARTSTAT"] = "ACCEPTED"
        person.params["RSVP"] = "FALSE"
        component.add("attendee", person)
    return _whole([component], method="REQUEST" if event.confirmed else "CANCEL")


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


def _entry(booking: Booking, summary: str, description: str, url: str) -> CalendarEvent:
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


def _person(who: Person) -> vCalAddress:
    person = vCalAddress(f"mailto:{who.address}")
    person.params["CN"] = who.name
    return person


def _calendar(method: str | None) -> Calendar:
    whole = Calendar()
    whole.add("prodid", "-//Bookonce//Bookonce//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    if method:
        whole.add("method", method)
    return whole


def _whole(events: Iterable[Event], method: str | None = None) -> bytes:
    whole = _calendar(method)
    for event in events:
        whole.add_component(event)
    return bytes(whole.to_ical())
