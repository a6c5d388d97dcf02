"""Appointments in the owner's other calendar, with a real CalDAV server: written once, moved, taken out."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.radicale import PASSWORD, USER, Radicale, radicale
from support.sources import Sources
from support.world import Browser, World, at
from time_machine import Traveller

from database import utcnow
from enums import SourceKind
from models import Booking, Owner, Source
from remote_calendars import protocol
from sources.access import current_access
from sources.entries import choose_calendar, count_unwritten, write_next

NINE, TEN = at("2026-12-03 08:00"), at("2026-12-03 09:00")  # in Berlin

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


@pytest.fixture
def source(owner: Owner, sources: Sources, dav: Radicale, work: str) -> Source:
    """A source whose one calendar the appointments are written into."""
    made = sources.add(owner, dav.address, kind=SourceKind.CALDAV, username=USER, password=PASSWORD)
    (there,) = json.loads(made.calendars)
    with sources.world.inside():
        choose_calendar(owner.id, made.id, there["href"])
    return made


def write(world: World) -> list[bool]:
    """Write all that is due; return whether each could be written."""
    ended = []
    with world.inside():
        while (done := write_next(current_access(), utcnow(), ask=protocol.answer)) is not None:
            ended.append(done)
    return ended


def there(dav: Radicale, work: str, booking: Booking) -> dict[str, str]:
    """Return what the other calendar says of the appointment; nothing if it is not there."""
    status, _, text = dav.request("GET", f"{work}{booking.uid}.ics")
    return dict(re.findall(r"^([A-Z-]+)[^:\r\n]*:(.*?)\r?$", text, re.M)) if status == 200 else {}


def test_a_booking_is_written_moved_and_taken_out(
    world: World, owner: Owner, source: Source, sources: Sources, dav: Radicale, work: str
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    assert there(dav, work, booking) == {}
    assert write(world) == [True]
    entry = there(dav, work, booking)
    assert (entry["UID"], entry["DTSTART"]) == (f"{booking.uid}@bookonce", "20261203T080000Z")
    assert "Jane" in entry["SUMMARY"]
    assert sources.read(source)
    assert sources.busy() == []  # our own does not count twice
    world.move(booking, TEN)
    assert write(world) == [True]
    assert there(dav, work, booking)["DTSTART"] == "20261203T090000Z"
    world.cancel(booking)
    assert write(world) == [True]
    assert there(dav, work, booking) == {}
    assert write(world) == []


def test_what_the_owner_changed_there_stays_and_the_time_is_ours(
    world: World, owner: Owner, source: Source, dav: Radicale, work: str
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    write(world)
    path = f"{work}{booking.uid}.ics"
    _, _, text = dav.request("GET", path)
    text = re.sub("SUMMARY:[^\r\n]*", "SUMMARY:With coffee", text).replace("END:VEVENT", "COMMENT:Mine\r\nEND:VEVENT")
    assert dav.request("PUT", path, text.replace("T0800", "T1500"), Content_Type="text/calendar")[0] in (201, 204)
    world.move(booking, TEN)
    assert write(world) == [True]
    entry = there(dav, work, booking)
    assert (entry["SUMMARY"], entry["COMMENT"]) == ("With coffee", "Mine")
    assert (entry["DTSTART"], entry["DTEND"]) == ("20261203T090000Z", "20261203T093000Z")


def test_an_answer_that_was_lost_leads_to_one_entry(
    world: World, owner: Owner, source: Source, dav: Radicale, work: str
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    write(world)
    world.execute("UPDATE calendar_entries SET written_at = NULL")
    assert write(world) == [True]
    assert there(dav, work, booking)["DTSTART"] == "20261203T080000Z"
    _, _, listed = dav.request("PROPFIND", work, Depth="1")
    assert listed.count(".ics</") == 1


def test_a_server_that_is_away_for_an_hour_gets_the_last_state_once_it_is_back(
    world: World,
    owner: Owner,
    browser: Browser,
    source: Source,
    dav: Radicale,
    work: str,
    frozen: Traveller,
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    dav.stop()
    try:
        for _ in range(4):
            assert write(world) == [False]
            frozen.shift(timedelta(minutes=20))
        with world.inside():
            assert count_unwritten(owner.id, source.id) == 1
        assert "1 appointment could not be written there yet." in browser.get("/settings/sources").text
        world.move(booking, TEN)
        assert write(world) == [False]
    finally:
        dav.start()
    frozen.shift(timedelta(minutes=20))
    assert write(world) == [True]
    assert there(dav, work, booking)["DTSTART"] == "20261203T090000Z"


def test_a_move_while_it_is_written_is_written_next(
    world: World, owner: Owner, source: Source, dav: Radicale, work: str
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)

    def slow(request: dict[str, object]) -> dict[str, object]:
        world.move(booking, TEN)
        return protocol.answer(request)

    with world.inside():
        assert write_next(current_access(), utcnow(), ask=slow)
    assert there(dav, work, booking)["DTSTART"] == "20261203T080000Z"
    assert write(world) == [True]
    assert there(dav, work, booking)["DTSTART"] == "20261203T090000Z"


def test_appointments_that_are_there_when_it_is_switched_on_are_written(
    world: World, owner: Owner, sources: Sources, dav: Radicale, work: str, browser: Browser
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    made = sources.add(owner, dav.address, kind=SourceKind.CALDAV, username=USER, password=PASSWORD)
    (calendar,) = json.loads(made.calendars)
    assert write(world) == []
    chosen = {"name": "Mine", "calendars": "1", "calendar": calendar["href"], "write_to": calendar["href"]}
    assert browser.change(f"/settings/sources/{made.id}", chosen).status_code == 303
    assert f'value="{calendar["href"]}" checked' in browser.get(f"/settings/sources/{made.id}").text
    assert write(world) == [True]
    assert there(dav, work, booking)
    browser.change(f"/settings/sources/{made.id}", chosen | {"write_to": "https://elsewhere.example/"})
    world.cancel(booking)
    assert write(world) == []
