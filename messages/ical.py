"""An appointment as iCalendar (RFC 5545)."""

from flask_babel import gettext as _
from icalendar import Calendar, Event

from models import Booking


def appointment(booking: Booking, address: str) -> bytes:
    """Return the appointment as an iCalendar object with one event; `address` is its manage link.

    UID stays the same for ever, SEQUENCE grows with each change (sections 3.8.4.7 and 3.8.7.4).
    """
    event = Event()
    event.add("uid", f"{booking.uid}@bookonce")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.changed_at)
    event.add("created", booking.created_at)
    event.add("last-modified", booking.changed_at)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    calendar = booking.calendar
    event.add("summary", _("%(what)s with %(whom)s", what=calendar.name, whom=calendar.owner.name))
    event.add("status", "CONFIRMED" if booking.is_confirmed else "CANCELLED")
    event.add("url", address)
    if calendar.location:
        event.add("location", calendar.location)
    if calendar.description:
        event.add("description", calendar.description)
    whole = Calendar()
    whole.add("prodid", "-//Bookonce//Bookonce//EN")
    whole.add("version", "2.0")
    whole.add_component(event)
    return bytes(whole.to_ical())
