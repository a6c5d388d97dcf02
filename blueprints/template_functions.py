"""What templates ask about a name or a place, to draw it."""

import re
from functools import lru_cache
from typing import Any

import flask

MEETING = re.compile(r"https?://|\b(video|zoom|meet|teams|jitsi|webex|skype|online)", re.IGNORECASE)
PHONE = re.compile(r"\b(phone|call|telefon|tel)\b|^[+(]?[\d\s().\-/]{6,}$", re.IGNORECASE)
LONG = 40


def url_for(endpoint: str, **values: Any) -> str:
    """Return the address of a page as Flask does; that of one without values is found once."""
    return flask.url_for(endpoint, **values) if values else _plain_url(endpoint)


@lru_cache(maxsize=256)
def _plain_url(endpoint: str) -> str:
    return flask.url_for(endpoint)


@lru_cache(maxsize=512)
def initials(name: str) -> str:
    """Return up to two letters of a name: `OO` for Olivia Ownerson; titles such as `Dr.` are left out."""
    words = [word for word in re.findall(r"[^\s\-–]+", name) if any(map(str.isalnum, word))]
    plain = [word for word in words if not word.endswith(".")] or words
    chosen = [plain[0], plain[-1]] if len(plain) > 1 else plain
    return "".join(next(letter for letter in word if letter.isalnum()).upper()[0] for word in chosen)


@lru_cache(maxsize=512)
def location_icon(location: str) -> str:
    """Return the name of the icon of a place: `video`, `phone` or `pin`."""
    if MEETING.search(location):
        return "video"
    return "phone" if PHONE.search(location) else "pin"


def is_long(title: str) -> bool:
    """Return whether a title needs smaller letters."""
    return len(title) > LONG
