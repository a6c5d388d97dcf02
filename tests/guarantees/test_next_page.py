"""A page that is kept is what the database says now: whatever was changed, by whomever, is on the next page."""

import contextlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from support.http_client import filled_in, get, post
from support.postgres import new_database
from support.shop import Shop, tomorrow
from support.sources import add_source_row
from support.statements import each_statement
from support.world import World, at, starts, z

from accounts import branding, owners
from availability.opening_hours import parse_availability
from database import db
from models import STAMPED, Booking, ImportedTime
from scheduling import busy_times, calendars

NINE = at("2026-11-30 09:00")
ELEVEN = at("2026-11-30 11:00")
HOUR = timedelta(hours=1)


class Kept:
    """A page that one process keeps, and a second process that makes changes; each is an app of its own."""

    def __init__(self, app_on: Callable[..., Flask], url: str) -> None:
        self.app_on, self.url = app_on, url
        self.world, self.other = World(app_on(url)), World(app_on(url))
        self.calendar = self.other.calendar()
        self.booking = self.other.book(self.other.link(self.calendar), NINE)
        with self.other.inside():
            self.busy = busy_times.add_busy_time(self.calendar.owner_id, ELEVEN, ELEVEN + HOUR)
        source_id = add_source_row(self.other, self.calendar.owner_id)
        with self.other.inside():
            times = {"starts_at": ELEVEN + 4 * HOUR, "ends_at": ELEVEN + 5 * HOUR}
            db.session.add(ImportedTime(owner_id=self.calendar.owner_id, source_id=source_id, **times))
            db.session.commit()
        self.token = self.other.link(self.calendar)

    def page(self) -> str:
        return self.world.browser().get(f"/b/{self.token}").text

    def truth(self) -> str:
        """Return what a process says that has kept nothing yet."""
        return World(self.app_on(self.url)).browser().get(f"/b/{self.token}").text

    def stamp(self) -> str:
        ((stamp,),) = self.other.execute("SELECT stamp FROM owners WHERE id = :id", id=self.calendar.owner_id)
        return str(stamp)


@pytest.fixture
def kept(app_on: Callable[..., Flask], database_url: str) -> Kept:
    return Kept(app_on, database_url)


def verb(function: Callable[[Kept], Any]) -> Callable[[Kept], None]:
    """Return the change, made by a function of the app in the second process."""

    def change(kept: Kept) -> None:
        with kept.other.inside():
            function(kept)

    return change


def sql(statement: str) -> Callable[[Kept], None]:
    """Return the change, made by a script that knows nothing of stamps."""
    return lambda kept: kept.other.execute(statement)


