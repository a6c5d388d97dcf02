"""Every part of the pages in every state, for developers: `/styleguide`, only with `--debug`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, request

from availability.month_view import build_picker
from availability.opening_hours import parse_availability
from availability.slots import Agenda, BusyTimes, Rules
from blueprints.responses import render_page
from i18n import formatting
from models import PublicCalendar, PublicProfile

bp = Blueprint("styleguide", __name__)

OWNER = PublicProfile("Olivia Ownerson", "olivia@example.com or +49 30 901820")
CALENDAR = PublicCalendar("30-minute meeting", "Let us talk about your garden.", "Video call", 30, OWNER)
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""The day on which the examples are looked at."""


@bp.get("/styleguide")
def show() -> Response:
    """Show the parts; `?dir=rtl` from right to left."""
    if not current_app.debug:
        abort(404)
    hours = parse_availability(["mon-fri 09:00-12:30", "mon-thu 13:30-17:00"])
    rules = Rules(ZONE, hours, duration=timedelta(minutes=30), step=timedelta(minutes=30))
    picker = build_picker(rules, Agenda(BusyTimes()), NOW, ZONE, first_weekday=formatting.first_weekday())
    return render_page(
        "styleguide.html", calendar=CALENDAR, profile=OWNER, picker=picker, rtl=request.args.get("dir") == "rtl"
    )
