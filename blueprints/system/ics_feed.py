"""The iCalendar feed. It has no cookie: the token in the URL is the credential."""

from hashlib import sha256

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from database import utcnow
from integrations import ical
from public_urls import appointment_address
from scheduling.feeds import feed_bookings, get_feed_owner

bp = Blueprint("ics_feed", __name__)


@bp.get("/feed/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Return all appointments as iCalendar; 304 if the client has the current version (RFC 9110, section 13.1.2)."""
    owner = get_feed_owner(token)
    events = [
        ical.owner_event(booking, appointment_address(booking.id)) for booking in feed_bookings(owner.id, utcnow())
    ]
    response = Response(mimetype="text/calendar")
    response.set_etag(sha256(repr((owner.name, events)).encode("utf-8", "surrogatepass")).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    if response.status_code == 200:
        response.data = ical.feed(owner.name, events)
    return response
