"""CalDAV with a real server, Radicale: its calendars are found, changes there are seen here, its faults told."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import request, request_finished
from support.feed_server import feed_server
from support.radicale import PASSWORD, USER, Radicale, radicale
from support.sources import Sources
from support.world import JANE, World, at, starts, z
from time_machine import Traveller

from enums import SourceKind
from middleware.booking_line import TURN
from models import Owner, Source
from remote_calendars.dav_xml import parse_resources
from remote_calendars.reading import ProblemCode, ReadingFailed
from sources import connections

NINE, TEN = at("2026-12-03 08:00"), at("2026-12-03 09:00")  # in Berlin
MEETING = "DTSTART;TZID=Europe/Berlin:20261203T090000\nDTEND;TZID=Europe/Berlin:20261203T100000"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """A running Radicale."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def work(dav: Radicale) -> Iterator[str]:
    """The path of an empty calendar, the only one."""
    path = dav.make_calendar("Work")
    yield path
    dav.request("DELETE", path)


def connect(sources: Sources, owner: Owner, address: str, password: str = PASSWORD) -> Source:
    return sources.add(owner, address, kind=SourceKind.CALDAV, username=USER, password=password)


def test_an_event_put_there_vanishes_from_the_picker_with_the_next_reading_and_comes_back(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    token = world.link(world.calendar(owner))
    source = connect(sources, owner, dav.address)
    assert (source.name, sources.busy()) == ("Work", [])
    dav.put(work, "1", MEETING)
    assert sources.read(source)
    assert starts(world.browser().get(f"/b/{token}?date=2026-12-03"))[0] == "2026-12-03T09:00:00Z"
    dav.put(work, "1", MEETING.replace("T09", "T14").replace("T10", "T15"))
    assert sources.read(source)
    assert sources.busy() == [(at("2026-12-03 13:00"), at("2026-12-03 14:00"))]
    dav.delete(work, "1")
    assert sources.read(source)
    assert starts(world.browser().get(f"/b/{token}?date=2026-12-03"))[0] == "2026-12-03T08:00:00Z"


@pytest.mark.parametrize("path", ["", "{user}/", "{user}/Work/", ".well-known/caldav"])
def test_the_calendars_are_found_from_any_address_of_the_server(
    owner: Owner, sources: Sources, dav: Radicale, work: str, path: str
) -> None:
    dav.put(work, "1", MEETING)
    connect(sources, owner, dav.address + path.format(user=USER))
    assert sources.busy() == [(NINE, TEN)]


def test_only_what_changed_is_read_again(
    owner: Owner, sources: Sources, dav: Radicale, work: str, frozen: Traveller
) -> None:
    dav.put(work, "1", MEETING)
    source = connect(sources, owner, dav.address)
    ctags = json.loads(sources.row(source).marks)["ctags"]
    assert list(ctags) == [dav.address.rstrip("/") + work]
    assert sources.read(source)
    assert sources.busy() == [(NINE, TEN)]
    dav.put(work, "2", MEETING.replace("1203", "1204"))
    assert sources.read(source)
    assert len(sources.busy()) == 2
    assert json.loads(sources.row(source).marks)["ctags"] != ctags


def test_only_the_calendars_that_were_chosen_count(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    family = dav.make_calendar("Family")
    try:
        dav.put(work, "1", MEETING)
        dav.put(family, "2", MEETING.replace("1203", "1204"))
        source = connect(sources, owner, dav.address)
        assert len(sources.busy()) == 2
        here = json.loads(source.calendars)
        assert sorted(each["name"] for each in here) == ["Family", "Work"]
        chosen = [each["href"] for each in here if each["name"] == "Work"]
        with world.inside():
            connections.change_source(owner.id, source.id, "Mine", chosen)
        assert sources.read(source)
        assert sources.busy() == [(NINE, TEN)]
    finally:
        dav.request("DELETE", family)


def test_a_meeting_that_is_in_two_calendars_and_moved_in_both_is_at_its_new_time_only(
    owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    weekly = MEETING + "\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = MEETING.replace("T09", "T14").replace("T10", "T15")
    override = f"\nEND:VEVENT\nBEGIN:VEVENT\nUID:m\nDTSTAMP:20261101T000000Z\nRECURRENCE-ID:20261203T080000Z\n{moved}"
    family = dav.make_calendar("Family")
    try:
        for path in (work, family):
            dav.put(path, "m", weekly + override)
        connect(sources, owner, dav.address)
        second = (at("2026-12-10 08:00"), at("2026-12-10 09:00"))
        assert sources.busy() == [(at("2026-12-03 13:00"), at("2026-12-03 14:00")), second]
    finally:
        dav.request("DELETE", family)


def test_our_own_appointment_in_it_does_not_count(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    dav.put(work, f"{booking.uid}@bookonce", MEETING)
    connect(sources, owner, dav.address)
    assert sources.busy() == []


def test_a_wrong_password_and_a_server_that_is_no_caldav_server_are_told(
    owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    with pytest.raises(ReadingFailed) as failure:
        connect(sources, owner, dav.address, "wrong")
    assert failure.value.code == ProblemCode.LOGIN


def test_a_server_that_is_away_frees_nothing(
    owner: Owner, sources: Sources, dav: Radicale, work: str, frozen: Traveller
) -> None:
    dav.put(work, "1", MEETING)
    source = connect(sources, owner, dav.address)
    dav.stop()
    try:
        assert not sources.read(source)
        assert sources.row(source).problem == "no answer"
        assert sources.busy() == [(NINE, TEN)]
    finally:
        dav.start()
    dav.delete(work, "1")
    assert sources.read(source)
    assert (sources.row(source).problem, sources.busy()) == ("", [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><p>Sign in",
        b"<html/>",
        b'<multistatus xmlns="DAV:"><response>',
        b'<!DOCTYPE x [<!ENTITY a "a">]><multistatus xmlns="DAV:">&c;</multistatus>',
        b'<multistatus xmlns="DAV:"><response><status>HTTP/1.1 507 Too many</status></response></multistatus>',
    ],
)
def test_an_answer_that_is_broken_or_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(ReadingFailed):
        parse_resources(body, "https://a.example/")


def test_a_booking_asks_once_more_and_is_refused_if_the_owner_is_busy_by_now(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    mine = world.calendar(owner)
    token = world.link(mine)
    connect(sources, owner, dav.address)
    dav.put(work, "1", MEETING)  # nobody has read it yet
    answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)})
    assert answer.status_code == 409
    assert "2026-12-03T09:00:00Z" in starts(answer)
    assert z(NINE) not in starts(answer)
    assert sources.busy() == [(NINE, NINE + timedelta(minutes=30))]
    assert world.browser().post(f"/b/{token}", data=JANE | {"start": z(TEN)}).status_code == 303
    booking = world.bookings()[0]
    moved = {"start": z(NINE + timedelta(minutes=30))}
    answer = world.browser().post(f"/booking/{world.manage_token(booking)}/reschedule", data=moved)
    assert (answer.status_code, world.bookings()[0].starts_at) == (409, TEN)


def test_no_answer_in_time_refuses_no_booking_and_keeps_no_other_one_waiting(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str
) -> None:
    def note_turn(_app: Any, **_more: Any) -> None:
        turns.append(TURN in request.environ and request.environ[TURN].is_mine)

    turns: list[bool] = []
    token = world.link(world.calendar(owner))
    connect(sources, owner, dav.address)
    with feed_server() as slow:
        slow.pages[f"{work}"] = lambda handler: time.sleep(10)
        href = json.dumps([{"href": slow.url(work), "name": "Work", "counts": True}])
        world.execute("UPDATE sources SET calendars = :href", href=href)
        began = time.perf_counter()
        with request_finished.connected_to(note_turn, world.app):
            answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)})
        assert answer.status_code == 303
        assert time.perf_counter() - began < 3
        assert slow.asked
        assert turns == [False]
