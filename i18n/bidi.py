"""Names within sentences: a name in another direction must not turn the rest of the line around (UAX #9)."""

import unicodedata

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_LEFT_TO_RIGHT = {"L", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON"}


def isolate(text: str) -> str:
    """Return the text between isolates if a character in it has, or sets, another direction; else as it is."""
    if all(unicodedata.bidirectional(character) in _LEFT_TO_RIGHT for character in text):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
