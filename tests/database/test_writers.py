"""Writers of one process on SQLite stand in line; none waits longer than a page may take."""

import sqlite3
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from support.racing import race
from support.world import World

from database import session, transaction


@pytest.fixture
def world(sqlite_url: str, app_on: Callable[..., Flask]) -> World:
    return World(app_on(sqlite_url))


def test_the_next_writer_goes_on_when_one_has_failed(world: World) -> None:
    with world.inside(), pytest.raises(ZeroDivisionError), transaction():
        1 / 0  # noqa: B018
    assert not session._writer.locked()
    with world.inside(), transaction():
        assert session._writer.locked()
    assert not session._writer.locked()


@pytest.mark.slow
@pytest.mark.real_time
def test_while_another_process_writes_all_of_them_give_up_in_time(world: World, sqlite_url: str) -> None:
    stranger = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")

    def write() -> float:
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"), world.inside(), transaction():
            pass
        return time.monotonic() - began

    seconds = race([write] * 4)
    stranger.close()
    assert all(isinstance(each, float) and each < 5 for each in seconds), seconds
