"""The worker that reads sources when they are due, and writes appointments: a thread of the server or of `work`.

It survives failures of the database, and of whatever a source does.
"""

import threading

from flask import Flask
from sqlalchemy.exc import DBAPIError

from database import CommitUnknown, utcnow
from middleware.exception_log import error_code
from sources.access import Access
from sources.entries import write_next
from sources.leases import has_due_source, lease_next
from sources.readings import read

POLL_INTERVAL = 2.0
"""Seconds between two looks at what is due."""


class SourceWorker:
    """Reads due sources, one after the other."""

    def __init__(self, app: Flask) -> None:
        self._app, self._access = app, Access.of(app.config["BOOKONCE"])
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Make `run` return after the current source; the lease of one that is cut short expires by itself."""
        self._stopped.set()

    def run(self) -> None:
        """Read due sources until stopped."""
        well = True
        while not self._stopped.wait(POLL_INTERVAL):
            try:
                self.read_due()
                well = True
            except (DBAPIError, CommitUnknown) as error:
                if well:
                    code = error_code(error.__cause__ or error)
                    self._app.logger.warning("Sources: the database does not answer: %s", code)
                well = False
            except Exception:
                if well:  # whatever it is: if the thread ended, no source would be read any more
                    self._app.logger.exception("Sources")
                well = False

    def read_due(self) -> int:
        """Read all sources that are due; return how many could be read."""
        count = 0
        with self._app.app_context():
            self._write()
            if not has_due_source(utcnow()):
                return 0
            while not self._stopped.is_set() and (source := lease_next(utcnow())):
                count += read(source, self._access, utcnow())
                self._write()
        return count

    def _write(self) -> None:
        """Write the appointments that are due; a slow calendar to be read does not keep them for long."""
        while not self._stopped.is_set() and write_next(self._access, utcnow()) is not None:
            pass
