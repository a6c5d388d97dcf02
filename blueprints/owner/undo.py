"""What was done a moment ago and can be undone: the next page says so, with a button."""

from dataclasses import dataclass

from flask import session

KEY = "undo"


@dataclass(frozen=True)
class Undo:
    """A sentence, the address to which the button posts, and the fields that it sends."""

    text: str
    address: str
    fields: dict[str, str]


def offer_undo(text: str, address: str, **fields: str) -> None:
    """Offer to undo what was just done, on the next page of this browser."""
    session[KEY] = [text, address, fields]


def take_undo() -> Undo | None:
    """Return what can be undone, once."""
    kept = session.pop(KEY, None) if KEY in session else None
    return Undo(*kept) if kept else None
