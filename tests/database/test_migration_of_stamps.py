"""Migration 0010 on a filled database: each owner has a stamp of their own, and it can be taken back."""

from collections.abc import Callable

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import insert, text
from support.world import World, at

from database import db
from models import BusyTime, Owner

NINE = at("2026-12-03 09:00")


def stamps(world: World) -> list[str]:
    return [stamp for (stamp,) in world.execute("SELECT stamp FROM owners ORDER BY id")]


def test_each_owner_gets_a_stamp_and_no_row_is_lost(app: Flask, world: World) -> None:
    for email in ("olivia@example.com", "oscar@example.com"):
        world.book(world.link(world.calendar(world.owner(email))), NINE)
    before = world.dump()
    with app.app_context():
        downgrade(revision="0010")
        downgrade()
    assert "stamp" not in [name for (name,) in columns_of_owners(world)]
    world.execute("UPDATE calendars SET name = name")  # no trigger is left that would look for the stamp
    with app.app_context():
        upgrade()
    assert len(set(stamps(world))) == 2
    assert "" not in stamps(world)
    assert without_stamps(world.dump()) == without_stamps(before)
    first = stamps(world)
    world.execute("UPDATE bookings SET name = 'Jim' WHERE owner_id = 1")
    assert (stamps(world)[0] != first[0], stamps(world)[1:]) == (True, first[1:])


def test_an_owner_without_anything_has_no_stamp_and_gets_one_with_a_calendar(world: World, owner: Owner) -> None:
    assert stamps(world) == [""]
    world.calendar(owner)
    assert stamps(world) != [""]


def test_many_rows_in_one_transaction_renew_it_once(postgres_url: str, app_on: Callable[..., Flask]) -> None:
    """PostgreSQL would keep a version of the owner's row for each of them until the end."""
    world = World(app_on(postgres_url))
    owner = world.owner()
    world.calendar(owner)
    row = {"owner_id": owner.id, "starts_at": NINE, "ends_at": at("2026-12-03 10:00"), "created_at": NINE}
    updates = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'owners'"
    before = stamps(world)
    with world.inside():
        earlier = db.session.scalar(text(updates))
        db.session.execute(insert(BusyTime), [row] * 20)
        assert db.session.scalar(text(updates)) == earlier + 1
        db.session.commit()
    assert stamps(world) != before


def columns_of_owners(world: World) -> list[tuple[str]]:
    with world.inside():
        return [(column["name"],) for column in db.inspect(db.engine).get_columns("owners")]


def without_stamps(dump: dict[str, list[tuple[object, ...]]]) -> object:
    stamps_at = list(db.metadata.tables["owners"].columns.keys()).index("stamp")
    owners = [row[:stamps_at] + row[stamps_at + 1 :] for row in dump["owners"]]
    return dump | {"owners": owners}
