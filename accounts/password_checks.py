"""The limit of password checks at once: each takes a tenth of a second of a processor and 32 MB."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from accounts.errors import TooManyChecks

MAX_AT_ONCE = 2

_slots = BoundedSemaphore(MAX_AT_ONCE)


@contextmanager
def password_check() -> Iterator[None]:
    """Let the caller check a password. Does not wait: raises TooManyChecks if others of this process check two."""
    if not _slots.acquire(blocking=False):
        raise TooManyChecks
    try:
        yield
    finally:
        _slots.release()
