"""Accounts at Microsoft: what differs from Google, with the database."""

from datetime import timedelta

import pytest
from support.fake_microsoft import FakeMicrosoft
from support.sources import Sources
from support.world import JANE, World, at, starts, z
from time_machine import Traveller

from enums import SourceKind
from models import Owner
from sources.entries import choose_calendar

NINE, TEN = at("2026-12-03 08:00"), at("2026-12-03 09:00")  # in Berlin
FIRST = "AAMk="


def test_it_is_read_with_tokens_that_change_each_time_and_asked_once_more_at_a_booking(
    world: World, owner: Owner, sources: Sources, microsoft: FakeMicrosoft, frozen: Traveller
) -> None:
    token = world.link(world.calendar(owner))
    source = sources.sign_in(owner, SourceKind.MICROSOFT, microsoft)
    for _ in range(3):
        frozen.shift(timedelta(hours=1))
        assert sources.read(source)
        assert [sources.secret(source).refresh] == list(microsoft.grants)
    microsoft.add_event(NINE, TEN)  # nobody has read it yet
    answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)})
    assert answer.status_code == 409
    assert z(NINE) not in starts(answer)
    assert sources.read(source)
    assert sources.busy() == [(NINE, TEN)]
    microsoft.end_grants()
    frozen.shift(timedelta(hours=1))
    assert not sources.read(source)
    assert (sources.row(source).problem, sources.busy()) == ("consent", [(NINE, TEN)])


@pytest.mark.parametrize("lost", [False, True])
def test_a_booking_is_written_once_moved_and_taken_out_and_does_not_count_twice(
    world: World, owner: Owner, sources: Sources, microsoft: FakeMicrosoft, lost: bool
) -> None:
    source = sources.sign_in(owner, SourceKind.MICROSOFT, microsoft, writing=True)
    with world.inside():
        choose_calendar(owner.id, source.id, FIRST)
    booking = world.book(world.link(world.calendar(owner)), NINE)
    assert sources.write() == [True]
    if lost:
        world.execute("UPDATE calendar_entries SET written_at = NULL")
        assert sources.write() == [True]
    (event,) = microsoft.events.values()
    assert "Jane" in event["subject"]
    assert sources.read(source)
    assert sources.busy() == []
    event["subject"] = "With coffee"
    world.move(booking, TEN)
    assert sources.write() == [True]
    (event,) = microsoft.events.values()
    assert (event["subject"], event["start"]["dateTime"]) == ("With coffee", "2026-12-03T09:00:00")
    world.cancel(booking)
    assert sources.write() == [True]
    assert microsoft.events == {}
