"""Workers as processes of their own, killed in the middle: each mail is sent, and none is sent again without need."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.http_client import filled_in, get, post
from support.server_process import HOUSE, Server
from support.shop import Shop, tomorrow
from support.smtp_server import PostOffice

pytestmark = [pytest.mark.real_time, pytest.mark.slow]

JANES = "jane@example.com"


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(database_url, tmp_path)
    yield shop
    shop.close()


def mail(office: PostOffice) -> dict[str, str]:
    return {"SMTP_URL": office.url, "MAIL_FROM": "book@example.com"}


def book(server: Server, token: str, minutes: int = 0) -> None:
    answer = post(server.address, f"/b/{token}", filled_in(tomorrow(minutes)))
    assert answer.status == 303
    assert "Your appointment is confirmed" in get(server.address, answer.location).text


def end_the_leases(shop: Shop) -> None:
    """Do what 90 seconds would: what a killed worker had in hand is free again."""
    shop.world.execute("UPDATE messages SET leased_until = NULL")


def wait_until_sent(shop: Shop, count: int) -> None:
    """Wait until so many mails are sent, and known to be."""
    for _ in range(600):
        if shop.world.execute("SELECT count(*) FROM messages WHERE state = 'sent'") == [(count,)]:
            return
        time.sleep(0.05)
    raise AssertionError(shop.world.execute("SELECT state, error FROM messages"))


def ids(office: PostOffice) -> Counter[str]:
    return Counter(mail["Message-ID"] for mail in office.taken)


def test_killed_between_sending_and_marking_it_is_sent_once_more_and_nothing_else_is(
    shop: Shop, office: PostOffice
) -> None:
    (calendar,) = shop.calendars()
    first, second = shop.links(calendar, 2)
    with shop.open(**mail(office)) as (server,):
        office.after_data = server.process.kill
        book(server, first)
        office.wait_for(1)
        server.process.wait(15)
        office.after_data = lambda: None
        assert [row[0] for row in shop.world.execute("SELECT state FROM messages")] == ["waiting"] * 2
        with shop.open(**mail(office)) as (again,):
            book(again, second, 60)
            wait_until_sent(shop, 3)  # what the killed one had in hand is nobody else's yet
            assert len(office.taken) == 4
            end_the_leases(shop)
            wait_until_sent(shop, 4)
    assert sorted(ids(office).values()) == [1, 1, 1, 2]


def test_killed_again_and_again_nothing_is_lost(shop: Shop, office: PostOffice) -> None:
    (calendar,) = shop.calendars()
    for number, token in enumerate(shop.links(calendar, 4)):
        with shop.open(**mail(office)) as (server,):
            book(server, token, 60 * number)
            server.kill()
    end_the_leases(shop)
    with shop.open(**mail(office)):
        wait_until_sent(shop, 8)
    assert len(ids(office)) == 8


def test_a_hanging_mail_server_keeps_no_invitee_waiting_and_no_server_from_ending(
    shop: Shop, office: PostOffice
) -> None:
    office.hangs_at = "DATA"
    (calendar,) = shop.calendars()
    tokens = shop.links(calendar, 3)
    with shop.open(**mail(office)) as (server,):
        for number, token in enumerate(tokens):
            book(server, token, 60 * number)
        for _ in range(600):
            if office.said_hello:
                break
            time.sleep(0.05)
        server.stop()  # within 15 s, with a message in hand
        assert server.process.returncode == 0
    assert office.taken == []
    office.hangs_at = ""
    end_the_leases(shop)
    with shop.open(**mail(office)):
        wait_until_sent(shop, 6)
    assert len(ids(office)) == 6


def test_servers_and_workers_of_their_own_share_the_work_and_send_each_mail_once(
    shop: Shop, office: PostOffice
) -> None:
    (calendar,) = shop.calendars()
    tokens = shop.links(calendar, 10)
    with shop.open(2, **mail(office)) as servers:
        command = [sys.executable, "-m", "flask", "--app", "app", "work"]
        started = {"cwd": HOUSE, "env": servers[0].environ, "stdout": subprocess.PIPE, "text": True}
        workers = [subprocess.Popen(command, **started) for _ in range(2)]
        for number, token in enumerate(tokens):
            book(servers[number % 2], token, 60 * number)
        wait_until_sent(shop, 20)
        for worker in workers:
            assert worker.stdout.readline() == f"Sending mail by 127.0.0.1:{office.port} until told to stop.\n"
            worker.send_signal(signal.SIGTERM)
        assert [worker.communicate(timeout=30)[0] for worker in workers] == ["", ""]
        assert [worker.returncode for worker in workers] == [0, 0]
        assert [server.complaints() for server in servers] == [[], []]
    assert set(ids(office).values()) == {1}
    assert len(ids(office)) == 20
    assert len(office.to(JANES)) == 10
