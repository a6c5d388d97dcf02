"""The message for each error in opening hours."""

from availability.opening_hours import HoursError
from i18n.texts import lazy_gettext as _l

SENTENCES = {
    "closed_and_open": _l("%(date)s can't be closed and open."),
    "date_missing": _l("Say from which day on."),
    "date_twice": _l("%(date)s has hours in another line already."),
    "ends_before_start": _l(
        "“%(text)s” ends before it starts. A window past midnight is two:"
        " 22:00-24:00 here, and 00:00-02:00 on the next day."
    ),
    "last_before_first": _l("The last day is before the first."),
    "not_a_date": _l("“%(text)s” is not a date."),
    "not_a_time": _l("“%(text)s” is not a time of day like 09:00."),
    "not_a_window": _l("“%(text)s” is not like “09:00-17:00”."),
    "not_an_override": _l("“%(text)s” is not like “2026-12-24 closed” or “2026-12-27 10:00-12:00”."),
    "not_weekly_hours": _l("“%(text)s” is not like “mon-fri 09:00-17:00” or “sat 10:00-12:00”."),
    "overlap": _l("Windows may touch but not overlap."),
    "overlap_on": _l("%(day)s: Windows may touch but not overlap."),
    "too_long": _l("At most %(max)d characters, please."),
    "too_many_dates": _l("At most %(count)s dates can have hours of their own."),
}


def hours_error_text(error: HoursError) -> str:
    """Return the message for the error's code, translated."""
    return str(SENTENCES[error.code]) % error.values
