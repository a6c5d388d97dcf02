"""The measurements: app and floor alternate in each round, so that noise affects both."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from support import http_client
from support.server_process import Server, running

from benchmarks import clients, floors, goals
from benchmarks.big import grow
from benchmarks.clients import Job, Metrics
from benchmarks.goals import Goal, Measured
from benchmarks.shops import busy_month, ordinary, paths, shop, visits

SLOT = 'data-start="'
ROWS = 'class="row"'
HOURS = 'class="day-hours"'

Ask = Callable[[], Metrics]


@dataclass(frozen=True)
class Size:
    """The size of a run: rounds, seconds per round, rows in the databases, maximum of bookings per round."""

    rounds: int
    seconds: float
    calendars: int
    past: int
    busy: tuple[int, int]
    bookings: int


FULL = Size(rounds=13, seconds=1.0, calendars=200, past=100_000, busy=(20, 10_000), bookings=500)
QUICK = Size(rounds=1, seconds=0.2, calendars=3, past=100, busy=(20, 200), bookings=50)


class Bench:
    """One run, with its databases in `folder`. `page` describes the ordinary slot page, for the report."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder, self.size, self.page = folder, size, ""

    def measure(self) -> Iterator[Measured]:
        """Yield the result of each benchmark."""
        with running(self.folder, floors.PROGRAM, FILE=str(self.folder / "hello.db"), LINKS="0") as floor:
            yield from self._pages(floor)
        yield from self._bookings()

    def _pages(self, floor: Server) -> Iterator[Measured]:
        with shop(self.folder, "ordinary") as made, made.open() as (app,):
            slots = paths(made, ordinary(made)[0])
            self.page = _in_words(http_client.get(app.address, slots[0]).text)
            one = self._look(app, slots, SLOT)
            yield self._compare(goals.SLOTS_16, self._look(app, slots, SLOT, at_once=16), self._look(floor, at_once=16))
            yield self._compare(goals.SLOTS_1, one, self._look(floor))
            few, many = (self._look(app, busy_month(made, count), SLOT) for count in self.size.busy)
            yield self._compare(goals.BUSY, many, few)
            yield from self._grown(floor, one)

    def _grown(self, floor: Server, small: Ask) -> Iterator[Measured]:
        """Yield the results with a large database; `small` measures the slot page with a small one."""
        sys.stderr.write("Filling a database ...\n")
        with shop(self.folder, "grown") as made:
            calendars = ordinary(made, self.size.calendars)
            grow(made, calendars, self.size.past)
            slots, signed_in = paths(made, calendars[0]), made.cookie(calendars[0])
            with made.open() as (app,):
                app.flask("check")
                yield self._compare(goals.GROWN, self._look(app, slots, SLOT), small)
                for goal, path, holds in (
                    (goals.CALENDARS, "/settings/calendars", ROWS),
                    (goals.EDIT, f"/settings/calendars/{calendars[0].id}", HOURS),
                    (goals.COMING, "/bookings", ROWS),
                    (goals.PAST, "/bookings?show=past", ROWS),
                    (goals.LINKS, f"/settings/calendars/{calendars[0].id}/links", ROWS),
                    (goals.ALL_LINKS, "/links", ROWS),
                    (goals.WAITING_LINKS, "/links?state=active", ROWS),
                ):
                    yield self._compare(goal, self._look(app, [path], holds, cookie=signed_in), self._look(floor))

    def _bookings(self) -> Iterator[Measured]:
        count = self.size.bookings * (1 + self.size.rounds)  # one to warm up
        file = {"FILE": str(self.folder / "floor.db"), "LINKS": str(count)}
        with (
            shop(self.folder, "booked") as made,
            made.open() as (app,),
            running(self.folder, floors.PROGRAM, **file) as floor,
        ):
            mine = visits(made, count)
            bare = [(f"/{number + 1}", form) for number, (_, form) in enumerate(mine)]
            yield self._compare(goals.BOOKING, self._book(app, mine), self._book(floor, bare))
            app.flask("check")

    def _look(
        self, server: Server, paths: Sequence[str] = ("/",), holds: str = "", at_once: int = 1, cookie: str = ""
    ) -> Ask:
        """Return a function that requests the pages for one round."""
        pages = [clients.get(server.address, path, cookie) for path in paths]
        return lambda: clients.run(Job(_port(server), pages, at_once, self.size.seconds, 200, holds))

    def _book(self, server: Server, visits: Sequence[tuple[str, dict[str, str]]]) -> Ask:
        """Return a function that sends forms for one round, each form once over all rounds."""
        forms = (clients.post(server.address, path, form) for path, form in visits)

        def ask() -> Metrics:
            share = list(islice(forms, self.size.bookings))
            return clients.run(Job(_port(server), share, 16, self.size.seconds, 303, again=False))

        return ask

    def _compare(self, goal: Goal, app: Ask, floor: Ask) -> Measured:
        """Return the results of all rounds; app and floor take turns to begin."""
        sys.stderr.write(f"{goal.what} ...\n")
        for ask in (app, floor):
            ask()  # to warm up
        found: dict[Ask, list[Metrics]] = {app: [], floor: []}
        for number in range(self.size.rounds):
            for ask in (app, floor) if number % 2 else (floor, app):
                found[ask].append(ask())
        figures = ([each.rate if goal.at_least else each.median for each in found[ask]] for ask in (app, floor))
        return Measured(goal, *figures, max(each.share for each in found[app] + found[floor]))


def _port(server: Server) -> int:
    return urlsplit(server.address).port or 80


def _in_words(page: str) -> str:
    days, slots, size = page.count('class="free"'), page.count(SLOT), len(page.encode()) / 1024
    return f"a month with {days} bookable days and the {slots} slots of one, {size:.1f} KiB"
