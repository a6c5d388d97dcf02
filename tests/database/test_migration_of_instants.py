"""Migration 0041 on a filled database: busy times that something else wrote in another format are told in ours."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import IntegrityError
from support.world import World, at

from scheduling.busy_times import add_busy_time


def test_another_format_becomes_ours_and_what_is_none_is_refused(
    sqlite_url: str, shared_app: Callable[[str], Flask]
) -> None:
    app = shared_app(sqlite_url)
    world = World(app)
    owner = world.owner()
    with world.inside():
        add_busy_time(owner.id, at("2026-12-03 09:00"), at("2026-12-03 10:00"))
    before = world.dump()["busy_times"]
    with app.app_context():
        downgrade(revision="0040")
    world.execute("UPDATE busy_times SET starts_at = '2026-12-03T10:00:00+01:00', ends_at = '2026-12-03T10:00Z'")
    with app.app_context():
        upgrade()
    assert world.dump()["busy_times"] == before
    with app.app_context():
        downgrade(revision="0040")
    world.execute("UPDATE busy_times SET ends_at = 'noon'")
    with app.app_context(), pytest.raises(IntegrityError, match="ends_at"):
        upgrade()
