"""The feed itself. No cookie: its address is the key."""

from hashlib import sha256

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from addresses import appointment_address
from clock import utcnow
from messages import ical
from scheduling.feeds import find_feed, in_feed

bp = Blueprint("feed", __name__)


@bp.get("/feed/<token>.ics")
def ics(token: str) -> ResponseReturnValue:
    """Give all appointments as iCalendar; to who has them as they are, only that (RFC 9110, section 13.1.2)."""
    owner = find_feed(token)
    entries = [ical.owners_entry(booking, appointment_address(booking)) for booking in in_feed(owner.id, utcnow())]
    answer = Response(mimetype="text/calendar")
    answer.set_etag(sha256(repr((owner.name, entries)).encode("utf-8", "surrogatepass")).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    if answer.status_code == 200:
        answer.data = ical.feed(owner.name, entries)
    return answer
