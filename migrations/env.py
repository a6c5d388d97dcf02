"""Runs the migrations in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import text

import models  # noqa: F401  (fills Base.metadata)
from database import Base

ONE_AT_A_TIME = 0x626F6F6B  # "book"


def run() -> None:
    """Upgrade over one connection, one process at a time, and on SQLite without foreign keys.

    A batch migration copies a table and drops the old one; with foreign keys on, that would delete the rows that refer
    to it. So they are off during the transaction, and all references are checked before it ends.
    """
    engine = current_app.extensions["migrate"].db.engine
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            connection = connection.execution_options(sqlite_begin="IMMEDIATE")
        try:
            with connection.begin():
                if not on_sqlite:
                    connection.execute(text("SET LOCAL lock_timeout = 0"))  # wait for another process's migration
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
                context.configure(
                    connection=connection,
                    target_metadata=Base.metadata,
                    render_as_batch=on_sqlite,
                    transactional_ddl=True,
                )
                context.run_migrations()
                if on_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("the migration left rows that refer to nothing; it was undone")
        finally:
            if on_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
