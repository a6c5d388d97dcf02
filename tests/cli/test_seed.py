"""Demo data: something of everything, whole, and once."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from support.world import World

from cli.seed import EMAIL, PASSWORD
from database import utcnow

PAGES = [
    "/settings/calendars",
    "/settings/calendars/1/links",
    "/settings/busy",
    "/settings/mail",
    "/settings/feed",
    "/bookings",
    "/bookings?show=past",
    "/bookings?show=cancelled",
]


def ok(world: World, *args: str) -> list[str]:
    """Run a command that must succeed; return the lines it prints."""
    result = world.app.test_cli_runner().invoke(args=args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def refused(world: World, *args: str) -> str:
    """Run a command that must fail; return its one line."""
    result = world.app.test_cli_runner().invoke(args=args)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    return result.stderr


@pytest.fixture
def seeded(world: World) -> World:
    """A database with demo data in it."""
    (line,) = ok(world, "seed")
    assert line == f"Demo data was added: log in at http://localhost/login as {EMAIL} with the password {PASSWORD}"
    return world


def count(world: World, table: str, what: str) -> dict[str, int]:
    return {str(key): number for key, number in world.execute(f"SELECT {what}, count(*) FROM {table} GROUP BY 1")}


def test_there_is_something_of_everything(seeded: World) -> None:
    lines = ok(seeded, "check")
    assert lines[:5] == [
        "owners: 1",
        "calendars: 5",
        "links: 39 (12 active, 19 used, 4 revoked, 4 expired)",
        "bookings: 19 (15 confirmed, 4 cancelled)",
        "mails: 56 (2 waiting, 52 sent, 1 failed, 1 dropped)",
    ]
    assert all(line.startswith("holds: ") for line in lines[5:])
    assert count(seeded, "changes", "kind") == {"moved": 3, "cancelled": 5, "rebooked": 1}
    assert count(seeded, "changes", "actor") == {"invitee": 6, "owner": 3}
    assert seeded.execute("SELECT count(*) FROM calendars WHERE NOT is_open") == [(1,)]
    assert seeded.execute("SELECT count(*) FROM calendars WHERE archived_at IS NOT NULL") == [(1,)]
    assert seeded.execute("SELECT count(*) FROM busy_times") == [(3,)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "now",
    ["2026-12-31T22:59Z", "2027-03-12T12:00Z", "2027-03-28T00:30Z"],
)
def test_appointments_are_past_and_coming_whatever_the_day(
    sqlite_url: str, app_on: Callable[..., Flask], frozen: time_machine.Traveller, now: str
) -> None:
    frozen.move_to(datetime.fromisoformat(now))
    world = World(app_on(sqlite_url))
    ok(world, "seed")
    ok(world, "check")
    made = [(booking.created_at, booking.starts_at) for booking in world.bookings()]
    assert len(made) == 19
    assert sum(start < utcnow() for _made, start in made) == 7
    assert all(made <= start for made, start in made)


@pytest.mark.slow
def test_its_pages_open(seeded: World) -> None:
    browser = seeded.browser()
    browser.change("/login", {"email": EMAIL, "password": PASSWORD})
    for path in (*PAGES, *(f"/bookings/{booking.id}" for booking in seeded.bookings())):
        assert browser.get(path).status_code == 200, path


@pytest.mark.slow
def test_a_second_run_says_that_it_is_there(seeded: World) -> None:
    before = seeded.dump()
    assert refused(seeded, "seed").startswith("Error: Demo data is there: log in at ")
    assert ok(seeded, "seed", "--if-empty")[0].startswith("Demo data is there: log in at ")
    assert seeded.dump() == before


def test_it_stays_out_of_a_database_with_an_owner(world: World) -> None:
    world.owner()
    before = world.dump()
    assert ok(world, "seed", "--if-empty") == ["There is an owner: no demo data was added."]
    assert refused(world, "seed") == "Error: There is an owner: no demo data was added.\n"
    assert world.dump() == before


def test_its_public_password_stays_off_the_internet(sqlite_url: str, app_on: Callable[..., Flask]) -> None:
    world = World(app_on(sqlite_url, BASE_URL="https://book.example.com"))
    assert "BASE_URL is https" in refused(world, "seed")
    assert ok(world, "check")[0] == "owners: 0"
