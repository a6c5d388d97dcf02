"""The program itself: what it prints, how it starts and stops, on both databases."""

import contextlib
import http.client
import inspect
import logging
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import waitress.channel
from support.http_client import NO_ANSWER, Answer, filled_in, get, post
from support.server_process import HOUSE, KEY, Server, Starting, free_port, running
from support.shop import Shop, tomorrow

from server.serve import _without_path

pytestmark = pytest.mark.slow


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    """Start a server that must not come up; return how it ended."""
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": KEY, "PORT": str(free_port())} | environ
    return subprocess.run([sys.executable, "app.py"], cwd=HOUSE, env=env, capture_output=True, text=True, timeout=30)


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    environ = {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("postgres_url")}
    with running(tmp_path, **environ) as server:
        yield server


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_the_one_line_leads_to_the_set_up_and_later_to_the_sign_in(server: Server, tmp_path: Path) -> None:
    assert re.fullmatch(re.escape(server.address) + r"/setup\?token=\w{18}", server.open_this)
    assert get(server.address, path_of(server.open_this)).status == 200
    server.flask(
        "owner", "create", "--email", "o@example.com", "--name", "O", "--timezone", "UTC", "--password-stdin",
        stdin="correct horse",
    )  # fmt: skip
    calendar = server.flask(
        "calendar", "create", "--owner", "o@example.com", "--name", "Visit", "--hours", "mon-sun 00:00-24:00"
    )
    (link,) = server.flask("link", "create", "--calendar", *calendar)
    page = get(server.address, path_of(link))
    assert page.status == 200
    assert 'data-start="' in page.text
    with running(tmp_path, DATABASE_URL=server.environ["DATABASE_URL"]) as second:
        assert second.open_this == second.address + "/"
        assert get(second.address, "/login").status == 200


