"""What an uploaded logo may be."""

MAX_BYTES = 5_000_000
MAX_SIDE = 8_000
"""Pixels."""
MAX_PIXELS = 16_000_000


class InvalidImage(ValueError):
    """The upload can't be used; the text says why: `kind`, `size`, `empty` or `broken`."""
