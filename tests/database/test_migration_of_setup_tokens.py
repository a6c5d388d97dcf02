"""Migrations 0008 and 0009 on a filled database: nothing but the tables of tokens and of places comes and goes."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect
from support.world import PASSWORD, World, at

from accounts import owners, sessions
from accounts.setup import new_setup_token
from database import db


def test_only_the_tokens_come_and_go(app: Flask, world: World) -> None:
    with app.app_context():
        assert new_setup_token()
    assert world.execute("SELECT count(*) FROM setup_tokens") == [(1,)]
    with app.app_context():
        owner = owners.create_owner("o@example.com", "O", "UTC", PASSWORD)
        sessions.start_session(owner, address="192.0.2.1")
    assert world.execute("SELECT count(*) FROM known_places") == [(1,)]
    world.book(world.link(), at("2026-12-03 09:00"))
    before = (
        world.execute("SELECT id, name FROM bookings"),
        world.execute("SELECT id, email, password_hash FROM owners ORDER BY id"),
    )
    with app.app_context():
        downgrade(revision="0007")
        assert not {"setup_tokens", "known_places"} & set(inspect(db.engine).get_table_names())
        upgrade()
    assert (
        world.execute("SELECT id, name FROM bookings"),
        world.execute("SELECT id, email, password_hash FROM owners ORDER BY id"),
    ) == before
    assert world.execute("SELECT count(*) FROM setup_tokens") == [(0,)]
