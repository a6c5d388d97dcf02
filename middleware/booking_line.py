"""Bookings of one process stand in line before they begin, instead of in their midst; for SQLite.

It takes one writer at a time, and Python runs one thread at a time. A thread in the midst of another booking takes
Python's lock, with each statement, from the one that has SQLite's; to get it back takes longer than the statement.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

PATIENCE = 0.25
"""Seconds. Whoever has waited so long goes on: a line is for speed alone."""

TURN = "bookonce.turn"
"""The key of the WSGI environment for the request's turn, if it has one."""

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Turn:
    """A turn in the line, from when it is made until it is ended; `is_mine` is False of one that waited too long."""

    def __init__(self, line: Lock) -> None:
        self._line, self.is_mine = line, line.acquire(timeout=PATIENCE)

    def end(self) -> None:
        """Let the next one begin, if it has not been let already."""
        if self.is_mine:
            self.is_mine = False
            self._line.release()


def booking_line_middleware(app: App) -> App:
    """Return the app; it has one form of an invitee's link at a time."""
    line = Lock()

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/b/"):
            return app(environ, start_response)
        turn = environ[TURN] = Turn(line)
        try:
            return app(environ, start_response)
        finally:
            turn.end()

    return serve


def end_turn(environ: dict[str, Any]) -> None:
    """End the turn of a request that is about to wait for something else."""
    if turn := environ.get(TURN):
        turn.end()
