"""Migration 0008 on a filled database: nothing but the table of tokens comes and goes."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect
from support.world import World, at

from accounts.setup import new_setup_token
from database import db


def test_only_the_tokens_come_and_go(app: Flask, world: World) -> None:
    with app.app_context():
        assert new_setup_token()
    assert world.execute("SELECT count(*) FROM setup_tokens") == [(1,)]
    world.book(world.link(), at("2026-12-03 09:00"))
    before = (
        world.execute("SELECT id, name FROM bookings"),
        world.execute("SELECT id, email, password_hash FROM owners"),
    )
    with app.app_context():
        downgrade(revision="0007")
        assert "setup_tokens" not in inspect(db.engine).get_table_names()
        upgrade()
    assert (
        world.execute("SELECT id, name FROM bookings"),
        world.execute("SELECT id, email, password_hash FROM owners"),
    ) == before
    assert world.execute("SELECT count(*) FROM setup_tokens") == [(0,)]
