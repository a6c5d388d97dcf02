"""Promise 10, whatever comes in which order: changes elsewhere, readings, faults, bookings, moves, time that goes by.

A model says which times are known to be busy; the slot page must offer exactly the others.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from support.cases import how_many, same_each_time
from support.feed_server import FeedServer, calendar, feed_server
from support.sources import Sources
from support.world import World, at, starts, z
from time_machine import Traveller

from database import db
from models import Booking, Source
from scheduling.errors import SlotTaken, TooManyChanges
from sources.readings import CONFIRM_AFTER, MANY

DAY = "2026-12-08"
SLOTS = [at("2026-12-07 23:00") + timedelta(minutes=30) * number for number in range(48)]
FAULTS = {"web page": (b"<html>", 200), "away": (b"", 503), "empty": (b"", 200), "cut": (calendar()[:-9], 200)}

slot = st.integers(0, len(SLOTS) - 1)
step = st.one_of(
    st.tuples(st.just("put"), slot),
    st.tuples(st.just("take"), slot),
    st.just(("put many", 0)),
    st.just(("take all", 0)),
    st.just(("heal", 0)),
    st.tuples(st.sampled_from([f"fault {name}" for name in FAULTS]), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 61])),
    st.tuples(st.just("book"), slot),
    st.tuples(st.just("move"), slot),
)


class Model:
    """What is there, what is known of it, and the app that must agree."""

    def __init__(self, world: World, feeds: FeedServer, clock: Traveller) -> None:
        self.world, self.feeds, self.clock, self.sources = world, feeds, clock, Sources(world)
        owner = world.owner()
        self.calendar = world.calendar(owner, "mon-sun 00:00-24:00")
        self.watching = world.link(self.calendar)
        self.there: set[int] = set()
        self.known: set[int] = set()
        self.emptied_at: datetime | None = None
        self.fault = ""
        self.bookings: dict[int, Booking] = {}
        self.serve()
        self.source: Source = self.sources.add(owner, feeds.url())

    def serve(self) -> None:
        body, status = FAULTS[self.fault] if self.fault else (self.feed(), 200)
        self.feeds.serve(body, status=status)

    def feed(self) -> bytes:
        return calendar(*(f"DTSTART:{SLOTS[number]:%Y%m%dT%H%M%SZ}\nDURATION:PT30M" for number in sorted(self.there)))

    def do(self, what: str, number: int) -> None:
        match what:
            case "put":
                self.there.add(number)
            case "take":
                self.there.discard(number)
            case "put many":
                self.there |= set(range(0, 48, 2))
            case "take all":
                self.there.clear()
            case "heal":
                self.fault = ""
            case "wait":
                self.clock.shift(timedelta(minutes=number))
            case "read":
                self.read()
            case "book":
                self.book(number)
            case "move":
                self.move(number)
            case fault:
                self.fault = fault.removeprefix("fault ")
        self.serve()

    def read(self) -> None:
        assert self.sources.read(self.source) == (not self.fault)
        if self.fault:
            return
        now = datetime.now(SLOTS[0].tzinfo)
        if not self.there and len(self.known) >= MANY:
            self.emptied_at = self.emptied_at or now
            if now < self.emptied_at + CONFIRM_AFTER:
                return
        self.known, self.emptied_at = set(self.there), None

    def free(self) -> set[int]:
        return set(range(48)) - self.known - self.bookings.keys()

    def book(self, number: int) -> None:
        token = self.world.link(self.calendar)
        if number in self.free():
            self.bookings[number] = self.world.book(token, SLOTS[number])
        else:
            with pytest.raises(SlotTaken):
                self.world.book(token, SLOTS[number])

    def move(self, number: int) -> None:
        if not self.bookings or number in self.bookings:
            return
        before, booking = next(iter(self.bookings.items()))
        if number in self.free():
            try:
                self.bookings[number] = self.world.move(booking, SLOTS[number])
            except TooManyChanges:
                return  # five an hour: it stays where it was
            del self.bookings[before]
        else:
            with pytest.raises(SlotTaken):
                self.world.move(booking, SLOTS[number])

    def check(self) -> None:
        visitor = FlaskClient(self.world.app, self.world.app.response_class)  # which does not lint each page
        page = visitor.get(f"/b/{self.watching}?date={DAY}")
        assert starts(page) == [z(SLOTS[number]) for number in sorted(self.free())]


@pytest.fixture
def model_world(sqlite_url: str, shared_app: Callable[[str], Flask]) -> Iterator[tuple[World, FeedServer]]:
    world = World(shared_app(sqlite_url))
    with feed_server() as feeds:
        yield world, feeds
    with world.inside():
        db.engine.dispose()


@pytest.mark.slow
@pytest.mark.generated
@same_each_time(how_many(40))
@given(steps=st.lists(st.tuples(step, st.booleans()), min_size=8, max_size=25))
def test_whatever_comes_in_which_order_no_known_busy_time_is_offered(
    model_world: tuple[World, FeedServer], frozen: Traveller, steps: list[tuple[tuple[str, int], bool]]
) -> None:
    world, feeds = model_world
    empty(world)
    frozen.move_to(at("2026-11-30 07:00"))
    model = Model(world, feeds, frozen)
    for (what, number), then_read in steps:
        model.do(what, number)
        if then_read:
            model.do("read", 0)
        model.check()


def empty(world: World) -> None:
    for table in (*("imported_times", "sources", "changes", "bookings", "links", "calendars", "owners"),):
        world.execute(f"DELETE FROM {table}")
