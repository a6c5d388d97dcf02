"""How many queries a page needs: one query for each row would be slow only when there are many rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from support.statements import each_statement
from support.world import HTMX, JANE, Browser, World, at, z

from models import Owner
from scheduling import bookings
from scheduling.bookings import BookingRequest

NINE = at("2026-11-30 09:00")


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Give the list to which all queries are added that the database is asked meanwhile, as its driver is told."""
    asked: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")):
            asked.append(statement)

    with each_statement(world, note):
        yield asked


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("", HTMX),
        ("?date=2026-12-01", {}),
        ("?month=2027-01", HTMX),
        ("?tz=Asia/Tokyo", {}),
        ("?zones=1", {}),
        ("?utm_source=mail", {}),
    ],
)
def test_a_slot_page_asks_once_if_it_is_kept_else_at_most_three_times(
    world: World, query: str, headers: dict[str, str]
) -> None:
    calendar = world.calendar(daily_limit=5)
    for number in range(4):
        world.book(world.link(calendar), NINE + timedelta(minutes=30 * number, days=1))
    found = []
    for link in (world.link(calendar), world.link(calendar)):
        with counted(world) as asked:
            assert world.browser().get(f"/b/{link}{query}", headers=headers).status_code == 200
        found.append(len(asked))
    assert 2 <= found[0] <= 3, asked
    assert found[1] == 1, asked


@pytest.mark.parametrize("query", [f"?start={z(NINE)}", "?start=gone"])
def test_the_form_for_a_slot_asks_at_most_three_times(world: World, query: str) -> None:
    link = world.link()
    with counted(world) as asked:
        assert world.browser().get(f"/b/{link}{query}").status_code in (200, 409)
    assert 1 <= len(asked) <= 3, asked


@pytest.mark.parametrize("daily_limit", [None, 5])
def test_a_booking_is_two_reads_and_two_writes(world: World, daily_limit: int | None) -> None:
    """PostgreSQL takes the owner's lock, too, and reads the link again."""
    token = world.link(world.calendar(daily_limit=daily_limit))
    with counted(world) as asked, world.inside():
        bookings.book(world.key, token, BookingRequest(NINE, **JANE), notify=False)
    asked = list(dict.fromkeys(asked)) if world.on_sqlite else asked  # where each trigger's step repeats its statement
    kinds = [" ".join(statement.split()[:2]) for statement in asked]
    assert kinds[-2:] == ["UPDATE links", "INSERT INTO"]
    assert len(kinds) == (4 if world.on_sqlite else 6), asked


@pytest.mark.parametrize(
    "path",
    ["/settings/calendars", "/bookings", "/settings/calendars/1/links", "/links", "/settings/busy", "/settings/mail"],
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


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/settings/calendars", 2),
        ("/settings/calendars/1", 2),
        ("/settings/calendars/1/links", 5),
        ("/links", 5),
        ("/bookings", 2),
        ("/bookings?q=jane", 2),
        ("/bookings/1", 4),
        ("/settings/busy", 2),
        ("/settings/feed", 1),
        ("/settings/mail", 5),
        ("/settings/profile", 1),
        ("/settings/look", 2),
    ],
)
def test_an_owners_page_asks_once_who_that_is_and_then_for_what_it_shows(
    world: World, owner: Owner, browser: Browser, path: str, most: int
) -> None:
    world.message(world.book(world.link(world.calendar(owner)), NINE))
    browser.get(path)
    with counted(world) as asked:
        assert browser.get(path).status_code == 200
    assert len(asked) == most, asked
