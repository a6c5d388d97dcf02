"""Macros that are laid out once, and whose words are put in place for each row of a list and for each page.

A template takes its time piece by piece. Here a macro is laid out once for each shape, which is what calls of it have
alike: where they have a text and where none. So it may ask whether it has a text, but not what it says, and
`_Placeholder` sees to that.

The layouts of a macro that is imported are kept for the requests that follow, for each locale. So it must depend on
nothing but its arguments and the language; a test looks at all of them. A macro that a page defines lives as long as
the page.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape

from i18n.locales import current_locale

NUL = "\0"
MOST = 500
"""Layouts of a macro. A list has few shapes, but nobody promises that."""


class _Placeholder:
    """Stands for a text or a number. It can be put out, and is true; everything else that is done with it fails."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __html__(self) -> str:
        return f"{NUL}{self.number}{NUL}"

    def __str__(self) -> str:
        raise TypeError("a layout can't depend on what a text says")

    def __eq__(self, _other: object) -> bool:
        raise TypeError("a layout can't depend on what a text says")


class _Layout(NamedTuple):
    """A text with `%s` in its places, and how to choose the words for them."""

    text: str
    choose: Callable[[tuple[str, ...]], tuple[str, ...]]


_layouts: WeakKeyDictionary[Callable[..., Markup], dict[Hashable, dict[tuple[bool, ...], _Layout]]] = (
    WeakKeyDictionary()
)


def each_row(macro: Callable[..., Markup], *settings: Hashable) -> Callable[..., Markup]:
    """Return a function from rows to what the macro says of each.

    The macro's arguments are the settings, which it may compare, and the values of a row: texts, numbers, booleans and
    Markup. What is the same in all rows is given by name.
    """
    kept = _layouts.setdefault(macro, {})

    def lay_out(rows: Sequence[Sequence[object]], **shared: object) -> Markup:
        values, common = list(chain.from_iterable(rows)), tuple(_escaped(list(shared.values())))
        alike = (current_locale(), settings, *shared, *map(bool, shared.values()))
        of_shape = kept.setdefault(alike, {})
        width = len(values) // max(1, len(rows))
        shapes = zip(*[map(bool, values)] * width, strict=True) if width else repeat(())
        words = zip(*[iter(_escaped(values))] * width, strict=True) if width else repeat(())
        pieces = []
        for row, shape, own in zip(rows, shapes, words, strict=False):
            layout = of_shape.get(shape)
            if layout is None:
                if sum(map(len, list(kept.values()))) >= MOST:
                    kept.clear()
                layout = of_shape[shape] = _layout(macro, settings, row, shared)
            pieces.append(layout.text % layout.choose(own + common))
        return Markup("".join(pieces))  # noqa: S704

    return lay_out


def laid_out(macro: Callable[..., Markup], *settings: Hashable) -> Callable[..., Markup]:
    """Return a function from named values to what the macro says of them."""
    lay_out = each_row(macro, *settings)
    return lambda **values: lay_out(((),), **values)


def _layout(
    macro: Callable[..., Markup], settings: Iterable[Any], row: Sequence[object], shared: dict[str, Any]
) -> _Layout:
    marked = [_marked(value, i) for i, value in enumerate(row)]
    named = {name: _marked(value, len(row) + i) for i, (name, value) in enumerate(shared.items())}
    pieces = str(macro(*settings, *marked, **named)).replace("%", "%%").split(NUL)
    places = list(map(int, pieces[1::2]))
    pieces[1::2] = ["%s"] * len(places)
    several = len(places) > 1
    choose = itemgetter(*places) if several else lambda words: tuple(words[place] for place in places)
    return _Layout("".join(pieces), choose)


def _marked(value: object, number: int) -> object:
    return value if isinstance(value, bool) or not value else _Placeholder(number)


def _escaped(values: list[object]) -> list[str]:
    """Return the values as HTML: at once, which takes a tenth of the time, unless one of them has the separator."""
    plain = ["" if type(value) is Markup else str(value) for value in values]
    together = str(escape(NUL.join(plain))).split(NUL) if values else []
    if len(together) != len(values):
        return [str(escape(value)) for value in values]
    return [text or str(value) for text, value in zip(together, values, strict=True)]