CHANGES: dict[str, tuple[str, Callable[[Kept], Any]]] = {
    "a booking": ("bookings", lambda kept: kept.other.book(kept.other.link(kept.calendar), at("2026-11-30 13:00"))),
    "a move": ("bookings", lambda kept: kept.other.move(kept.booking, at("2026-11-30 13:00"))),
    "a cancellation": ("bookings", lambda kept: kept.other.cancel(kept.booking)),
    "a booking put off by a script": (
        "bookings",
        sql(
            "UPDATE bookings SET blocked_from = '2026-11-30 08:30:00.000000' WHERE"
            " blocked_from = '2026-11-30 09:00:00.000000'"
        ),
    ),
    "a booking deleted": ("bookings", sql("DELETE FROM bookings")),
    "a busy time": (
        "busy_times",
        verb(lambda kept: busy_times.add_busy_time(kept.calendar.owner_id, NINE + 5 * HOUR, NINE + 6 * HOUR)),
    ),
    "a busy time moved": ("busy_times", sql("UPDATE busy_times SET ends_at = '2026-11-30 13:00:00.000000'")),
    "a busy time deleted": (
        "busy_times",
        verb(lambda kept: busy_times.delete_busy_time(kept.calendar.owner_id, kept.busy.id)),
    ),
    "an imported time": (
        "imported_times",
        sql(
            "INSERT INTO imported_times (owner_id, source_id, starts_at, ends_at) SELECT owner_id, id,"
            " '2026-11-30 13:00:00.000000', '2026-11-30 14:00:00.000000' FROM sources"
        ),
    ),
    "an imported time deleted": ("imported_times", sql("DELETE FROM imported_times")),
    "hours": (
        "calendars",
        verb(
            lambda kept: calendars.change_calendar(
                kept.calendar.owner_id, kept.calendar.id, availability=parse_availability(["mon-fri 09:00-15:00"])
            )
        ),
    ),
    "a name": (
        "calendars",
        verb(lambda kept: calendars.change_calendar(kept.calendar.owner_id, kept.calendar.id, name="Tea")),
    ),
    "a notice": (
        "calendars",
        verb(lambda kept: calendars.change_calendar(kept.calendar.owner_id, kept.calendar.id, min_notice=240)),
    ),
    "a calendar's row": ("calendars", sql("UPDATE calendars SET location = 'Room 7'")),
    "a profile": (
        "owners",
        verb(lambda kept: owners.change_profile(kept.calendar.owner_id, "Ola", "Europe/Berlin", "")),
    ),
    "a colour": ("owners", verb(lambda kept: branding.change_accent(kept.calendar.owner_id, "#aa3300"))),
    "a logo": ("owners", verb(lambda kept: branding.change_logo(kept.calendar.owner_id, b"an image"))),
    "an owner's row": ("owners", sql("UPDATE owners SET name = 'Ola'")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_on_the_next_page(kept: Kept, change: str) -> None:
    before = kept.page()
    assert kept.page() == before
    CHANGES[change][1](kept)
    assert kept.page() == kept.truth() != before


@pytest.mark.parametrize("change", CHANGES)
def test_control_without_its_trigger_each_change_is_missed(kept: Kept, change: str) -> None:
    table, make = CHANGES[change]
    drop_triggers(kept.other, table)
    before = kept.page()
    make(kept)
    assert kept.page() == before != kept.truth()


def drop_triggers(world: World, table: str) -> None:
    """Drop the triggers on a table that renew stamps."""
    if not world.on_sqlite:
        world.execute(f"DROP TRIGGER renew_stamp ON {table}")
        return
    found = world.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = :table AND name LIKE 'renew_stamp%'",
        table=table,
    )
    for (name,) in found:
        world.execute(f"DROP TRIGGER {name}")


def test_all_tables_that_a_slot_page_reads_have_triggers(kept: Kept) -> None:
    """The link is read each time, and has none."""
    asked: list[str] = []
    with each_statement(kept.world, asked.append):
        kept.page()
    read = {table for table in db.metadata.tables if re.search(rf"\b{table}\.", " ".join(asked))}
    assert read == {"links", "owners", *STAMPED}


def test_an_owners_stamp_is_not_renewed_by_what_another_owner_does(kept: Kept) -> None:
    stamp = kept.stamp()
    other = kept.other.calendar(kept.other.owner("oscar@example.com"))
    kept.other.book(kept.other.link(other), NINE)
    assert kept.stamp() == stamp
    kept.other.book(kept.other.link(kept.calendar), NINE + HOUR)
    assert kept.stamp() != stamp


def test_a_change_while_a_page_is_made_does_not_get_under_the_older_stamp(kept: Kept) -> None:
    """After a fail-over or a restore the older stamp may come back, and then its rows, too."""
    stamp, before = kept.stamp(), kept.truth()
    booked: list[Booking] = []

    def book_meanwhile(statement: str) -> None:
        if "busy_times" in statement and not booked:
            booked.append(kept.other.book(kept.other.link(kept.calendar), at("2026-11-30 13:00")))

    with each_statement(kept.world, book_meanwhile):
        kept.page()
    assert booked
    assert kept.page() == kept.truth() != before
    kept.other.execute("DELETE FROM bookings WHERE id = :id", id=booked[0].id)
    kept.other.execute("UPDATE owners SET stamp = :stamp", stamp=stamp)
    assert kept.page() == before


def test_a_page_that_is_kept_ends_with_its_minute(kept: Kept, frozen: Any) -> None:
    """The slot at nine in Berlin can be booked until it begins, and not later."""
    for now, first in (
        ("2026-11-30 07:59:59.999999", "2026-11-30T08:00:00Z"),
        ("2026-11-30 08:00", "2026-11-30T08:00:00Z"),
        ("2026-11-30 08:00:00.000001", "2026-11-30T08:30:00Z"),
        ("2026-11-30 08:00:59", "2026-11-30T08:30:00Z"),
        ("2026-11-30 08:30:00", "2026-11-30T08:30:00Z"),
    ):
        frozen.move_to(at(now))
        for _ in range(2):
            assert starts(kept.world.browser().get(f"/b/{kept.token}"))[0] == first, now


def test_what_a_body_says_is_in_no_page_that_is_kept(kept: Kept) -> None:
    """A GET may have a body; the picker of a POST takes the zone from its form."""
    plain = kept.truth()
    kept.world.browser().get(f"/b/{kept.token}", data={"timezone": "Asia/Tokyo", "tz": "Asia/Tokyo"})
    assert kept.page() == plain


@pytest.mark.slow
@pytest.mark.real_time
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_one_process_books_another_does_not_offer(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/shop.db"
    else:
        url = new_database(request.getfixturevalue("postgres_server"), "kept")
    shop = Shop(url, tmp_path)
    with contextlib.closing(shop), shop.open(2) as (one, two):
        (calendar,) = shop.calendars()
        first, second = shop.links(calendar, 2)
        path = f"/b/{first}?date={tomorrow()[:10]}"
        for minutes in (0, 30):
            start = tomorrow(minutes)
            for _ in range(2):  # the second is kept
                assert f'data-start="{start}"' in get(one.address, path).text
                assert f'data-start="{start}"' in get(two.address, path).text
            assert post(two.address, f"/b/{second}", filled_in(start)).status == 303
            for server in (one, two):
                assert f'data-start="{start}"' not in get(server.address, path).text
            (second,) = shop.links(calendar, 1)
        with shop.world.inside():
            busy_times.add_busy_time(calendar.owner_id, at(tomorrow()[:10]), at(tomorrow()[:10]) + 24 * HOUR)
        assert "data-start" not in get(one.address, path).text
        assert z(at(tomorrow()[:10]) + 24 * HOUR) in get(one.address, f"/b/{first}?date={tomorrow(1440)[:10]}").text
