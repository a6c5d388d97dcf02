"""How many queries a page needs: one query for each row would be slow only when there are many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from support.world import Browser, World, at, z

from database import db
from models import Owner

NINE = at("2026-11-30 09:00")


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Give the list to which all queries are added that are asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with world.inside():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("query", ["", "?date=2026-12-01", "?month=2027-01", f"?start={z(NINE)}", "?start=gone"])
def test_a_slot_page_asks_at_most_four(world: World, query: str) -> None:
    calendar = world.calendar(daily_limit=5)
    for number in range(4):
        world.book(world.link(calendar), NINE + timedelta(minutes=30 * number, days=1))
    path = f"/b/{world.link(calendar)}{query}"
    with counted(world) as asked:
        assert world.browser().get(path).status_code in (200, 409)
    assert 1 <= len(asked) <= 4, asked


@pytest.mark.parametrize(
    "path", ["/settings/calendars", "/bookings", "/settings/calendars/1/links", "/settings/busy", "/settings/mail"]
)
@pytest.mark.slow
def test_an_owners_page_asks_as_many_for_many_rows_as_for_few(
    world: World, owner: Owner, browser: Browser, path: str
) -> None:
    found = []
    for _ in range(2):
        calendar = world.calendar(owner)
        for number in range(5):
            start = NINE + timedelta(days=7 * len(found), minutes=30 * number)
            world.message(world.book(world.link(calendar), start), sequence=number)
        with counted(world) as asked:
            assert browser.get(path).status_code == 200
        found.append(len(asked))
    assert found[0] == found[1] <= 7, asked
