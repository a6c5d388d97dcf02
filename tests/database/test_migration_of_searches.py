"""Migration 0006 on a filled database: what searches compare is written anew, and taken back."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from support.world import World, at


def search_texts(world: World) -> list[str]:
    return [text for (text,) in world.execute("SELECT search_text FROM bookings ORDER BY id")]


def test_what_is_stored_is_found_by_what_a_keyboard_has(app: Flask, world: World) -> None:
    calendar = world.calendar()
    for hour, name in ((9, "Łukasz O’Brien"), (10, "Jane Doe")):
        world.book(world.link(calendar), at(f"2026-12-03 {hour:02}:00"), name=name)
    now = search_texts(world)
    assert now == ["lukasz o'brien jane@example.com", "jane doe jane@example.com"]
    with app.app_context():
        downgrade(revision="0005")
    assert search_texts(world) == ["łukasz o’brien jane@example.com", "jane doe jane@example.com"]
    with app.app_context():
        upgrade()
    assert search_texts(world) == now
