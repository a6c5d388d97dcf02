"""The stylesheet in an owner's accent colour: a single file, so a page needs no second request."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from rcssmin import cssmin

from branding.colours import DARK, LIGHT, Scheme, palette
from middleware.static_files import SOURCES

PREFIX = "/look/"
STYLESHEET = SOURCES / "style.css"


@dataclass(frozen=True)
class Stylesheet:
    """A stylesheet, plain and gzipped; its name has a hash of the content."""

    name: str
    plain: bytes
    compressed: bytes


def stylesheet_url(accent: str) -> str:
    """Return the path of the stylesheet in this colour, `#rrggbb`."""
    return PREFIX + themed_stylesheet(accent).name


def themed_stylesheet(accent: str) -> Stylesheet:
    """Return the stylesheet in this colour."""
    return _sheet(accent, STYLESHEET.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _sheet(accent: str, _changed: int) -> Stylesheet:
    plain = (cssmin(STYLESHEET.read_text()) + _tokens(accent)).encode()
    name = f"{sha256(plain).hexdigest()[:12]}.{accent.removeprefix('#')}.css"
    return Stylesheet(name, plain, gzip.compress(plain, mtime=0))


def custom_properties(accent: str, scheme: Scheme) -> dict[str, str]:
    """Return the stylesheet's variables that depend on the accent: `--accent-deep` and its colour."""
    return {f"--{name.replace('_', '-')}": value for name, value in vars(palette(accent, scheme)).items()}


def _tokens(accent: str) -> str:
    light, dark = _declarations(accent, LIGHT), _declarations(accent, DARK)
    return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n"


def _declarations(accent: str, scheme: Scheme) -> str:
    return "".join(f"{name}:{value};" for name, value in custom_properties(accent, scheme).items())
