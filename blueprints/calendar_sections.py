"""The sections of a calendar's form, each with what it holds in a phrase."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import ngettext

from availability.opening_hours import HoursError, parse_windows
from database import utcnow
from forms.calendar import CalendarForm
from i18n.bidi import isolate
from i18n.formatting import format_minutes, format_weekdays
from i18n.texts import gettext as _
from i18n.timezones import parse_timezone
from i18n.zone_names import format_place

FIELDS = {
    "what": ("name", "description", "location", "duration", "step", "is_open"),
    "when": (
        "hours_mon", "hours_tue", "hours_wed", "hours_thu", "hours_fri", "hours_sat", "hours_sun", "dates", "timezone",
    ),
    "rules": ("buffer_before", "buffer_after", "min_notice", "horizon", "daily_limit"),
    "links": ("link_days",),
    "changes": ("change_notice", "max_moves", "allow_rebooking", "reminder"),
}  # fmt: skip


class Section(NamedTuple):
    """A section: the id of its element, its name, its content in a phrase, and whether a field in it is wrong."""

    key: str
    name: str
    phrase: str
    is_wrong: bool
    is_current: bool
    """Whether it is shown first: the first that is wrong, else the one that is asked about, else the first."""


def sections_of(form: CalendarForm, asked: str = "what") -> list[Section]:
    """Return the sections of the form in their order; `asked` is the key of the one that a question is about."""
    names = {"what": _("What"), "when": _("When"), "rules": _("Rules"), "links": _("Links"), "changes": _("Changes")}
    wrong = [key for key, fields in FIELDS.items() if any(form[field].errors for field in fields)]
    current = wrong[0] if wrong else asked
    phrases = phrases_of(form)
    return [Section(key, str(names[key]), phrases[key], key in wrong, key == current) for key in FIELDS]


def phrases_of(form: CalendarForm) -> dict[str, str]:
    """Return what each section holds; what is not valid is left out."""
    return {
        "what": _what(form),
        "when": _when(form),
        "rules": _rules(form),
        "links": _links(form),
        "changes": _changes(form),
    }


def _what(form: CalendarForm) -> str:
    duration = form.duration.data
    parts = isolate(form.name.data), format_minutes(duration) if duration else "", isolate(form.location.data)
    return ", ".join(filter(None, parts))


def _when(form: CalendarForm) -> str:
    zone: ZoneInfo | None = parse_timezone(form.timezone.data or "")
    days = format_weekdays(day for day, field in enumerate(form.hours) if _is_open(field.data))
    place = format_place(zone, utcnow())[0] if zone else ""
    return ", ".join(filter(None, (days or _("no hours yet"), place)))


def _is_open(hours: str | None) -> bool:
    try:
        return bool(parse_windows(hours or ""))
    except HoursError:
        return False


def _rules(form: CalendarForm) -> str:
    notice, days = form.min_notice.data, form.horizon.data
    parts = (
        notice and _("%(time)s notice", time=format_minutes(notice)),
        days is not None and ngettext("%(num)s day ahead", "%(num)s days ahead", days),
    )
    return ", ".join(str(part) for part in parts if part)


def _links(form: CalendarForm) -> str:
    days = form.link_days.data
    if form.link_days.errors:
        return ""
    return str(ngettext("expire after %(num)s day", "expire after %(num)s days", days)) if days else _("never expire")


def _changes(form: CalendarForm) -> str:
    if form.change_notice.data is None:
        return ""
    notice = form.change_notice.data
    return _("until %(time)s before", time=format_minutes(notice)) if notice else _("until the start")
