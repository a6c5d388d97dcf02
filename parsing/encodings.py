"""Whether a client takes a compressed answer."""

from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

MAX_CHARACTERS = 200


def accepts_gzip(header: str) -> bool:
    """Return whether the `Accept-Encoding` allows gzip, by its name or by `*` (RFC 9110, section 12.5.3)."""
    return _common(header) if len(header) <= MAX_CHARACTERS else _allows_gzip(header)


def _allows_gzip(header: str) -> bool:
    return parse_accept_header(header, Accept).quality("gzip") > 0


_common = lru_cache(maxsize=256)(_allows_gzip)
