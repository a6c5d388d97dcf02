"""The stylesheet in an owner's colour: one file, so that it costs a page no more than ours does."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from branding.colours import DARK, LIGHT, Scheme, palette
from middleware.static_files import SOURCES

PREFIX = "/look/"
STYLESHEET = SOURCES / "style.css"


@dataclass(frozen=True)
class Sheet:
    """A stylesheet, plain and compressed, under a name that changes with what is in it."""

    name: str
    plain: bytes
    compressed: bytes


def stylesheet_url(accent: str) -> str:
    """Return the path of the stylesheet in this colour, `#rrggbb`."""
    return PREFIX + themed_stylesheet(accent).name


def themed_stylesheet(accent: str) -> Sheet:
    """Return the stylesheet in this colour."""
    return _sheet(accent, STYLESHEET.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _sheet(accent: str, _changed: int) -> Sheet:
    plain = f"{STYLESHEET.read_text()}\n{_tokens(accent)}".encode()
    name = f"{sha256(plain).hexdigest()[:12]}.{accent.removeprefix('#')}.css"
    return Sheet(name, plain, gzip.compress(plain, mtime=0))


def _tokens(accent: str) -> str:
    light, dark = _declarations(accent, LIGHT), _declarations(accent, DARK)
    return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n"


def _declarations(accent: str, scheme: Scheme) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in vars(palette(accent, scheme)).items())
