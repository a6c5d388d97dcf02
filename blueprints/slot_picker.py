"""The slot picker, for booking with a link and for moving an appointment."""

import gzip
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import get_locale

from availability.month_view import Picker, build_picker
from availability.slots import DAY, Agenda
from blueprints.kept_pages import Choice
from blueprints.responses import wants_fragment
from database import utcnow
from i18n import formatting, timezones
from models import Booking, Calendar, Link
from parsing.values import parse_date, parse_month
from public_profile import PublicCalendar
from scheduling.agenda import agenda


def has_choice(args: Mapping[str, str]) -> bool:
    """Return whether the query chooses what the picker shows; `utm_…`, `fbclid` and a zone that is none do not."""
    return (
        bool(args.keys() & {"date", "month", "start", "zones"}) or timezones.parse_timezone(args.get("tz")) is not None
    )


def reader_zone(calendar: Calendar) -> ZoneInfo:
    """Return the zone that the request names, else the calendar's."""
    named = request.values.get("tz") or request.form.get("timezone")
    return timezones.parse_timezone(named) or ZoneInfo(calendar.timezone)


def choice_from_query() -> Choice:
    """Return what the request chooses; what is invalid counts as absent."""
    args = request.args
    zone = timezones.parse_timezone(args.get("tz"))
    return Choice(
        locale=str(get_locale()),
        template="_picker.html" if wants_fragment() else "picker.html",
        zone=zone.key if zone else "",
        month=parse_month(args.get("month")),
        day=parse_date(args.get("date")),
        finds_zone=not has_choice(args),
        asks_zone="zones" in args,
    )


def picker_of(link: Link, choice: Choice, now: datetime) -> Picker:
    """Return the picker for a choice at `now`; it depends on nothing else in the request."""
    zone = ZoneInfo(choice.zone or link.calendar.timezone)
    return build_picker(
        link.rules,
        _agenda(link.calendar, now),
        now,
        zone,
        choice.month,
        choice.day,
        first_weekday=formatting.first_weekday(),
    )


def picker_from_query(what: Link | Booking) -> Picker:
    """Return the picker on the day or the month of the query; an invalid one counts as absent."""
    args = request.args
    return _pick(what, month=parse_month(args.get("month")), day=parse_date(args.get("date")))


def picker_around(what: Link | Booking, start: datetime | None, gone: bool = False) -> Picker:
    """Return the picker on the day of a slot, or on the first day with slots if that day has none.

    If the slot is `gone`, the free slots nearest to it come first.
    """
    if start is not None:
        day = start.astimezone(reader_zone(what.calendar)).date()
        picker = _pick(what, day=day, near=start if gone else None)
        if picker.starts or picker.nearest:
            return picker
    return _pick(what)


@lru_cache(maxsize=500)
def slot_page(
    template: str, _locale: str, calendar: PublicCalendar, picker: Picker, finds_zone: bool, asks_zone: bool
) -> tuple[bytes, bytes]:
    """Return the slot page, or its fragment, for a visitor who has not typed anything: raw and gzipped bytes.

    It is rendered once and reused until a booking changes its inputs, which halves the time of a request. `_locale`
    is a part of the cache key. The page holds no secret, not even its own address, so compressing it leaks nothing.
    """
    plain = render_template(
        template,
        calendar=calendar,
        profile=calendar.owner,
        picker=picker,
        finds_zone=finds_zone,
        asks_zone=asks_zone,
    ).encode()
    return plain, gzip.compress(plain, compresslevel=6, mtime=0)


def _pick(
    what: Link | Booking, month: date | None = None, day: date | None = None, near: datetime | None = None
) -> Picker:
    """Return the picker of a link, or of an appointment that is being moved, as if its time were free."""
    now, calendar = utcnow(), what.calendar
    return build_picker(
        what.rules,
        _agenda(calendar, now, moving=what if isinstance(what, Booking) else None),
        now,
        reader_zone(calendar),
        month,
        day,
        near,
        formatting.first_weekday(),
    )


def _agenda(calendar: Calendar, now: datetime, moving: Booking | None = None) -> Agenda:
    """Return what limits all slots of the calendar that can be booked at `now`."""
    until = now + (calendar.horizon + 2) * DAY
    return agenda(calendar.owner_id, calendar.id, ZoneInfo(calendar.timezone), now, until, moving)
