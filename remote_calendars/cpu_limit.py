"""A limit on the processor's time that a piece of work takes, in the one thread of a process that reads a calendar."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TookTooLong(BaseException):
    """The work took more of the processor's time than it may. No Exception, which a library could swallow."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in what runs within, after so many seconds of the processor's time; in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(*_: object) -> None:
    raise TookTooLong
