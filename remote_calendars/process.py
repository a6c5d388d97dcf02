"""Starts the child process that reads another calendar, and ends it when it takes too long."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from remote_calendars.reading import ProblemCode, ReadingFailed

HOUSE = Path(__file__).parent.parent
SECONDS = 60.0
"""Of the clock, for one reading."""
GRACE = 30.0
"""Seconds until the process is killed after that: on a busy machine it starts slowly."""
MAX_ANSWER = 20_000_000
"""Bytes."""
# What a Python needs to start, and where it finds certificates: no secret of ours, and no proxy.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


def ask(request: dict[str, Any], seconds: float = SECONDS, grace: float | None = None) -> dict[str, Any]:
    """Return the child's answer to a request within so many seconds; `grace` is how long it may take to start and end.

    Raises ReadingFailed.
    """
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "remote_calendars.child"],
        cwd=HOUSE,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback there may hold a title or an address
        start_new_session=True,
    )
    killer = threading.Timer(seconds + (min(GRACE, seconds) if grace is None else grace), process.kill)
    killer.daemon = True
    killer.start()
    try:
        return _answer(process, json.dumps(request | {"seconds": seconds}).encode())
    finally:
        killer.cancel()
        process.kill()
        process.wait()


def _answer(process: subprocess.Popen[bytes], request: bytes) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            process.stdin.write(request)
            process.stdin.close()
            said = json.loads(process.stdout.read(MAX_ANSWER))
        except (OSError, ValueError):
            raise ReadingFailed(ProblemCode.CRASHED) from None
    if "problem" in said:
        raise ReadingFailed(ProblemCode(said["problem"]), said["detail"], said.get("retry_after", 0))
    answer: dict[str, Any] = said
    return answer
