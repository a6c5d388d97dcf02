"""Brings the database up to date, in a process of its own: a server needs Alembic and its 12 MB only then."""

import sqlite3
import sys
from multiprocessing import get_context

from flask import Flask
from sqlalchemy.exc import DBAPIError


def upgrade_database(app: Flask) -> None:
    """Bring the database up to date. Exits with one line if that is impossible."""
    child = get_context("fork").Process(target=_upgrade, args=(app,))
    child.start()
    child.join()
    if child.exitcode:
        sys.exit(child.exitcode)


def first_line(error: DBAPIError | sqlite3.Error) -> str:
    """Return the first line of what the database says."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().partition("\n")[0]


def _upgrade(app: Flask) -> None:
    from alembic import command
    from alembic.util import CommandError

    from database.migrations import add_migrations

    with app.app_context():
        try:
            command.upgrade(add_migrations(app).get_config(), "head")
        except CommandError as error:
            sys.exit(f"DATABASE_URL: the database can't be brought up to date: {error}")
        except (DBAPIError, sqlite3.Error) as error:
            sys.exit(f"DATABASE_URL: the database does not answer: {first_line(error)}")