def test_it_ends_with_0_when_it_is_told_to(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(tmp_path) as server:
            server.process.send_signal(number)
            assert server.process.wait(10) == 0


def test_what_it_writes_is_for_its_own_user(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert get(server.address, path_of(server.open_this)).status == 200  # reads the database, so its log is there
        (tmp_path / f"log-{server.environ['PORT']}").unlink()  # which the test wrote
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        assert modes == dict.fromkeys(("server.db", "server.db-shm", "server.db-wal"), 0o600)
    other = tmp_path / "other.db"
    server.environ["DATABASE_URL"] = f"sqlite:///{other}"
    server.flask("db", "upgrade")
    assert stat.S_IMODE(other.stat().st_mode) == 0o600


def test_killed_it_leaves_nothing_in_the_temporary_directory(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for _ in range(2):
        server = Starting(tmp_path, TMPDIR=str(temporary)).ready()
        page = get(server.address, "/login")
        (stylesheet,) = re.findall(r'href="(/static/style\.\w+\.css)"', page.text)
        assert get(server.address, stylesheet).status == 200
        server.kill()
    assert list(temporary.iterdir()) == []


# Told to stop, it finishes what has begun


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[Shop, Server]]:
    """A server, and a database that the test may lock so that a booking takes as long as it wants."""
    shop = Shop(f"sqlite:///{tmp_path}/shop.db", tmp_path)
    with shop.open() as (server,):
        yield shop, server
    shop.close()


@pytest.mark.real_time
def test_a_booking_in_flight_is_finished_and_confirmed(busy: tuple[Shop, Server]) -> None:
    shop, server = busy
    (calendar,) = shop.calendars()
    links = shop.links(calendar, 3)
    answers: list[Answer] = []
    stranger = sqlite3.connect(shop.url.removeprefix("sqlite:///"), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    threads = [
        threading.Thread(
            target=lambda i=i: answers.append(post(server.address, f"/b/{links[i]}", filled_in(tomorrow(30 * i))))
        )
        for i in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    server.process.terminate()
    while get(server.address, "/healthz").status != NO_ANSWER:
        time.sleep(0.02)
    assert server.process.poll() is None
    stranger.execute("ROLLBACK")
    stranger.close()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [303] * 3
    assert server.process.wait(10) == 0
    assert len(shop.world.bookings()) == 3


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("said", "most"), [(b"", 3), (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 3), (b"GET / HT", 10)]
)
def test_an_idle_connection_does_not_delay_the_shutdown(busy: tuple[Shop, Server], said: bytes, most: int) -> None:
    _, server = busy
    with socket.create_connection(("127.0.0.1", int(server.environ["PORT"]))) as connection:
        connection.sendall(said)
        time.sleep(0.7)
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(15) == 0
        assert time.monotonic() - began < most


@pytest.mark.real_time
def test_a_request_that_is_half_sent_is_finished(busy: tuple[Shop, Server]) -> None:
    _, server = busy
    with socket.create_connection(("127.0.0.1", int(server.environ["PORT"]))) as connection:
        connection.sendall(b"POST /b/unknown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\na=")
        time.sleep(0.3)
        server.process.terminate()
        time.sleep(1)
        connection.sendall(b"bc")
        assert connection.recv(100).startswith(b"HTTP/1.1 404 ")
    assert server.process.wait(10) == 0


@pytest.mark.real_time
def test_a_client_that_keeps_asking_on_one_connection_is_told_to_close_it(busy: tuple[Shop, Server]) -> None:
    """As a proxy does; otherwise it would be cut off in the middle after all the time there is."""
    _, server = busy
    asked = threading.Event()
    connection_headers: list[str | None] = []

    def proxy() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.environ["PORT"]), timeout=10)
        while connection_headers[-1:] != ["close"]:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            connection_headers.append(answer.getheader("Connection"))
            asked.set()
        connection.close()

    thread = threading.Thread(target=proxy)
    thread.start()
    assert asked.wait(5)
    began = time.monotonic()
    server.process.terminate()
    assert server.process.wait(15) == 0
    thread.join()
    assert time.monotonic() - began < 3
    assert connection_headers.count("close") == 1


@pytest.mark.real_time
def test_under_load_nobody_is_cut_off_in_the_middle(busy: tuple[Shop, Server]) -> None:
    """Whoever is booked was told so, and whoever was told so is booked."""
    shop, server = busy
    (calendar,) = shop.calendars(hours="mon-sun 00:00-24:00", duration=5, step=5)
    told: list[str] = []

    def invitee(links: list[str], first: int) -> None:
        for i, token in enumerate(links):
            answer = post(server.address, f"/b/{token}", filled_in(tomorrow(5 * (first + i))))
            if answer.status == NO_ANSWER:
                return
            assert answer.status == 303
            told.append(answer.location)

    threads = [threading.Thread(target=invitee, args=(shop.links(calendar, 200), 200 * i)) for i in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    server.process.terminate()
    assert server.process.wait(10) == 0
    for thread in threads:
        thread.join()
    assert len(told) == len(shop.world.bookings()) > 5
    assert len(told) < 1200


def test_waitress_names_no_path_when_a_request_fails() -> None:
    """It puts the path into the text itself; a path may hold a token."""
    record = logging.LogRecord(
        "waitress", logging.ERROR, "channel.py", 437, "Exception while serving /b/secret", None, None
    )
    assert _without_path(record)
    assert record.getMessage() == "Exception while serving a request"
    assert "Exception while serving %s" in inspect.getsource(waitress.channel)


def test_a_database_of_a_later_version_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        url = server.environ["DATABASE_URL"]
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = start(DATABASE_URL=url)
    assert (ended.returncode, ended.stdout) == (1, "")
    said = "DATABASE_URL: the database can't be brought up to date: Can't locate revision identified by '9999'"
    assert ended.stderr.splitlines()[-1] == said


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        port = server.environ["PORT"]
        ended = start(PORT=port, DATABASE_URL=server.environ["DATABASE_URL"])
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(rf"HOST, PORT: can't listen on 127\.0\.0\.1:{port}: .+\n", ended.stderr)


@pytest.mark.parametrize("host", ["nosuchhost.invalid", "999.1.1.1", "a b"])
def test_an_invalid_host_is_refused_in_one_line(tmp_path: Path, host: str) -> None:
    ended = start(HOST=host, DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("HOST, PORT: ")


@pytest.mark.parametrize("what", ["away", "no database"])
def test_a_database_that_does_not_answer_is_one_line_without_its_password(tmp_path: Path, what: str) -> None:
    (tmp_path / "no.db").write_text("This is no database, but long enough to be taken for one at first sight. " * 20)
    away = f"postgresql://user:hunter2@127.0.0.1:{free_port()}/name"
    ended = start(DATABASE_URL=away if what == "away" else f"sqlite:///{tmp_path}/no.db")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("DATABASE_URL: the database does not answer")
    assert "hunter2" not in ended.stderr
