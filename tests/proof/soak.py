"""Everything at once for a while: memory, files, threads and disk of the server must not grow without bound."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import psutil
from sqlalchemy import text
from support.http_client import NO_ANSWER, Answer, filled_in, send
from support.images import drawn
from support.server_process import Server
from support.shop import Shop, tomorrow
from support.world import PASSWORD

from database import db
from proof.tally import Tally

MEGABYTE = 1_000_000
STEP = 15
SLOTS = 50 * 24 * 60 // STEP
VISITORS = 5
FORM = "application/x-www-form-urlencoded"

# What may come on top between the second quarter of the time and the last. The pages that are kept take up to 30 MB.
MOST_MEMORY = 40 * MEGABYTE
MOST_FILES = 12
MOST_THREADS = 2
MOST_A_CHANGE = 12_000
"""Bytes of the database for each thing that was done, with its mails, its history and its indexes."""
FREE = 40 * MEGABYTE
"""Bytes of the database that do not count: the journal of either database takes some before it is used again."""


@dataclass(frozen=True)
class Sample:
    """What the server takes at one moment; memory and disk are bytes."""

    memory: float
    files: float
    threads: float
    disk: float

    @classmethod
    def of(cls, server: Server, shop: Shop) -> "Sample":
        """Measure the server and its database."""
        process = psutil.Process(server.process.pid)
        with process.oneshot():
            return cls(process.memory_info().rss, process.num_fds(), process.num_threads(), disk(shop))

    @classmethod
    def median_of(cls, samples: list["Sample"]) -> "Sample":
        """Return the medians, since one moment may be anything."""
        names = ("memory", "files", "threads", "disk")
        return cls(*(median(getattr(sample, name) for sample in samples) for name in names))


def disk(shop: Shop) -> float:
    """Return the bytes that the database takes."""
    if shop.url.startswith("sqlite"):
        name = shop.url.removeprefix("sqlite:///").rpartition("/")[2]
        return sum(path.stat().st_size for path in shop.folder.glob(f"{name}*"))
    with shop.world.inside(), db.engine.connect() as connection:
        return float(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


class Soak:
    """Visitors, each with an owner and a calendar of their own, who do whatever can be done."""

    def __init__(self, shop: Shop, server: Server, tally: Tally) -> None:
        self.shop, self.address, self.tally = shop, server.address, tally
        self.calendars = [shop.calendars(duration=STEP, step=STEP, horizon=60)[0] for _ in range(VISITORS)]
        self.cookies = [shop.cookie(calendar) for calendar in self.calendars]
        self.over = threading.Event()
        self.lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the visitors in; wait until they have gone."""
        threads = [threading.Thread(target=self._visitor, args=(number,)) for number in range(VISITORS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def _visitor(self, number: int) -> None:
        chance, calendar, cookie = random.Random(number), self.calendars[number], self.cookies[number]
        links: list[str] = []
        manages: list[str] = []
        kinds: list[tuple[int, Callable[[], object]]] = [
            (20, lambda: self._look(chance.choice(links), chance)),
            (6, lambda: manages.extend(self._book(links.pop(), chance))),
            (8, lambda: manages and self._change(chance.choice(manages[-20:]), chance)),
            (4, lambda: manages and self._get(chance.choice(manages) + chance.choice(["", ".ics"]), 200)),
            (3, lambda: self._wrong_token(chance)),
            (1, lambda: self._sign_in(number, chance)),
            (4, lambda: self._get(chance.choice(["/bookings", "/settings/calendars"]), 200, cookie=cookie)),
            (1, lambda: self._logo(cookie)),
        ]
        while not self.over.is_set():
            if not links:
                links += self.shop.links(calendar, 20)
            chance.choices([do for _, do in kinds], [weight for weight, _ in kinds])[0]()

    def _look(self, link: str, chance: random.Random) -> None:
        self._get(f"/b/{link}?date={tomorrow(STEP * chance.randrange(SLOTS))[:10]}&tz=Asia/Tokyo", 200)

    def _book(self, link: str, chance: random.Random) -> list[str]:
        answer = self._post(f"/b/{link}", filled_in(tomorrow(STEP * chance.randrange(SLOTS))), 303, 409)
        return [answer.location] if answer.status == 303 else []

    def _change(self, manage: str, chance: random.Random) -> None:
        if chance.random() < 0.2:
            self._post(f"{manage}/cancel", {"reason": "Ill"}, 303, 429)
        else:
            start = tomorrow(STEP * chance.randrange(SLOTS))
            self._post(f"{manage}/reschedule", {"start": start}, 303, 409, 429)

    def _wrong_token(self, chance: random.Random) -> None:
        token = f"{chance.getrandbits(96):024x}"[:20]
        self._get(chance.choice([f"/b/{token}", f"/booking/{token}", f"/feed/{token}.ics", "/nowhere/€"]), 404)
        self._post(f"/b/{token}", {"name": "x" * 10_000}, 404)

    def _sign_in(self, number: int, chance: random.Random) -> None:
        """Sign in with the right or a wrong password, which is limited."""
        page = self._get("/login", 200)
        cookie, token = page.headers["Set-Cookie"].partition(";")[0], _csrf_token(page)
        form = {"csrf_token": token, "email": f"owner{number + 1}@example.com", "password": PASSWORD}
        if chance.random() < 0.3:
            form |= {"password": "wrong", "email": f"nobody{chance.randrange(1000)}@example.com"}
        self._post("/login", form, 303, 422, 429, 503, cookie=cookie)

    def _logo(self, cookie: str) -> None:
        page = self._get("/settings/profile", 200, cookie=cookie)
        cookie = page.headers.get("Set-Cookie", cookie).partition(";")[0]
        fields = {"csrf_token": _csrf_token(page), "accent": "#aa3300"}
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        file = '--edge\r\nContent-Disposition: form-data; name="logo"; filename="a.png"\r\n\r\n'
        body = "".join([*parts, file]).encode() + drawn((1200, 600)) + b"\r\n--edge--\r\n"
        self._send("POST", "/settings/look", (303,), body, {"Cookie": cookie}, "multipart/form-data; boundary=edge")

    def _get(self, path: str, *right: int, cookie: str = "") -> Answer:
        return self._send("GET", path.replace("€", "%E2%82%AC"), right, headers={"Cookie": cookie, "HX-Request": ""})

    def _post(self, path: str, form: dict[str, str], *right: int, cookie: str = "") -> Answer:
        return self._send("POST", path, right, urlencode(form).encode(), {"Cookie": cookie}, FORM)

    def _send(
        self, method: str, path: str, right: tuple[int, ...], body: bytes | None = None,
        headers: dict[str, str] | None = None, kind: str = "",
    ) -> Answer:  # fmt: skip
        given = {name: value for name, value in (headers or {}).items() if value or name == "HX-Request"}
        if given.get("Cookie") or method != "GET":
            given.pop("HX-Request", None)
        answer = send(self.address, method, path, None, given | ({"Content-Type": kind} if kind else {}), body)
        with self.lock:
            self.tally.attempts += 1
            self.tally.confirmed += answer.status == 303
            self.tally.slowest = max(self.tally.slowest, answer.seconds)
            if answer.status not in right and not (answer.status == NO_ANSWER and self.over.is_set()):
                self.tally.error(f"{answer.status} for {method} /{path.split('/')[1]}")
        return answer


def soak(shop: Shop, server: Server, tally: Tally, seconds: float, progress: Callable[[Tally], None]) -> None:
    """Let the visitors in for so long; add to the tally how the server grew, and what grew without bound."""
    samples: list[Sample] = []
    every = min(5.0, seconds / 40)
    with Soak(shop, server, tally).running():
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(every)
            samples.append(Sample.of(server, shop))
            tally.times = round(len(samples) * every)
            progress(tally)
    quarter = len(samples) // 4
    early, late = Sample.median_of(samples[quarter : 2 * quarter]), Sample.median_of(samples[-quarter:])
    disk_a_change = max(0.0, samples[-1].disk - samples[0].disk - FREE) / max(1, tally.confirmed)
    tally.growth = (
        f"memory {early.memory / MEGABYTE:.0f} to {late.memory / MEGABYTE:.0f} MB, files {early.files:.0f} to "
        f"{late.files:.0f}, threads {early.threads:.0f} to {late.threads:.0f}, "
        f"database {samples[0].disk / MEGABYTE:.1f} to {samples[-1].disk / MEGABYTE:.1f} MB"
    )
    for what, grown, most in (
        ("memory", late.memory - early.memory, MOST_MEMORY),
        ("files", late.files - early.files, MOST_FILES),
        ("threads", late.threads - early.threads, MOST_THREADS),
        ("database", disk_a_change, MOST_A_CHANGE),
    ):
        if grown > most:
            tally.grown += 1
            tally.notes.append(f"{what} grows: {tally.growth}")


def _csrf_token(page: Answer) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    return found[1] if found else ""
