"""The maintenance commands: `check` finds every kind of damage, `backup` copies a database while it is in use."""

import os
import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.commands import ok, refused, run
from support.raw_database import insert, row_like, take_protection_away
from support.world import World, at

from database import db
from models import Booking

NINE = at("2026-11-30 09:00")
TEN = at("2026-11-30 10:00")


@pytest.fixture
def booking(world: World) -> Booking:
    """One of two bookings; there are a revoked, an expired and an active link, too."""
    calendar = world.calendar()
    world.book(world.link(calendar), TEN)
    world.execute("UPDATE links SET revoked_at = created_at WHERE id = :id", id=world.row(world.link(calendar)).id)
    world.link(calendar, days=0)
    world.link(calendar)
    return world.book(world.link(calendar), NINE)


def test_check_counts_and_says_that_all_holds(world: World, booking: Booking) -> None:
    world.browser().post(f"/booking/{world.manage_token(booking)}/cancel")
    lines = ok(world, "check")
    assert lines[:5] == [
        "owners: 1",
        "calendars: 1",
        "links: 5 (1 active, 2 used, 1 revoked, 1 expired)",
        "bookings: 2 (1 confirmed, 1 cancelled)",
        "mails: 0 (0 waiting, 0 sent, 0 failed, 0 dropped)",
    ]
    assert len(lines) >= 16
    assert all(line.startswith("holds: ") for line in lines[5:])


def test_check_of_a_new_database_holds(world: World) -> None:
    assert ok(world, "check")[:1] == ["owners: 0"]


def test_check_writes_nothing(world: World, booking: Booking) -> None:
    before = world.dump()
    ok(world, "check")
    assert world.dump() == before


def found(world: World) -> list[str]:
    """Return what `check` finds broken, but for the constraints that a test took away to break it."""
    result = run(world, "check")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Broken: ")
    assert result.stderr.count("\n") == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith("BROKEN: ")]
    assert len(lines) == result.stderr.count("(")
    return [line for line in lines if "the database itself refuses" not in line]


def test_check_sees_a_link_with_two_bookings(world: World, booking: Booking) -> None:
    take_protection_away(world, keep_rows=True)
    later = {name: getattr(booking, name) + timedelta(hours=3) for name in ("starts_at", "ends_at")}
    later |= {"blocked_from": later["starts_at"], "blocked_until": later["ends_at"]}
    insert(world, row_like(world, booking, id=8, **later))
    assert found(world) == [f"BROKEN: one link, one booking (links): {booking.link_id}"]


def test_check_sees_an_owner_in_two_places(world: World, booking: Booking) -> None:
    link = world.row(world.link(world.calendar(world.owner("other@example.com"))))
    take_protection_away(world, keep_rows=True)
    world.execute("UPDATE links SET owner_id = :owner, calendar_id = :calendar, used_at = created_at WHERE id = :id",
        id=link.id, owner=booking.owner_id, calendar=booking.calendar_id)  # fmt: skip
    half_past = {n: getattr(booking, n) + timedelta(minutes=15) for n in ("starts_at", "ends_at", "blocked_until")}
    insert(world, row_like(world, booking, id=9, link_id=link.id, **half_past))
    assert found(world) == ["BROKEN: one owner, one place (bookings): 9"]
    world.execute("UPDATE bookings SET status = 'cancelled' WHERE id = 9")
    assert found(world) == []


DAMAGE = {
    "every used link has its booking (links)": "DELETE FROM bookings WHERE id = :booking",
    "every booking has used its link (bookings)": "UPDATE links SET used_at = NULL WHERE id = :link",
    "every booking blocks its own time (bookings)":
        "UPDATE bookings SET blocked_from = blocked_until WHERE id = :booking",
    "no booking without its owner's link (bookings)": "UPDATE bookings SET calendar_id = 99 WHERE id = :booking",
    "no change without its owner's booking (changes)": "UPDATE changes SET owner_id = 99",
    "every change is counted (bookings)": "UPDATE bookings SET sequence = 0 WHERE id = :booking",
    "no message without its owner's booking (messages)": "UPDATE messages SET owner_id = 99 WHERE id = 1",
    "every booking has its messages to both sides (bookings)": "DELETE FROM messages WHERE id = 1",
}  # fmt: skip


@pytest.mark.parametrize("words", DAMAGE)
def test_check_sees_what_does_not_belong_together(world: World, booking: Booking, words: str) -> None:
    if "message" in words:
        world.message(booking, "invitee")
        world.message(booking, "owner")
    if "change" in words:
        world.move(booking, booking.starts_at + timedelta(hours=2))
    take_protection_away(world, keep_rows=True)
    values = {"booking": booking.id, "link": booking.link_id}
    world.execute(DAMAGE[words], **{name: value for name, value in values.items() if f":{name}" in DAMAGE[words]})
    shown = {"(links)": booking.link_id, "(changes)": 1, "(messages)": 1}.get(words.split()[-1], booking.id)
    assert found(world) == [f"BROKEN: {words}: {shown}"]


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("links", "calendar_id", "no link without its owner's calendar (links)"),
        ("calendars", "owner_id", "no calendar without its owner (calendars)"),
    ],
)
def test_check_sees_orphans(sqlite_url: str, app_on: Any, table: str, column: str, words: str) -> None:
    world = World(app_on(sqlite_url))
    world.link()
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))  # without foreign keys: SQLite's default
    connection.execute(f"UPDATE {table} SET {column} = 99")
    connection.commit()
    connection.close()
    assert f"BROKEN: {words}: 1" in found(world)


