"""What a reading keeps, on both databases: promise 10, whatever the other server does."""

from datetime import timedelta
from typing import Any

import pytest
from support.feed_server import FeedServer, calendar
from support.sources import Sources
from support.world import World, at, starts
from time_machine import Traveller

from database import utcnow
from models import Owner
from remote_calendars import protocol
from remote_calendars.reading import ReadingFailed
from scheduling import calendars
from scheduling.errors import NotFound, SlotTaken
from sources import connections
from sources.access import current_access
from sources.leases import lease, lease_next
from sources.readings import read
from sources.secret_box import CanNotOpen, Secret, seal, unseal

NINE, TEN = at("2026-12-03 08:00"), at("2026-12-03 09:00")  # in Berlin
LUNCH = "DTSTART:20261203T080000Z\nDTEND:20261203T090000Z"
MINUTES = timedelta(minutes=1)


def many(count: int) -> list[str]:
    return [f"DTSTART:202612{day:02}T080000Z\nDURATION:PT1H" for day in range(1, count + 1)]


def offered(world: World, token: str, day: str = "2026-12-03") -> list[str]:
    return starts(world.browser().get(f"/b/{token}?date={day}"))


def test_a_busy_time_elsewhere_vanishes_from_the_picker_and_comes_back(
    world: World, owner: Owner, sources: Sources, feeds: FeedServer
) -> None:
    token = world.link(world.calendar(owner))
    assert "2026-12-03T08:00:00Z" in offered(world, token)
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    assert sources.busy() == [(NINE, TEN)]
    assert offered(world, token)[0] == "2026-12-03T09:00:00Z"
    with pytest.raises(SlotTaken):
        world.book(token, NINE)
    feeds.serve(calendar())
    assert sources.read(source)
    assert offered(world, token)[0] == "2026-12-03T08:00:00Z"
    assert world.book(token, NINE).is_confirmed


def test_a_source_says_what_was_read(owner: Owner, sources: Sources, feeds: FeedServer) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH, LUNCH, "DTSTART:never"), ETag='"1"'))
    assert (source.busy_count, source.read_at, source.problem) == (1, utcnow(), "")
    assert '"start"' in source.notes
    assert at("2027-02-02 00:00") == source.read_until  # 60 days, and what an appointment may reach beyond
    assert 13 * MINUTES < source.due_at - utcnow() < 17 * MINUTES


FAULTS = {
    "a web page": (b"<html>Sign in</html>", 200),
    "cut off": (calendar(LUNCH)[:-10], 200),
    "nothing": (b"", 200),
    "no answer": (b"", 500),
    "sign in": (b"", 401),
    "gone": (b"", 404),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reading_that_fails_frees_nothing_and_is_told(
    owner: Owner, sources: Sources, feeds: FeedServer, frozen: Traveller, fault: str
) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    read_at = source.read_at
    body, status = FAULTS[fault]
    feeds.serve(body, status=status)
    for attempt, pause in enumerate((1, 2, 4, 8), 1):
        frozen.shift(20 * MINUTES)
        assert not sources.read(source)
        row = sources.row(source)
        assert row.problem
        assert (row.attempts, row.due_at - utcnow()) == (attempt, pause * MINUTES)
        assert (row.read_at, row.busy_count) == (read_at, 1)
    assert sources.busy() == [(NINE, TEN)]
    feeds.serve(calendar(LUNCH))
    assert sources.read(source)
    row = sources.row(source)
    assert (row.problem, row.failing_since, row.attempts, row.read_at) == ("", None, 0, utcnow())


def test_many_busy_times_that_are_gone_at_once_stay_for_an_hour(
    owner: Owner, sources: Sources, feeds: FeedServer, frozen: Traveller
) -> None:
    source = sources.add(owner, feeds.serve(calendar(*many(20)), ETag='"1"'))
    feeds.serve(calendar())
    for _ in range(4):
        assert sources.read(source)
        assert len(sources.busy()) == 20
        assert sources.row(source).emptied_at
        frozen.shift(15 * MINUTES)
    assert "If-None-Match" not in feeds.asked[-1][2]
    assert sources.read(source)
    assert (sources.busy(), sources.row(source).emptied_at) == ([], None)


def test_many_busy_times_that_are_back_within_the_hour_were_never_gone(
    owner: Owner, sources: Sources, feeds: FeedServer, frozen: Traveller
) -> None:
    source = sources.add(owner, feeds.serve(calendar(*many(20))))
    for body in (calendar(), calendar(*many(20)), calendar()):
        frozen.shift(50 * MINUTES)
        feeds.serve(body)
        assert sources.read(source)
        assert len(sources.busy()) == 20


def test_few_busy_times_may_be_gone_at_once(owner: Owner, sources: Sources, feeds: FeedServer) -> None:
    source = sources.add(owner, feeds.serve(calendar(*many(19))))
    feeds.serve(calendar())
    assert sources.read(source)
    assert sources.busy() == []


def test_what_did_not_change_is_asked_for_by_its_etag_for_the_same_days_only(
    owner: Owner, sources: Sources, feeds: FeedServer, frozen: Traveller
) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH), ETag='"1"'))
    feeds.serve(b"", status=304)
    assert sources.read(source)
    assert feeds.asked[-1][2]["If-None-Match"] == '"1"'
    assert sources.busy() == [(NINE, TEN)]
    frozen.shift(timedelta(days=1))
    feeds.serve(calendar(LUNCH), ETag='"1"')
    assert sources.read(source)
    assert "If-None-Match" not in feeds.asked[-1][2]


