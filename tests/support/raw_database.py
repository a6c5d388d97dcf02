"""Writes to the database that bypass the app, and a scheduler without locks or constraints for the controls."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

import tokens
from database import db
from models import Booking, Link
from support.world import World


def row_like(world: World, booking: Booking, **changes: Any) -> dict[str, Any]:
    """Return a booking's row with changes and with secrets of its own."""
    salt = tokens.new_salt()
    secrets = {"salt": salt, "manage_hash": tokens.digest(salt.hex()), "uid": salt.hex(), "request_hash": None}
    kept = {column.name: getattr(booking, column.name) for column in Booking.__table__.columns if column.name != "id"}
    return kept | secrets | changes


def insert(world: World, row: dict[str, Any]) -> None:
    """Insert a row of `bookings` as it is."""
    with world.inside():
        db.session.execute(Booking.__table__.insert().values(row))
        db.session.commit()


@contextmanager
def after_each_update(world: World, table: str, statement: str) -> Iterator[None]:
    """Let the database itself execute a statement after each update of a row of the table."""
    if world.on_sqlite:
        world.execute(f"CREATE TRIGGER stray AFTER UPDATE ON {table} BEGIN {statement} END")
    else:
        world.execute(
            f"CREATE FUNCTION stray() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement} RETURN NULL; END $$"
        )
        world.execute(f"CREATE TRIGGER stray AFTER UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION stray()")
    yield
    world.execute("DROP TRIGGER stray" if world.on_sqlite else "DROP FUNCTION stray CASCADE")


def take_protection_away(world: World, keep_rows: bool = False) -> None:
    """Remove constraints, triggers and indexes of bookings and what refers to them; rows too, unless `keep_rows`."""
    for table in ("calendar_entries", "messages", "changes", "bookings"):
        world.execute(f"CREATE TABLE unprotected AS SELECT * FROM {table} WHERE {keep_rows}")
        world.execute(f"DROP TABLE {table}")
        world.execute(f"ALTER TABLE unprotected RENAME TO {table}")


def drop_the_constraints(world: World) -> None:
    """Remove only the constraints and triggers that hold the first two promises."""
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        for name in ("one_link_one_booking", "one_owner_one_place"):
            world.execute(f"ALTER TABLE bookings DROP CONSTRAINT {name}")
        return
    world.execute("DELETE FROM messages")  # SQLite drops no table that another refers to
    world.execute("DELETE FROM changes")
    world.execute("DELETE FROM calendar_entries")
    ((made,),) = world.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'bookings'")
    unprotected, times = re.subn(r"CONSTRAINT one_link_one_booking UNIQUE \(link_id\),?", "", made)
    assert times == 1
    world.execute(re.sub(r"CREATE TABLE \S+", "CREATE TABLE unprotected", unprotected))
    world.execute("INSERT INTO unprotected SELECT * FROM bookings")
    world.execute("DROP TABLE bookings")
    world.execute("ALTER TABLE unprotected RENAME TO bookings")
    world.execute("CREATE UNIQUE INDEX ix_bookings_own ON bookings (owner_id, id)")  # what changes refer to


def check_then_insert(
    world: World, link: Link, like: Booking, start: datetime, everybody_looked: threading.Barrier
) -> None:
    """Book as most schedulers do: look whether link and slot are free, then insert, with nothing that holds the two
    together. The barrier makes all threads look before any of them inserts; without it that happens now and then."""
    with world.inside():
        taken = db.session.scalar(
            select(text("1")).select_from(Booking).where((Booking.link_id == link.id) | (Booking.starts_at == start))
        )
        db.session.rollback()
    everybody_looked.wait(timeout=10)
    if taken:
        raise RuntimeError("taken")
    insert(world, row_like(world, like, link_id=link.id, starts_at=start, blocked_from=start))
