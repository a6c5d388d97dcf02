"""Formatting of dates, times and durations in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from babel import Locale, dates
from flask_babel import ngettext

from availability.opening_hours import format_windows
from availability.slots import Availability, Windows
from i18n.locales import cached_by_locale, current_locale
from i18n.texts import gettext as _
from i18n.timezones import occurs_twice, offset_text

MONDAY = date(2024, 1, 1)


def utc_text(at: datetime) -> str:
    """Return an instant as in URLs and attributes: `2026-12-03T09:00:00Z` (RFC 3339)."""
    return at.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def format_month(day: date) -> str:
    """Return `December 2026`."""
    return _date(day, "LLLL y")


def format_months(first: date, last: date, today: date) -> str:
    """Return `November – December` or `January – February 2027`: a year comes once, and this one never."""
    end = _date(last, "LLLL" if last.year == today.year else "LLLL y")
    if (first.year, first.month) == (last.year, last.month):
        return end
    begin = _date(first, "LLLL" if first.year in (today.year, last.year) else "LLLL y")
    return f"{begin}\u00a0– {end}"  # no line begins with the dash


def format_leaf_month(day: date) -> str:
    """Return `December`, without the year."""
    return _date(day, "LLLL")


def format_short_month(day: date) -> str:
    """Return `Dec`."""
    return _date(day, "LLL")


def format_day(day: date, year: bool = False) -> str:
    """Return `Thursday, 3 December`, followed by the year if `year`."""
    return _date(day, "EEEE, d MMMM y" if year else "EEEE, d MMMM")


def format_days(days: Iterable[date]) -> dict[date, str]:
    """Return each day with its text from `format_day`."""
    locale = current_locale()
    return {day: _formatted(day, "EEEE, d MMMM", locale) for day in days}


def format_short_day(day: date) -> str:
    """Return `Thu 3 Dec`."""
    return _date(day, "EEE d MMM")


def format_day_of_month(day: date) -> str:
    """Return `Thu 3`."""
    return _date(day, "EEE d")


def format_weekday(weekday: int, wide: bool = False) -> str:
    """Return `Mo` or, wide, `Monday`; Monday is 0."""
    return _date(MONDAY + timedelta(days=weekday), "EEEE" if wide else "EEEEEE")


def format_time(at: datetime) -> str:
    """Return the wall time of an aware datetime: `9:00`, `9:00 AM`; with the offset if it occurs twice."""
    return _time(at, current_locale())


def join_times(starts: Iterable[datetime]) -> str:
    """Return wall times of aware datetimes: `9:00 9:30 10:00`."""
    locale = current_locale()
    return " ".join(_time(at, locale) for at in starts)


def language() -> str:
    """Return the language of the texts: `en`."""
    return str(current_locale().language)


def has_12_hours() -> bool:
    """Return whether the reader's clock has twelve hours, AM and PM."""
    return _has_12_hours(current_locale())


def first_weekday() -> int:
    """Return the first day of the reader's week; Monday is 0."""
    return int(current_locale().first_week_day)


def weekdays() -> list[tuple[str, str]]:
    """Return the names of the weekdays, long and short, in the reader's order."""
    return _weekdays(current_locale())


def weekday_letters() -> list[str]:
    """Return a letter for each weekday, in the reader's order."""
    return _weekday_letters(current_locale())