def test_our_own_appointments_that_come_back_do_not_count(
    world: World, owner: Owner, sources: Sources, feeds: FeedServer
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    own = f"BEGIN:VEVENT\r\nUID:{booking.uid}@bookonce\r\n{LUNCH}\r\nEND:VEVENT\r\n".encode()
    others = own.replace(booking.uid.encode(), b"another-server")
    feeds.serve(b"BEGIN:VCALENDAR\r\n" + own + b"END:VCALENDAR\r\n")
    sources.add(owner, feeds.url())
    assert sources.busy() == []
    feeds.serve(b"BEGIN:VCALENDAR\r\n" + others + b"END:VCALENDAR\r\n")
    sources.add(owner, feeds.url())
    assert sources.busy() == [(NINE, TEN)]


def test_the_longest_horizon_is_read_and_a_longer_one_soon(
    world: World, owner: Owner, sources: Sources, feeds: FeedServer
) -> None:
    mine = world.calendar(owner, horizon=10)
    late = "DTSTART:20270601T080000Z\nDURATION:PT1H"
    source = sources.add(owner, feeds.serve(calendar(late)))
    assert sources.busy() == []
    with world.inside():
        calendars.change_calendar(owner.id, mine.id, horizon=300)
        assert lease_next(utcnow())
    world.execute("UPDATE sources SET leased_until = NULL")
    sources.read(source)
    assert len(sources.busy()) == 1
    with world.inside():
        calendars.change_calendar(owner.id, mine.id, horizon=3650)
    sources.read(source)
    assert sources.row(source).read_until == at("2028-12-03 00:00")  # 730 days and the margin


def test_one_process_reads_a_source_at_a_time(owner: Owner, world: World, sources: Sources, feeds: FeedServer) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    with world.inside():
        world.execute("UPDATE sources SET due_at = created_at")
        assert lease_next(utcnow())
        assert lease_next(utcnow()) is None
        assert lease(owner.id, source.id, utcnow()) is None
        with pytest.raises(connections.BeingRead):
            connections.read_now(current_access(), owner.id, source.id)


def test_a_reading_that_came_too_late_changes_nothing(
    owner: Owner, world: World, sources: Sources, feeds: FeedServer, frozen: Traveller
) -> None:
    """Its lease ran out, somebody else has read the source meanwhile, and what it brings is older."""
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))

    def slow(request: dict[str, Any]) -> dict[str, Any]:
        said = protocol.answer(request)
        frozen.shift(timedelta(minutes=10))
        feeds.serve(calendar())
        assert sources.read(source)
        return said

    with world.inside():
        world.execute("UPDATE sources SET marks = '{}'")
        leased = lease(owner.id, source.id, utcnow())
        assert leased
        read(leased, current_access(), utcnow(), ask=slow)
    assert sources.busy() == []


def test_a_paused_source_does_not_count_and_is_not_read(
    owner: Owner, world: World, sources: Sources, feeds: FeedServer
) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    with world.inside():
        connections.pause_source(owner.id, source.id)
        world.execute("UPDATE sources SET due_at = created_at")
        assert lease_next(utcnow()) is None
        assert sources.busy() == []
        connections.resume_source(owner.id, source.id)
        assert lease_next(utcnow())
    world.execute("UPDATE sources SET leased_until = NULL")
    assert sources.read(source)
    assert sources.busy() == [(NINE, TEN)]


def test_a_source_that_is_removed_takes_its_busy_times_along(
    owner: Owner, world: World, sources: Sources, feeds: FeedServer
) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    with world.inside():
        connections.delete_source(owner.id, source.id)
    assert sources.busy() == []
    with world.inside(), pytest.raises(NotFound):
        connections.get_source(owner.id, source.id)


def test_a_source_that_can_not_be_read_is_not_kept(
    world: World, owner: Owner, sources: Sources, feeds: FeedServer
) -> None:
    with pytest.raises(ReadingFailed):
        sources.add(owner, feeds.serve(b"<html>"))
    assert world.dump()["sources"] == []


def test_after_a_change_of_key_the_busy_times_stay_and_the_source_says_so(
    owner: Owner, world: World, sources: Sources, feeds: FeedServer
) -> None:
    source = sources.add(owner, feeds.serve(calendar(LUNCH)))
    with world.inside():
        access = current_access()
        leased = lease(owner.id, source.id, utcnow())
        assert leased
        assert not read(leased, type(access)("another key" * 4, access.networks), utcnow(), ask=protocol.answer)
    assert sources.row(source).problem == "key"
    assert sources.busy() == [(NINE, TEN)]


def test_neither_address_nor_password_is_in_the_database(
    owner: Owner, world: World, sources: Sources, feeds: FeedServer
) -> None:
    feeds.serve(calendar(LUNCH), "/private-4711.ics")
    sources.add(owner, feeds.url("/private-4711.ics"))
    assert "4711" not in str(world.dump())


def test_a_secret_opens_with_its_key_in_its_row_only() -> None:
    secret = Secret("https://a.example", "jane", "pass")
    sealed = seal("k" * 40, "sources 1 1", secret)
    assert unseal("k" * 40, "sources 1 1", sealed) == secret
    assert seal("k" * 40, "sources 1 1", secret) != sealed
    assert "pass" not in repr(secret)
    for key, row, data in (
        ("x" * 40, "sources 1 1", sealed),
        ("k" * 40, "sources 1 2", sealed),
        ("k" * 40, "sources 1 1", sealed[:-1]),
        ("k" * 40, "sources 1 1", b""),
    ):
        with pytest.raises(CanNotOpen):
            unseal(key, row, data)
