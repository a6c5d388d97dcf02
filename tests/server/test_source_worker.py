"""The server's worker reads other calendars, of several processes only one, and no calendar slows or stops it."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.commands import beside
from support.feed_server import FeedServer, calendar, feed_server
from support.http_client import get
from support.server_process import Server, running

pytestmark = [pytest.mark.slow, pytest.mark.real_time]

DAY = datetime.now(UTC).date() + timedelta(days=2)
TEN = f"{DAY:%Y-%m-%d}T10:00:00Z"
BUSY_AT_TEN = f"DTSTART:{DAY:%Y%m%d}T100000Z\nDURATION:PT30M"


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with feed_server() as server:
        yield server


@pytest.fixture(params=["1", "2"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, SOURCE_NETWORKS="127.0.0.0/8", WORKERS=request.param) as server:
        yield server


def set_up(server: Server, address: str) -> str:
    """Return the path of a link of an owner whose other calendar is at the address."""
    mine = ("--owner", "o@example.com")
    account = ("--email", "o@example.com", "--name", "O", "--timezone", "UTC", "--password-stdin")
    with beside(server) as flask:
        flask("owner", "create", *account, stdin="correct horse")
        (visit,) = flask("calendar", "create", *mine, "--name", "Visit", "--hours", "mon-sun 00:00-24:00")
        flask("source", "add", *mine, "--kind", "ics", "--address", address)
        (link,) = flask("link", "create", "--calendar", visit)
    return "/" + link.split("/", 3)[3]


def make_due(server: Server) -> None:
    file = server.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        connection.execute("UPDATE sources SET due_at = '2020-01-01 00:00:00.000000'")


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)


def test_a_new_busy_time_elsewhere_is_gone_from_the_page_and_one_process_reads(
    server: Server, feeds: FeedServer
) -> None:
    path = set_up(server, feeds.serve(calendar()))
    offers = lambda: TEN in get(server.address, f"{path}?date={DAY}").text  # noqa: E731
    assert offers()
    feeds.serve(calendar(BUSY_AT_TEN))
    asked = len(feeds.asked)
    make_due(server)
    wait_until(lambda: not offers())
    time.sleep(3)
    assert len(feeds.asked) == asked + 1
    assert server.complaints() == []


def test_calendars_that_are_much_work_slow_no_page_and_the_server_ends_in_time(
    server: Server, feeds: FeedServer
) -> None:
    path = set_up(server, feeds.serve(calendar()))

    def median() -> float:
        times = []
        for _ in range(40):
            began = time.perf_counter()
            assert get(server.address, path).status == 200
            times.append(time.perf_counter() - began)
            time.sleep(0.01)
        return statistics.median(times)

    before = median()
    recurring = "DTSTART:19700101T{:02}0000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY"
    feeds.serve(calendar(*(recurring.format(hour) for hour in range(20))))
    asked = len(feeds.asked)
    make_due(server)
    wait_until(lambda: len(feeds.asked) > asked)
    assert median() < 3 * before + 0.01
    began = time.monotonic()
    server.stop()
    assert server.process.returncode == 0
    assert time.monotonic() - began < 10
