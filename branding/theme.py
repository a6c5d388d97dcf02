"""The stylesheet in an owner's accent colour: a single file, so a page needs no second request."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from branding.colours import DARK, LIGHT, Scheme, palette
from middleware import static_files

PREFIX = "/look/"


@dataclass(frozen=True)
class Stylesheet:
    """A stylesheet, plain and gzipped; its name has a hash of the content."""

    name: str
    plain: bytes
    compressed: bytes


def stylesheet_url(accent: str) -> str:
    """Return the path of the stylesheet in this colour, `#rrggbb`, or of the default one for ''."""
    return f"{PREFIX}{themed_stylesheet(accent).name}" if accent else static_files.static_url("style.css")


@lru_cache(maxsize=64)
def themed_stylesheet(accent: str) -> Stylesheet:
    """Return the stylesheet in this colour."""
    plain = f"{static_files.read_file('style.css')}\n{_tokens(accent)}".encode()
    name = f"{sha256(plain).hexdigest()[:12]}.{accent.removeprefix('#')}.css"
    return Stylesheet(name, plain, gzip.compress(plain, mtime=0))


def _tokens(accent: str) -> str:
    light, dark = _declarations(accent, LIGHT), _declarations(accent, DARK)
    return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n"


def _declarations(accent: str, scheme: Scheme) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in vars(palette(accent, scheme)).items())