def format_stretch(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return an interval: `24 Dec 2026 – 2 Jan 2027` if it is whole days, else with its times."""
    start, end = start.astimezone(zone), end.astimezone(zone)
    if start.time() == end.time() == time():
        first, last = start.date(), end.date() - timedelta(days=1)
        words = [_date(day, "d MMM y") for day in (first, last)]
        return words[0] if first == last else " – ".join(words)
    ends = format_time(end) if end.date() == start.date() else format_moment(end, zone)
    return f"{format_moment(start, zone)} – {ends}"


def format_slot(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant: `Thursday, 3 December, 9:00`."""
    local = at.astimezone(zone)
    return f"{format_day(local.date())}, {format_time(local)}"


def format_short_slot(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in short: `Thu 3 Dec, 9:00`."""
    local = at.astimezone(zone)
    return f"{format_short_day(local.date())}, {format_time(local)}"


def format_appointment(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return an appointment: `Thursday, 3 December 2026, 9:00–9:30`; the end has a date if it is on another day."""
    return f"{format_day(start.astimezone(zone).date(), year=True)}, {format_times(start, end, zone)}"


def format_times(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return the times of an appointment: `9:00–9:30`; the end has a date if it is on another day."""
    start, end = start.astimezone(zone), end.astimezone(zone)
    ends = format_time(end) if end.date() == start.date() else f"{format_day(end.date())}, {format_time(end)}"
    return f"{format_time(start)}–{ends}"


def format_week(first: date, last: date, today: date) -> str:
    """Return the dates of a week: `23–29 Nov`, with the year if it is not this one."""
    pattern = "MMMMd" if first.year == last.year == today.year else "yMMMMd"
    return str(dates.format_interval(first, last, pattern, locale=current_locale()))


def format_hour(minutes: int) -> str:
    """Return a whole hour of the day as on an axis: `9`, `9 AM`; 1440 is `24`, `12 AM`."""
    return _hour(minutes // 60, current_locale())


def format_date(at: datetime, zone: ZoneInfo) -> str:
    """Return the date of an instant in short: `3 Dec 2026`."""
    return _date(at.astimezone(zone).date(), "d MMM y")


def format_moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in short: `3 Dec 2026, 9:00`."""
    return f"{format_date(at, zone)}, {format_time(at.astimezone(zone))}"


def last_day(expires_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day of which a part is before an instant: what expires at midnight works the day before."""
    return (expires_at - timedelta.resolution).astimezone(zone).date()


def format_last_day(expires_at: datetime, zone: ZoneInfo) -> str:
    """Return the last day on which a link works, in short: `3 Dec 2026`."""
    return _date(last_day(expires_at, zone), "d MMM y")


def days_left(expires_at: datetime | None, today: date, zone: ZoneInfo) -> int | None:
    """Return in how many days the last day is on which a link works; None if it never expires."""
    return (last_day(expires_at, zone) - today).days if expires_at else None


@cached_by_locale
def format_expiry(days: int | None) -> str:
    """Return when an unused link expires by its `days_left`: `expires in 90 days`, `expires tomorrow`."""
    if days is None:
        return str(_("never expires"))
    if days < 1:
        return str(_("expires today"))
    return str(
        _("expires tomorrow") if days == 1 else ngettext("expires in %(num)s day", "expires in %(num)s days", days)
    )


def format_past_day(day: date, today: date) -> str:
    """Return the day of what was: `today`, `24 Nov`, or with its year if it was another one: `24 Nov 2025`."""
    return str(_("today")) if day == today else _date(day, "d MMM" if day.year == today.year else "d MMM y")


@cached_by_locale
def format_minutes(minutes: int) -> str:
    """Return a duration: `30 min`, `1 h`, `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(hours)s h", hours=hours)] if hours else []
    if rest or not hours:
        parts.append(_("%(minutes)s min", minutes=rest))
    return " ".join(parts)


def format_hours(availability: Availability) -> str:
    """Return weekly hours on one line: `Mo–Fr 09:00–17:00 · Sa 10:00–12:00`."""
    return _week_words(availability.week, current_locale()) or _("no hours yet")


def format_weekdays(days: Iterable[int]) -> str:
    """Return weekdays in short: `Mo–Fr, Su`; Monday is 0. '' for none."""
    locale = current_locale()
    runs = groupby(enumerate(sorted(days)), key=lambda each: each[1] - each[0])
    return ", ".join(_span([day for _place, day in run], locale) for _start, run in runs)


@lru_cache(maxsize=256)
def _week_words(week: Sequence[Windows], locale: Locale) -> str:
    lines = []
    for windows, group in groupby(range(7), key=lambda day: week[day]):
        days = list(group)
        if windows:
            lines.append(f"{_span(days, locale)} {format_windows(windows).replace('-', '–')}")
    return " · ".join(lines)


def parts_of_day(starts: Sequence[datetime]) -> list[tuple[str, list[tuple[datetime, str]]]]:
    """Return aware wall times with their labels, grouped under Morning, Afternoon and Evening."""
    locale = current_locale()
    labelled = [(at, _time(at, locale)) for at in starts]
    names = [_("Morning"), _("Afternoon"), _("Evening")]
    grouped = groupby(labelled, key=lambda slot: 0 if slot[0].hour < 12 else 1 if slot[0].hour < 18 else 2)
    return [(names[part], list(slots)) for part, slots in grouped]


@lru_cache(maxsize=64)
def _weekday_letters(locale: Locale) -> list[str]:
    days = [MONDAY + timedelta(days=(locale.first_week_day + i) % 7) for i in range(7)]
    return [_formatted(day, "EEEEE", locale) for day in days]


@lru_cache(maxsize=64)
def _weekdays(locale: Locale) -> list[tuple[str, str]]:
    days = [MONDAY + timedelta(days=(locale.first_week_day + i) % 7) for i in range(7)]
    return [(_formatted(day, "EEEE", locale), _formatted(day, "EEEEEE", locale)) for day in days]


def _date(day: date, pattern: str) -> str:
    return _formatted(day, pattern, current_locale())


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, locale: Locale) -> str:
    return str(dates.format_date(day, pattern, locale))


def _time(at: datetime, locale: Locale) -> str:
    words = _clock(at.hour, at.minute, locale)
    return f"{words} {offset_text(at)}" if occurs_twice(at) else words


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, locale: Locale) -> str:
    if _has_12_hours(locale):
        return str(dates.format_time(time(hour, minute), "h:mm a", locale=locale))
    return f"{hour}:{minute:02}"


@lru_cache(maxsize=256)
def _hour(hour: int, locale: Locale) -> str:
    if _has_12_hours(locale):
        return str(dates.format_time(time(hour % 24), "h a", locale=locale))
    return str(hour)


def _has_12_hours(locale: Locale) -> bool:
    return "a" in locale.time_formats["short"].pattern


def _span(days: list[int], locale: Locale) -> str:
    first, last = (_formatted(MONDAY + timedelta(days=day), "EEEEEE", locale) for day in (days[0], days[-1]))
    return first if len(days) == 1 else f"{first}–{last}"
