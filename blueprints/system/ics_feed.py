"""The feed itself. No cookie: its address is the key."""

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
    """Give all appointments as iCalendar; to who has them as they are, only that (RFC 9110, section 13.1.2)."""
    owner = get_feed_owner(token)
    events = [ical.owner_event(booking, appointment_address(booking)) for booking in feed_bookings(owner.id, utcnow())]
    answer = Response(mimetype="text/calendar")
    answer.set_etag(sha256(repr((owner.name, events)).encode("utf-8", "surrogatepass")).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    if answer.status_code == 200:
        answer.data = ical.feed(owner.name, events)
    return answer
