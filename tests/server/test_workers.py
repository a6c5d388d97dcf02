"""Several processes by one command: they share the sockets, one that dies is replaced, and all end together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from support.http_client import NO_ANSWER, Answer, filled_in, get, post
from support.server_process import HOUSE, Server, free_port
from support.shop import Shop, tomorrow
from support.smtp_server import post_office

pytestmark = [pytest.mark.slow, pytest.mark.real_time]

COUNT = 3


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A database with something to book."""
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    shop = Shop(url, tmp_path, WORKERS=str(COUNT))
    yield shop
    shop.close()


@pytest.fixture
def server(shop: Shop) -> Iterator[Server]:
    """One server with several workers over it."""
    with shop.open() as (server,):
        yield server


def workers(server: Server) -> set[int]:
    return {child.pid for child in psutil.Process(server.process.pid).children()}


def at_once(tasks: list[Callable[[], Answer]]) -> list[Answer]:
    """Return the answers to requests that are sent at the same time."""
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda task=task: answers.append(task())) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_link_is_booked_once_whichever_process_is_asked(shop: Shop, server: Server) -> None:
    (calendar,) = shop.calendars()
    for n, token in enumerate(shop.links(calendar, 5)):
        forms = [filled_in(tomorrow(30 * (12 * n + i))) for i in range(12)]
        answers = at_once([partial(post, server.address, f"/b/{token}", form) for form in forms])
        assert sorted(answer.status for answer in answers) == [303] + [410] * 11
    assert len(shop.world.bookings()) == 5


def test_all_of_them_answer(shop: Shop, server: Server) -> None:
    before = {pid: psutil.Process(pid).cpu_times().user for pid in workers(server)}
    for _ in range(20):
        assert {answer.status for answer in at_once([lambda: get(server.address, "/login")] * 16)} == {200}
    after = {pid: psutil.Process(pid).cpu_times().user for pid in before}
    assert all(after[pid] > before[pid] for pid in before)


def test_one_that_dies_is_replaced_and_the_others_go_on(server: Server) -> None:
    before = workers(server)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    assert {get(server.address, "/healthz").status for _ in range(20)} == {200}
    until(lambda: killed not in workers(server) and len(workers(server)) == COUNT)
    assert before - workers(server) == {killed}
    assert '"message": "worker ended"' in server.said()


def test_told_to_stop_all_finish_what_has_begun(shop: Shop, server: Server) -> None:
    port, pids = int(server.environ["PORT"]), workers(server)
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
    for connection in connections:
        connection.sendall(b"POST /b/unknown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\na=")
    time.sleep(0.5)
    server.process.terminate()
    until(lambda: get(server.address, "/healthz").status == NO_ANSWER)
    for connection in connections:
        connection.sendall(b"bc")
        assert connection.recv(100).startswith(b"HTTP/1.1 404 ")
        connection.close()
    assert server.process.wait(15) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_without_the_first_process_none_is_left(server: Server) -> None:
    pids = workers(server)
    server.kill()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))
    assert get(server.address, "/healthz").status == NO_ANSWER


def test_each_mail_is_sent_once(shop: Shop) -> None:
    with post_office() as office, shop.open(SMTP_URL=office.url, MAIL_FROM="book@example.com") as (server,):
        (calendar,) = shop.calendars()
        for i, token in enumerate(shop.links(calendar, 6)):
            assert post(server.address, f"/b/{token}", filled_in(tomorrow(30 * i))).status == 303
        office.wait_for(12)
        time.sleep(1)
        assert len({mail["Message-ID"] for mail in office.taken}) == len(office.taken) == 12


@pytest.mark.parametrize("count", ["0", "many", "65"])
def test_a_wrong_number_is_refused_in_one_line(tmp_path: Path, count: str) -> None:
    env = {"PATH": os.environ["PATH"], "WORKERS": count, "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    env |= {"SECRET_KEY": "a key that is long enough for any test", "PORT": str(free_port())}
    ended = subprocess.run([sys.executable, "app.py"], cwd=HOUSE, env=env, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stderr) == (1, f"WORKERS: '{count}' is not a whole number from 1 to 64\n")
