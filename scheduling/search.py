"""How a search compares texts: what is stored for it, and what is looked for."""

import unicodedata

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


def has_words(text: str, words: str) -> bool:
    """Return whether each of the words is in the text."""
    normalized = normalize_for_search(text)
    return all(word in normalized for word in normalize_for_search(words).split())
