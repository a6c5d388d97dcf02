"""What was deleted or overwritten leaves the files of the database, too, as far as the database can do that."""

from database.session import db

PATIENCE_MS = 200


def wipe_deleted() -> None:
    """Let SQLite's write-ahead log, which has the former rows, be written into the file and cut off.

    SQLite overwrites in the file itself what is deleted (`secure_delete`). If somebody still reads the former state,
    the next call does it. PostgreSQL's VACUUM does its part by itself.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()
    connection = db.engine.raw_connection()
    try:
        patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(f"PRAGMA busy_timeout={patience}")
    finally:
        connection.close()
