"""Online backup of the SQLite database, for `flask backup`."""

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

from database import db


class BackupRefused(Exception):
    """No backup was made; the text says why in one line."""


def back_up(path: Path) -> int:
    """Copy a consistent state of the database to the new file `path`, mode 0600; return its size in bytes.

    Requests are not blocked: SQLite's backup reads a snapshot of the write-ahead log. The copy gets its name when it is
    complete and on the disk. Raises BackupRefused, and leaves no file behind then.
    """
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        raise BackupRefused("The database is not SQLite: PostgreSQL has pg_dump for this.")
    if not Path(str(url.database)).is_file():
        raise BackupRefused(f"There is no database {str(url.database)!r} yet.")
    if not path.name:
        raise BackupRefused("The copy needs a name.")
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        _create(path)
    except FileExistsError:
        raise BackupRefused(f"{str(path)!r} is there already, and was left as it is.") from None
    except OSError as error:
        raise BackupRefused(f"{str(path)!r} can't be written: {error.strerror}") from None
    try:
        _create(draft)
        _copy(draft)
        draft.replace(path)
        _fsync(path.parent)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        path.unlink()
        if isinstance(error, OSError | sqlite3.Error):
            raise BackupRefused(f"{str(path)!r} could not be written: {error}") from None
        raise
    return path.stat().st_size


def _create(path: Path) -> None:
    path.touch(mode=0o600, exist_ok=False)


def _copy(draft: Path) -> None:
    with contextlib.closing(db.engine.raw_connection()) as source, contextlib.closing(sqlite3.connect(draft)) as target:
        driver = source.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("SQLite's own connection is needed")
        driver.backup(target)
    _fsync(draft)


def _fsync(path: Path) -> None:
    """Wait until the file, or the folder's entries, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
