"""Logging as JSON lines on standard error."""

import json
import logging
import os
from datetime import UTC, datetime

from middleware.exception_log import without_texts

STDERR = 2
_encode = json.JSONEncoder(ensure_ascii=False).encode


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: time, level, message, and the fields of `extra={"fields": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": at, "level": record.levelname.lower(), "message": record.getMessage()}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = record.exc_text or self.formatException(record.exc_info)
        return _encode(line)


class OneWriteHandler(logging.Handler):
    """Writes each record to standard error with one system call. So it needs no lock, for which threads would wait."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Write the record, unless a filter drops it."""
        if wanted := self.filter(record):
            self.emit(record)
        return bool(wanted)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; an error is reported as by other handlers."""
        try:
            os.write(STDERR, (self.format(record) + "\n").encode(errors="backslashreplace"))
        except Exception:
            self.handleError(record)


def configure_logging(level: str) -> None:
    """Log our own records from `level` on, and warnings of libraries, to standard error."""
    logging._srcfile = None  # no line names its caller, and finding it takes as long as writing the line
    handler = OneWriteHandler()
    handler.setFormatter(JsonFormatter())
    handler.addFilter(without_texts)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bookonce").setLevel(level)
