"""The owner's appointments."""

from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.owner_only import require_owner
from clock import utcnow
from reading import read_number
from scheduling.appointments import appointments

bp = Blueprint("bookings", __name__)
bp.before_request(require_owner)

A_PAGE = 50
MOST_PAGES = 1000


@bp.get("/bookings")
def index() -> ResponseReturnValue:
    """List the appointments by the owner's days, those to come or, with `past`, those that were."""
    past = "past" in request.args
    page = read_number(request.args.get("page"), MOST_PAGES) or 1
    found = appointments(g.owner.id, utcnow(), past, most=A_PAGE + 1, skip=(page - 1) * A_PAGE)
    zone = ZoneInfo(g.owner.timezone)
    days = groupby(found[:A_PAGE], key=lambda booking: booking.starts_at.astimezone(zone).date())
    return render_template(
        "bookings.html",
        past=past,
        page=page,
        more=len(found) > A_PAGE,
        days=[(day, list(group)) for day, group in days],
        zone=zone,
    )
