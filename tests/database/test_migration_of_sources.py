"""Migrations 0030, 0031 and 0040 on a filled database: they can be taken back, and nothing else is lost."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from support.sources import add_source_row
from support.world import World, at

NINE = at("2026-12-03 09:00")
NEW = {"sources", "imported_times", "calendar_entries"}


def others(world: World) -> dict[str, object]:
    return {name: rows for name, rows in world.dump().items() if name not in NEW and name != "owners"}


def test_sources_go_and_come_and_the_rest_stays(app: Flask, world: World) -> None:
    owner = world.owner()
    booking = world.book(world.link(world.calendar(owner)), NINE)
    source_id = add_source_row(world, owner.id)
    world.execute("UPDATE sources SET write_to = 'https://a.example/'")
    world.execute(
        "INSERT INTO imported_times (owner_id, source_id, starts_at, ends_at)"
        " VALUES (:owner, :source, '2026-12-03 10:00:00.000000', '2026-12-03 11:00:00.000000')",
        owner=owner.id,
        source=source_id,
    )
    world.cancel(booking)
    assert len(world.dump()["calendar_entries"]) == 1
    before = others(world)
    with app.app_context():
        downgrade(revision="0031")
        downgrade()
        downgrade()
        upgrade()
    assert others(world) == before
    assert {name: world.dump()[name] for name in NEW} == {name: [] for name in NEW}
    assert add_source_row(world, owner.id)


def test_what_is_signed_in_to_goes_and_the_other_sources_stay(app: Flask, world: World) -> None:
    owner = world.owner()
    world.book(world.link(world.calendar(owner)), NINE)
    stays, goes = add_source_row(world, owner.id), add_source_row(world, owner.id)
    world.execute("UPDATE sources SET kind = 'microsoft', write_to = 'a' WHERE id = :id", id=goes)
    for source_id in (stays, goes):
        world.execute(
            "INSERT INTO imported_times (owner_id, source_id, starts_at, ends_at)"
            " VALUES (:owner, :source, '2026-12-03 10:00:00.000000', '2026-12-03 11:00:00.000000')",
            owner=owner.id,
            source=source_id,
        )
    world.book(world.link(world.calendar(owner)), at("2026-12-04 09:00"))
    assert len(world.dump()["calendar_entries"]) == 1
    before = others(world)
    with app.app_context():
        downgrade(revision="0031")
    left = world.execute("SELECT id FROM sources"), world.execute("SELECT source_id FROM imported_times")
    assert [[row[0] for row in rows] for rows in left] == [[stays], [stays]]
    assert world.execute("SELECT id FROM calendar_entries") == []
    with app.app_context():
        upgrade()
    assert others(world) == before
    world.execute("UPDATE sources SET kind = 'google'")
