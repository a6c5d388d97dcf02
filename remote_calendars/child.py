"""The program that fetches and parses what others say, in a process of its own with limits: `python -m …child`.

It gets one request as JSON on standard input, and answers with JSON on standard output. Nothing foreign is parsed
anywhere else, so a feed can slow or kill nothing but this process. Its environment has none of our secrets.
"""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CPU_SECONDS = 30
MEMORY_BYTES = 512 * 1024 * 1024


def limit_resources() -> None:
    """Let the system end this process if it takes too much of the processor's time or memory, or writes a file."""
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    with contextlib.suppress(OSError):
        os.nice(10)


class TimeIsUp(BaseException):
    """So many seconds are over. No Exception, which a library could swallow."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in what runs within when so many seconds are over, also while it waits for a byte."""

    def stop(*_: object) -> None:
        raise TimeIsUp

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be written for a request: a reading, or a problem."""
    from remote_calendars import protocol
    from remote_calendars.reading import ProblemCode, ReadingFailed

    try:
        with time_limit(request["seconds"]):
            return protocol.answer(request)
    except ReadingFailed as failure:
        return {"problem": failure.code, "detail": failure.detail, "retry_after": failure.retry_after}
    except TimeIsUp:
        return {"problem": ProblemCode.TIMEOUT, "detail": ""}
    except MemoryError:
        return {"problem": ProblemCode.TOO_MUCH, "detail": ""}


def main() -> None:
    """Answer the one request."""
    limit_resources()
    request = json.loads(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer(request)))


if __name__ == "__main__":
    main()
