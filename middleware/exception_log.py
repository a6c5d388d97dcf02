"""Exceptions in the log: where they happened, and a code. Their text is another program's, and may name people.

A mail server's reply quotes the address that it refuses; PostgreSQL's DETAIL quotes the row.
"""

import logging
import traceback
from collections.abc import Iterator

NAMES_OF_CODE = (AttributeError, NameError, TypeError)
"""Their text names parts of the program, not what somebody typed."""


def error_code(error: BaseException) -> str:
    """Return the class of the error and its code: `UniqueViolation 23505`, `ConnectionRefusedError 111`.

    The code is an SQLSTATE, SQLite's, a mail server's or the operating system's. SQLAlchemy's errors count as the
    driver's error that they hold. SQLite's texts are kept, which name tables and columns only, and those about a
    connection to PostgreSQL, which name hosts.
    """
    error = getattr(error, "orig", None) or error
    codes = (getattr(error, name, None) for name in ("sqlstate", "sqlite_errorname", "smtp_code", "errno"))
    code, kind = next(filter(None, codes), None), type(error).__name__
    if hasattr(error, "sqlite_errorname") or (kind == "OperationalError" and code is None):
        code = " ".join(filter(None, (code, str(error).strip().partition("\n")[0])))
    return f"{kind} {code or ''}".strip()


def exception_text(error: BaseException) -> str:
    """Return the traceback of an error and of those it came from, each with its code instead of its text."""
    parts = []
    for each in reversed(list(_causes(error))):
        said = f": {each}" if isinstance(each, NAMES_OF_CODE) else ""
        parts.append("".join(traceback.format_tb(each.__traceback__)) + error_code(each) + said)
    return "\n\nand then\n\n".join(parts)


def without_texts(record: logging.LogRecord) -> bool:
    """Replace the exception of a log record by its `exception_text`, as a filter of a logger or handler."""
    if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
        record.exc_text = exception_text(record.exc_info[1])  # formatters take this if it is there
    return True


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
