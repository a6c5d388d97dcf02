"""Seeing each statement before the database runs it, also those that the app runs past SQLAlchemy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from database import db
from support.world import World


@contextmanager
def each_statement(world: World, note: Callable[[str], object]) -> Iterator[None]:
    """Call `note` with each statement of the app; on SQLite also with the steps of triggers, as comments."""

    def on_checkout(connection: Any, *_: object) -> None:
        connection.set_trace_callback(note)

    def before_execute(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        note(statement)

    with world.inside():
        engine = db.engine
    listening = ("checkout", on_checkout) if world.on_sqlite else ("before_cursor_execute", before_execute)
    event.listen(engine, *listening)
    try:
        yield
    finally:
        event.remove(engine, *listening)
        engine.dispose()
