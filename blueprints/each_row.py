"""Long lists: a macro lays a row out once, and the texts of all rows are put in place.

A template of fifty rows takes its time piece by piece. Here a row is laid out once for each shape, which is what rows
have alike: where they have a text and where none. So a macro for a row may ask whether it has a text, but not what it
says, and `_Placeholder` sees to that.
"""

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

NUL = "\0"


class _Placeholder:
    """Stands for a text or a number. It can be put out, and is true; everything else that is done with it fails."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __html__(self) -> str:
        return f"{NUL}{self.number}{NUL}"

    def __str__(self) -> str:
        raise TypeError("a row's layout can't depend on what a text says")

    def __eq__(self, _other: object) -> bool:
        raise TypeError("a row's layout can't depend on what a text says")


class _Layout:
    """How rows of one shape are laid out: what they have alike, and between it the places of their values."""

    def __init__(self, macro: Callable[..., Markup], row: Iterable[object]) -> None:
        marked = [value if isinstance(value, bool) or not value else _Placeholder(i) for i, value in enumerate(row)]
        self._pieces = str(macro(*marked)).split(NUL)
        self._places = [int(place) for place in self._pieces[1::2]]

    def filled(self, words: Sequence[str]) -> list[str]:
        """Return the pieces of a row whose values are these words."""
        pieces = self._pieces.copy()
        pieces[1::2] = map(words.__getitem__, self._places)
        return pieces


def each_row(macro: Callable[..., Markup]) -> Callable[[Sequence[Sequence[object]]], Markup]:
    """Return a function from rows to what the macro says of each.

    A row's values are the macro's arguments: texts, numbers, booleans, and Markup.
    """
    layouts: dict[tuple[bool, ...], _Layout] = {}

    def lay_out(rows: Sequence[Sequence[object]]) -> Markup:
        escaped = iter(_escaped([value for row in rows for value in row if type(value) is str]))
        pieces: list[str] = []
        for row in rows:
            shape = tuple(map(bool, row))
            if shape not in layouts:
                layouts[shape] = _Layout(macro, row)
            words = [next(escaped) if type(value) is str else str(value) for value in row]
            pieces += layouts[shape].filled(words)
        return Markup("".join(pieces))  # noqa: S704

    return lay_out


def _escaped(texts: list[str]) -> list[str]:
    """Return the texts as HTML: at once, which takes a tenth of the time, unless one of them has the separator."""
    together = str(escape(NUL.join(texts))).split(NUL)
    return together if len(together) == len(texts) else [str(escape(text)) for text in texts]
