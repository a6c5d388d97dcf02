"""Small drawings that are made of data."""

from collections.abc import Sequence
from functools import lru_cache

from flask_babel import get_locale
from markupsafe import Markup

from availability.slots import Windows

NOON = 12 * 60
CELL = "M{x} {y}h6a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2h-6a2 2 0 0 1-2-2v-3a2 2 0 0 1 2-2z"
STEP_X, STEP_Y = 13, 11


def week_drawing(week: Sequence[Windows], words: str) -> Markup:
    """Return a week as an SVG image: for each day, whether there are hours before noon (above) and after it (below).

    `week` are the windows of each weekday in minutes, Monday first; `words` say the same for a screen reader. The days
    stand in the reader's order.
    """
    locale = get_locale()
    return _drawing(tuple(week), words, int(locale.first_week_day) if locale else 0)


@lru_cache(maxsize=256)
def _drawing(week: Sequence[Windows], words: str, first: int) -> Markup:
    shapes = {True: "", False: ""}
    for place in range(7):
        windows = week[(first + place) % 7]
        morning = any(window.opens < NOON for window in windows)
        afternoon = any(window.closes > NOON for window in windows)
        for half, is_open in enumerate((morning, afternoon)):
            shapes[is_open] += CELL.format(x=STEP_X * place + 2, y=STEP_Y * half)
    image = Markup('<svg class="week" viewBox="0 0 88 18" role="img" aria-label="{}">{}</svg>')
    paths = Markup('<path class="closed" d="{}"/><path d="{}"/>').format(shapes[False], shapes[True])
    return image.format(words, paths)