def test_check_sees_that_a_constraint_is_gone(world: World) -> None:
    sqlite = world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    name = "one_owner_one_place_update" if sqlite else "one_owner_one_place"
    world.execute(f"DROP TRIGGER {name}" if sqlite else f"ALTER TABLE bookings DROP CONSTRAINT {name}")
    result = run(world, "check")
    assert result.exit_code == 1
    assert f"BROKEN: the database itself refuses (constraints): {name}" in result.stdout
    assert result.stderr == "Error: Broken: the database itself refuses (constraints).\n"


def test_check_names_ten_and_counts_the_rest(world: World) -> None:
    calendar = world.calendar()
    for _ in range(12):
        world.link(calendar)
    world.execute("UPDATE links SET used_at = created_at")
    assert found(world)[0].endswith(": 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more")


def test_check_of_a_database_without_tables_is_one_line(tmp_path: Path, app_on: Any) -> None:
    assert "db upgrade" in refused_late(World(app_on(f"sqlite:///{tmp_path}/empty.db")), "check")


def refused_late(world: World, *args: str) -> str:
    result = run(world, *args)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    return result.stderr


# Backup


@pytest.fixture
def shop(sqlite_url: str, app_on: Any) -> World:
    """A world on SQLite with a booking in it."""
    world = World(app_on(sqlite_url))
    world.book(world.link(), NINE)
    return world


def test_a_backup_holds_all_and_can_be_served_from(shop: World, tmp_path: Path, app_on: Any) -> None:
    copy = tmp_path / "copy.db"
    (size,) = ok(shop, "backup", str(copy))
    assert int(size) == copy.stat().st_size
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["copy.db"]
    restored = World(app_on(f"sqlite:///{copy}"))
    assert restored.dump() == shop.dump()
    ok(restored, "check")
    (booking,) = restored.bookings()
    assert restored.browser().get(f"/booking/{restored.manage_token(booking)}").status_code == 200


@pytest.mark.slow
def test_a_backup_taken_while_bookings_are_made_has_all_that_were_confirmed_before(
    shop: World, tmp_path: Path, app_on: Any
) -> None:
    calendar = shop.calendar(shop.owner("busy@example.com"), hours="mon-sun 00:00-24:00", duration=1, step=1)
    links = [shop.link(calendar) for _ in range(150)]
    confirmed: list[int] = []
    thread = threading.Thread(
        target=lambda: [
            confirmed.append(shop.book(token, TEN + timedelta(minutes=i)).id) for i, token in enumerate(links)
        ]
    )
    thread.start()
    copies = []
    while thread.is_alive():
        before = list(confirmed)
        ok(shop, "backup", str(tmp_path / f"{len(copies)}.db"))
        copies.append(before)
    thread.join()
    assert len(confirmed) == len(links)
    assert any(0 < len(before) < len(links) for before in copies)
    for number, before in enumerate(copies):
        restored = World(app_on(f"sqlite:///{tmp_path}/{number}.db"))
        ok(restored, "check")
        assert set(before) <= {booking.id for booking in restored.bookings()}


def test_a_backup_overwrites_nothing(shop: World, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    assert "was left as it is" in refused(shop, "backup", str(tmp_path / "mine"))
    assert (tmp_path / "mine").read_text() == "precious"
    database = shop.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    refused(shop, "backup", database)
    ok(shop, "check")


@pytest.mark.parametrize("name", ["no/such/folder/copy.db", "x" * 300, "", "."])
def test_a_backup_to_an_impossible_path_is_refused_in_one_line(shop: World, tmp_path: Path, name: str) -> None:
    refused(shop, "backup", f"{tmp_path}/{name}" if name else "")
    assert os.listdir(tmp_path) == []


def test_a_backup_that_fails_on_its_way_leaves_nothing(shop: World, tmp_path: Path) -> None:
    with shop.inside():
        database = Path(str(db.engine.url.database))
        db.engine.dispose()
    for name in (database, database.with_name(database.name + "-wal")):
        name.unlink(missing_ok=True)
    database.write_text("This is no database, but long enough to be taken for one at first sight. " * 200)
    refused(shop, "backup", str(tmp_path / "copy.db"))
    assert os.listdir(tmp_path) == []
    database.unlink()
    assert "no database" in refused(shop, "backup", str(tmp_path / "copy.db"))
    assert not database.exists()


def test_postgresql_has_its_own_backup(postgres_url: str, app_on: Any, tmp_path: Path) -> None:
    assert "pg_dump" in refused(World(app_on(postgres_url)), "backup", str(tmp_path / "copy"))
