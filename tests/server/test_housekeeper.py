"""The thread that clears what is old goes on, whatever happens to it, until it is stopped."""

import threading
from collections.abc import Callable

import pytest
import time_machine
from support.world import World

from models import Owner
from server import housekeeping
from server.housekeeping import Housekeeper


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen within five seconds")


@pytest.fixture
def housekeeper(world: World, monkeypatch: pytest.MonkeyPatch) -> Housekeeper:
    monkeypatch.setattr(housekeeping, "EVERY", 0.02)
    return Housekeeper(world.app)


def sessions(world: World) -> int:
    ((count,),) = world.execute("SELECT count(*) FROM browser_sessions")
    return int(count)


def test_it_clears_also_after_the_database_was_away_for_a_while(
    world: World,
    owner: Owner,
    housekeeper: Housekeeper,
    frozen: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.signed_in(owner)
    frozen.shift(31 * 86400)
    world.execute("ALTER TABLE login_attempts RENAME TO lost")
    thread = threading.Thread(target=housekeeper.run)
    thread.start()
    try:
        wait_until(lambda: "Housekeeping" in caplog.text)
        world.execute("ALTER TABLE lost RENAME TO login_attempts")
        world.signed_in(owner)
        frozen.shift(31 * 86400)
        wait_until(lambda: sessions(world) == 0)
    finally:
        housekeeper.stop()
        thread.join(5)
    assert not thread.is_alive()


def test_a_stopped_one_does_nothing(world: World, owner: Owner, housekeeper: Housekeeper) -> None:
    world.signed_in(owner)
    world.execute("UPDATE browser_sessions SET expires_at = '2020-01-01 00:00:00.000000'")
    housekeeper.stop()
    housekeeper.run()
    assert sessions(world) == 1
