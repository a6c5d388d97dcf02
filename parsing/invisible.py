"""Characters that nobody sees: they come along with pasted text, and count as typed unless they are left out."""

import unicodedata
from collections.abc import Container

JOINERS = {"\u200c", "\u200d"}
"""Persian words and joined emoji are written with them, so names keep them between other characters."""

# Blank by look, though Unicode says they are letters or symbols.
_BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0", "\u034f", "\u17b4", "\u17b5"}


def is_invisible(character: str) -> bool:
    """Return whether a character shows nothing and takes no space: a format character (Cf), or a blank letter."""
    return unicodedata.category(character) == "Cf" or character in _BLANK


def strip_invisible(text: str, keep: Container[str] = ()) -> str:
    """Return the text without the characters that nobody sees, but those in `keep`."""
    return "".join(character for character in text if character in keep or not is_invisible(character))


def strip_invisible_ends(text: str) -> str:
    """Return the text without invisible characters and white space around it, '' if it has nothing else.

    Inside a name they stay: joiners belong to how it is written.
    """
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or is_invisible(text[start])):
        start += 1
    while end > start and (text[end - 1].isspace() or is_invisible(text[end - 1])):
        end -= 1
    return text[start:end]
