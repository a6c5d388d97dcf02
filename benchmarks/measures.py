"""The measurements: app and floor alternate in each round, so that noise affects both."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from support import http_client
from support.server_process import Server, running
from support.shop import Shop

from benchmarks import clients, floors, goals
from benchmarks.big import grow
from benchmarks.clients import PATIENCE, Job, Metrics
from benchmarks.goals import Goal, Measured
from benchmarks.shops import busy_month, ordinary, paths, peer_visits, shop, visits

SLOT = 'data-start="'
PEER_SLOT = 'name="slot"'
PEER = "benchmarks/peer.py"
ROWS = '<li class="row'
HOURS = 'class="day-hours"'

# By its trigger it renews the stamp of each owner, so that no page that was kept is sent again.
CHANGE = "UPDATE owners SET contact = contact"
QUERIES = ("?tz=Asia/Tokyo", "?month=2027-01", "?date=2027-01-04")
OWNERS = ("/settings/calendars", "/settings/calendars/1", "/settings/calendars/1/links", "/bookings", "/settings/busy")

Ask = Callable[[], Metrics]


@dataclass(frozen=True)
class Size:
    """The size of a run: rounds, seconds per round, rows in the databases, most bookings per round, requests in all."""

    rounds: int
    seconds: float
    calendars: int
    past: int
    busy: tuple[int, int]
    imported: tuple[int, int]
    bookings: int
    requests: int


FULL = Size(
    rounds=7,
    seconds=1.0,
    calendars=200,
    past=100_000,
    busy=(20, 10_000),
    imported=(20, 2_000),
    bookings=500,
    requests=100_000,
)
QUICK = Size(
    rounds=1, seconds=0.2, calendars=3, past=100, busy=(20, 200), imported=(20, 200), bookings=50, requests=400
)


class Bench:
    """One run, with its databases in `folder`. `page` describes the ordinary slot page, for the report.

    `peer` is the Python of another program that is measured beside ours, "" for none.
    """

    def __init__(self, folder: Path, size: Size, peer: str = "") -> None:
        self.folder, self.size, self.peer, self.page = folder, size, peer, ""

    def measure(self) -> Iterator[Measured]:
        """Yield the result of each benchmark."""
        with running(self.folder, floors.PROGRAM, FILE=str(self.folder / "hello.db"), LINKS="0") as floor:
            yield from self._pages(floor)
        yield from self._bookings()
        yield from self._memory()

    def _pages(self, floor: Server) -> Iterator[Measured]:
        with shop(self.folder, "ordinary") as made, made.open() as (app,):
            slots = paths(made, ordinary(made)[0])
            self.page = _in_words(http_client.get(app.address, slots[0]).text)
            one, crowd = self._look(app, slots, SLOT), self._look(app, slots, SLOT, at_once=16)
            with self._peer() as peer:
                theirs = [self._look(peer, ["/"], PEER_SLOT, at_once=count) if peer else None for count in (16, 1)]
                yield self._compare(goals.SLOTS_16, crowd, self._look(floor, at_once=16), theirs[0])
                yield self._compare(goals.SLOTS_1, one, self._look(floor), theirs[1])
            change = (str(self.folder / "ordinary.db"), CHANGE)
            yield self._compare(goals.FIRST, self._look(app, slots, SLOT, change=change), self._look(floor))
            few, many = (busy_month(made, count) for count in self.size.busy)
            yield self._compare(goals.BUSY, self._look(app, many, SLOT), self._look(app, few, SLOT))
            first = (self._look(app, each, SLOT, change=change) for each in (many, few))
            yield self._compare(goals.BUSY_FIRST, *first)
            yield from self._two(made, slots, crowd)
            few, many = (busy_month(made, count, imported=True) for count in self.size.imported)
            first = (self._look(app, each, SLOT, change=change) for each in (many, few))
            yield self._compare(goals.IMPORTED, *first)
            yield from self._grown(floor, one)

    def _two(self, made: Shop, slots: Sequence[str], by_one: Ask) -> Iterator[Measured]:
        """Yield the results of two processes that one command started."""
        file = {"FILE": str(self.folder / "two.db"), "LINKS": "0", "WORKERS": "2"}
        with made.open(WORKERS="2") as (app,), running(self.folder, floors.PROGRAM, **file) as floor:
            crowd = self._look(app, slots, SLOT, at_once=16)
            yield self._compare(goals.TWO, crowd, self._look(floor, at_once=16))
            yield self._compare(goals.TWO_MORE, crowd, by_one)

    @contextmanager
    def _peer(self) -> Iterator[Server | None]:
        if not self.peer:
            yield None
            return
        environ = {"FILE": str(self.folder / "peer.db"), "PYTHONPATH": "", "PYTHONWARNINGS": "default"}
        with running(self.folder, PEER, self.peer, **environ) as server:
            yield server

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
            self._peer() as peer,
        ):
            mine = visits(made, count)
            bare = [(f"/{number + 1}", form) for number, (_, form) in enumerate(mine)]
            theirs = self._book(peer, peer_visits(), 302, 1 + self.size.rounds) if peer else None
            yield self._compare(goals.BOOKING, self._book(app, mine), self._book(floor, bare), theirs)
            app.flask("check")

    def _memory(self) -> Iterator[Measured]:
        """Yield how much memory a process has after many requests: slot pages of all kinds, owner's pages, bookings."""
        half = self.size.requests // 2
        sys.stderr.write(f"{goals.MEMORY.what} ...\n")
        with shop(self.folder, "memory") as made, made.open() as (app,):
            calendar = ordinary(made)[0]
            signed_in, slots = made.cookie(calendar), paths(made, calendar)
            asked = [clients.get(app.address, path) for path in (*slots, *(slots[0] + query for query in QUERIES))]
            asked += [clients.get(app.address, path, signed_in) for path in OWNERS]
            forms = [clients.post(app.address, path, form) for path, form in visits(made, self.size.bookings)]
            clients.run(Job(_port(app), forms, 16, PATIENCE, 303, again=False))
            halves, share = [], 0.0
            for _ in range(2):
                answers = 0
                while answers < half:
                    found = clients.run(Job(_port(app), asked, 16, self.size.seconds))
                    answers, share = answers + found.count, max(share, found.share)
                halves.append(resident_mb(app.process.pid))
        yield Measured(goals.MEMORY, halves[1:], [float(goals.MEMORY_MB)], share)
        yield Measured(goals.FLAT, halves[1:], halves[:1], share)

    def _look(
        self,
        server: Server,
        paths: Sequence[str] = ("/",),
        holds: str = "",
        at_once: int = 1,
        cookie: str = "",
        change: Sequence[str] = (),
    ) -> Ask:
        """Return a function that requests the pages for one round; `change` is executed before each, see `Job`."""
        pages = [clients.get(server.address, path, cookie) for path in paths]
        job = Job(_port(server), pages, at_once, self.size.seconds, 200, holds, change=change)
        return lambda: clients.run(job)

    def _book(
        self, server: Server, visits: Sequence[tuple[str, dict[str, str]]], status: int = 303, rounds: int = 0
    ) -> Ask:
        """Return a function that sends forms for one round, each form once over all rounds."""
        forms = (clients.post(server.address, path, form) for path, form in visits)
        most = len(visits) // rounds if rounds else self.size.bookings

        def ask() -> Metrics:
            share = list(islice(forms, most))
            return clients.run(Job(_port(server), share, 16, self.size.seconds, status, again=False))

        return ask

    def _compare(self, goal: Goal, app: Ask, floor: Ask, peer: Ask | None = None) -> Measured:
        """Return the results of all rounds; those who are compared take turns to begin."""
        sys.stderr.write(f"{goal.what} ...\n")
        asks = [ask for ask in (app, floor, peer) if ask]
        for ask in asks:
            ask()  # to warm up
        found: dict[Ask, list[Metrics]] = {ask: [] for ask in asks}
        for number in range(self.size.rounds):
            for ask in asks if number % 2 else asks[::-1]:
                found[ask].append(ask())
        figures = [[each.rate if goal.at_least else each.median for each in found[ask]] for ask in asks]
        share = max(each.share for metrics in found.values() for each in metrics)
        return Measured(goal, figures[0], figures[1], share, *figures[2:])


def resident_mb(pid: int) -> float:
    """Return how much memory the process has, in MB."""
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(said) * 1024 / 1e6


def _port(server: Server) -> int:
    return urlsplit(server.address).port or 80


def _in_words(page: str) -> str:
    days, slots, size = page.count('class="free"'), page.count(SLOT), len(page.encode()) / 1024
    return f"a month with {days} bookable days and the {slots} slots of one, {size:.1f} KiB"
