"""Every part of the pages in every state, for developers: `/styleguide`, only with `--debug`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, request

from availability.day_bars import day_bars, hours_shown
from availability.month_view import build_picker, upcoming_days
from availability.opening_hours import parse_availability
from availability.slots import Agenda, Availability, BusyTimes, Rules
from blueprints.drawings import axis_drawing
from blueprints.responses import render_page
from blueprints.view_models import BarRow
from blueprints.week_view import WeekView, first_of_week, week_view
from i18n import formatting
from public_profile import PublicCalendar, PublicProfile
from scheduling.booking_queries import Appointment

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
    taken = Agenda(BusyTimes([(NOW + timedelta(hours=2), NOW + timedelta(hours=4))]))
    bars = day_bars(rules, taken, upcoming_days(rules, taken, NOW, 4))
    first, last = hours_shown(bars)
    return render_page(
        "styleguide.html",
        calendar=CALENDAR,
        profile=OWNER,
        picker=picker,
        axis=axis_drawing(first, last),
        bars=[BarRow.of(bar, first, last) for bar in bars],
        week=_week(hours),
        today=NOW.date(),
        rtl=request.args.get("dir") == "rtl",
    )


def _week(hours: Availability) -> WeekView:
    """Return a week with all that there can be in one: what is over, what is short, over midnight, busy, closed."""
    examples = (("Lu Wei", -46, 30), ("Ann Archer", -21, 90), ("Robin Quick", 5, 15), ("Night Owl", 29, 360))
    booked = []
    for number, (name, begins, minutes) in enumerate(examples):
        start = NOW + timedelta(hours=begins)
        end = start + timedelta(minutes=minutes)
        booked.append((Appointment(number, name, "", "", "", start, end, True, "Visit"), f"#{number}"))
    busy = {
        None: BusyTimes([(NOW + timedelta(hours=25), NOW + timedelta(hours=28))]),
        "Work": BusyTimes([(NOW + timedelta(hours=2), NOW + timedelta(hours=4))]),
    }
    monday = first_of_week(NOW.date(), formatting.first_weekday())
    return week_view(monday, ZONE, NOW, booked, busy, [hours])
