"""How a search compares texts: what is stored for it, and what is looked for."""

import unicodedata
from collections.abc import Callable

# What Unicode does not decompose, and signs that look alike: nobody types them as they are stored.
ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
    | dict.fromkeys("’‘ʼʻ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
)


def normalize_for_search(text: str) -> str:
    """Return a text as a search compares it: lower case, no accents, `lukasz` for `Łukasz`."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(ALIKE))
    return "".join(letter if letter.isprintable() else " " for letter in letters if not unicodedata.combining(letter))


def having(words: str) -> Callable[[str], bool]:
    """Return a function that says whether each of the words is in a text."""
    wanted = normalize_for_search(words).split()
    return lambda text: all(word in normalize_for_search(text) for word in wanted)
