"""Counts in words, in the reader's language: `3 waiting`, `24 busy times`."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import ngettext

from i18n.locales import cached_by_locale
from i18n.texts import gettext as _


def format_free(days: Sequence[tuple[date, Sequence[datetime]]]) -> str:
    """Return the number of slots: `144 times on 9 days`."""
    times, bookable = sum(len(starts) for _day, starts in days), sum(bool(starts) for _day, starts in days)
    if not times:
        return str(_("There are no times in these two weeks."))
    how_many = ngettext("%(num)s time", "%(num)s times", times)
    return str(_("%(times)s on %(days)s", times=how_many, days=ngettext("%(num)s day", "%(num)s days", bookable)))


def format_moves(left: int) -> str:
    """Return the sentence that says how often an appointment can still be moved."""
    return str(ngettext("You can move it one more time.", "You can move it %(num)s more times.", left))


def format_within(count: int) -> str:
    """Return the sentence that says how many appointments lie within a busy time."""
    words = ngettext(
        "%(num)s appointment is within it, and stays.", "%(num)s appointments are within it, and stay.", count
    )
    return str(words)


def format_coming(count: int) -> str:
    """Return the heading of the appointments that are coming."""
    return str(ngettext("%(num)s appointment is coming", "%(num)s appointments are coming", count))


def format_troubled_sources(count: int) -> str:
    """Return the warning about other calendars that can't be read."""
    return str(
        ngettext(
            "%(num)s of your other calendars can’t be read: what is new there does not block your times.",
            "%(num)s of your other calendars can’t be read: what is new there does not block your times.",
            count,
        )
    )


def format_busy_times(count: int) -> str:
    """Return how many busy times were read: `24 busy times`."""
    return str(ngettext("%(num)s busy time", "%(num)s busy times", count))


def format_unwritten(count: int) -> str:
    """Return the warning that appointments could not be written into another calendar yet."""
    return str(
        ngettext(
            "%(num)s appointment could not be written there yet. It is tried again.",
            "%(num)s appointments could not be written there yet. It is tried again.",
            count,
        )
    )


def format_notes(count: int) -> str:
    """Return how many things were not understood of a calendar."""
    return str(ngettext("%(num)s thing was not understood", "%(num)s things were not understood", count))


@cached_by_locale
def format_waiting(count: int, many: int) -> str:
    """Return how many links wait: `3 waiting`; `99+ waiting` from `many` on, `none waiting` for 0."""
    if not count:
        return _("none waiting")
    return _("%(count)s waiting", count=format_up_to(count, many))


@cached_by_locale
def format_booked(count: int, many: int) -> str:
    """Return how many bookings were made: `12 booked`, `99+ booked` from `many` on; '' for 0."""
    return _("%(count)s booked", count=format_up_to(count, many)) if count else ""


def format_asking(count: int, many: int) -> str:
    """Return how many people ask for a new link: `3 ask for a new link`, `99+ ask ...` from `many` on."""
    words = ngettext("%(count)s asks for a new link", "%(count)s ask for a new link", count, count="%(count)s")
    return str(words) % {"count": format_up_to(count, many)}


def format_up_to(count: int, many: int) -> str:
    """Return a number that was counted up to `many` only: `99+` from there on."""
    return str(count) if count < many else f"{many - 1}+"
