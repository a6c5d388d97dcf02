"""Small drawings that are made of data."""

from functools import lru_cache

from babel import Locale
from markupsafe import Markup

from availability.day_bars import DayBar
from availability.slots import Availability, Windows
from i18n.formatting import format_hour, format_hours
from i18n.locales import current_locale

NOON = 12 * 60
CELL = "M{x} {y}h6v3h-6z"  # its stroke, of 4 pixels, makes it ten by seven, with round corners
STEP_X, STEP_Y = 13, 11

BAR = Markup(
    '<svg class="day-bar" width="100%" height="14" aria-hidden="true"><path class="track" d="M0 7h2000"/>{}</svg>'
)
PART = Markup('<rect class="{}" x="{}%" y="1" width="{}%" height="12" rx="2.5"/>')
AXIS = Markup('<svg class="day-axis" width="100%" height="1.5em" aria-hidden="true">{}</svg>')
MARK = Markup('<text x="{}%" y="1em">{}</text>')


def week_drawing(availability: Availability) -> Markup:
    """Return a week as an SVG image: for each day, whether there are hours before noon (above) and after it (below).

    The days stand in the reader's order. Words say the hours for a screen reader.
    """
    return _drawing(availability.week, current_locale())


@lru_cache(maxsize=256)
def _drawing(week: tuple[Windows, ...], locale: Locale) -> Markup:
    first, words = locale.first_week_day, format_hours(Availability(week))
    shapes = {True: "", False: ""}
    for place in range(7):
        windows = week[(first + place) % 7]
        morning = any(window.opens < NOON for window in windows)
        afternoon = any(window.closes > NOON for window in windows)
        for half, is_open in enumerate((morning, afternoon)):
            shapes[is_open] += CELL.format(x=STEP_X * place + 2, y=STEP_Y * half + 2)
    image = Markup('<svg class="week" viewBox="0 0 88 18" role="img" aria-label="{}">{}</svg>')
    paths = Markup('<path class="closed" d="{}"/><path d="{}"/>').format(shapes[False], shapes[True])
    return image.format(words, paths)


def bar_drawing(bar: DayBar, first: int, last: int) -> Markup:
    """Return a day as an SVG bar from the minute `first` to `last`: open, free and taken. The page has the pattern."""
    share = 100 / (last - first)
    return BAR.format(
        Markup("").join(
            PART.format(kind, round((start - first) * share, 2), round((end - start) * share, 2))
            for kind, spans in (("is-rest", bar.open), ("is-free", bar.free), ("is-taken", bar.taken))
            for start, end in spans
        )
    )


def axis_drawing(first: int, last: int) -> Markup:
    """Return the hours above the bars, each third or, of a long day, each sixth."""
    step = 180 if last - first <= NOON else 360
    share = 100 / (last - first)
    marks = range(-(-first // step) * step, last + 1, step)
    return AXIS.format(Markup("").join(MARK.format(round((at - first) * share, 2), format_hour(at)) for at in marks))
