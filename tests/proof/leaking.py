"""The server as a control for the soak: each request leaves some memory and sometimes an open file behind."""

import os
from typing import Any

from app import create_app
from server.serve import serve

kept: list[Any] = []


def leak() -> None:
    """Keep 300 kB, and every third thing is a file."""
    kept.append(b"x" * 300_000)
    if len(kept) % 3 == 0:
        kept.append(os.open("/dev/null", os.O_RDONLY))


if __name__ == "__main__":
    app = create_app()
    app.before_request(leak)
    serve(app)
