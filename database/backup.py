"""A copy of the SQLite database, taken while it is being written to."""

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

from database import db


class BackupRefused(Exception):
    """There is no copy; the text is one line that says why."""


def back_up(path: Path) -> int:
    """Copy the database as it is at one moment to the new file `path`, mode 0600; return the copy's size in bytes.

    Nobody waits meanwhile: SQLite's backup reads a snapshot of the write-ahead log. The file has its name only when
    it is whole and on the disk. Raises BackupRefused, and leaves nothing behind then.
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
        _keep(path.parent)
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
    _keep(draft)


def _keep(path: Path) -> None:
    """Wait until the file, or the folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
