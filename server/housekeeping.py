"""A thread that clears what is old, every ten minutes."""

import threading

from flask import Flask
from sqlalchemy.exc import DBAPIError

from accounts.housekeeping import clear_old
from database import CommitUnknown, utcnow
from middleware.exception_log import error_code

EVERY = 600.0
"""Seconds."""


class Housekeeper:
    """Clears until it is stopped; it survives a database that does not answer."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End after the current round."""
        self._stopped.set()

    def run(self) -> None:
        """Clear again and again, the first time after ten minutes."""
        while not self._stopped.wait(EVERY):
            try:
                with self._app.app_context():
                    clear_old(utcnow())
            except (DBAPIError, CommitUnknown) as error:
                why = error_code(error.__cause__ or error)
                self._app.logger.warning("Housekeeping: the database does not answer: %s", why)
            except Exception:
                self._app.logger.exception("Housekeeping")
