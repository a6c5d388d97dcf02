"""Names within sentences: a name in another direction must not turn the rest of the line around (UAX #9)."""

import unicodedata

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_LEFT_TO_RIGHT = {"L", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON"}


_ISOLATES = {"LRI", "RLI", "FSI"}


def isolate(text: str) -> str:
    """Return the text between isolates if a character in it has, or sets, another direction; else as it is.

    An end of an isolate that the text has not begun is left out: it would end ours (UAX #9, BD9).
    """
    if text.isascii() or all(unicodedata.bidirectional(character) in _LEFT_TO_RIGHT for character in text):
        return text
    inside, depth = [], 0
    for character in text:
        depth += unicodedata.bidirectional(character) in _ISOLATES
        if character == POP_ISOLATE:
            if not depth:
                continue
            depth -= 1
        inside.append(character)
    return FIRST_STRONG_ISOLATE + "".join(inside) + POP_ISOLATE * (depth + 1)
