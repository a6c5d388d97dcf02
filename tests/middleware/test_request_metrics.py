"""The request log and the metrics: a line for each request, and figures; neither holds a token."""

import json
import logging
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from support.server_process import Server, running
from support.world import JANE, World, at, z

from middleware import request_metrics
from middleware.static_files import static_url
from server.json_logs import JsonFormatter

NINE = at("2026-11-30 09:00")
TOKEN = "a-token-for-metrics"
KEY = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Give what returns the lines so far, as they would be written."""
    with caplog.at_level(logging.INFO, "bookonce"):
        yield lambda: [json.loads(JsonFormatter().format(record)) for record in caplog.records]


@pytest.fixture
def world(sqlite_url: str, app_on: Callable[..., Flask]) -> World:
    return World(app_on(sqlite_url, METRICS_TOKEN=TOKEN))


def test_each_request_is_a_line_with_its_route(
    world: World, lines: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_metrics, "perf_counter", count().__next__)  # one second from each look to the next
    token, browser = world.link(), world.browser()
    manage = browser.post(f"/b/{token}", data=JANE | {"start": z(NINE)}).location
    for path in (f"/b/{token}", manage, f"/nowhere/{token}", static_url("style.css"), f"/static/{token}"):
        browser.get(path)
    browser.get("/login", headers={"Host": "a b"})
    browser.open("/healthz", method="BREW")
    found = [(line["method"], line["route"], line["status"]) for line in lines()]
    assert found == [
        ("POST", "/b/<token>", 303),
        ("GET", "/b/<token>", 410),
        ("GET", "/booking/<token>", 200),
        ("GET", "none", 404),
        ("GET", "/static/<file>", 200),
        ("GET", "/static/<file>", 404),
        ("GET", "none", 400),
        ("other", "none", 405),
    ]
    for line in lines():
        assert line.keys() == {"time", "level", "message", "method", "route", "status", "ms"}
        assert line["time"].endswith("Z")
        assert line["ms"] == 1000
    assert token not in json.dumps(lines())
    assert manage.rpartition("/")[2] not in json.dumps(lines())


def test_what_fails_is_a_line_too(world: World, lines: Callable[[], list[dict[str, Any]]]) -> None:
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    token = world.link()
    world.app.view_functions["invitee.book.show"] = lambda token: 1 / 0
    world.browser().get(f"/b/{token}")
    error, request = lines()
    assert error["level"] == "error"
    assert "ZeroDivisionError" in error["exception"]
    assert (request["route"], request["status"]) == ("/b/<token>", 500)
    assert token not in json.dumps(lines())


def test_a_header_that_cannot_be_sent_is_counted_as_the_500_that_the_client_gets(
    world: World, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    world.app.view_functions["system.health.healthz"] = lambda: ("", 200, {"X": "€"})
    with pytest.raises(UnicodeEncodeError):
        world.browser().get("/healthz")
    assert [line["status"] for line in lines()] == [500]
    assert figures(world)["/healthz", "500"] == 1


def figures(world: World) -> dict[tuple[str, ...], float]:
    """Return the counts of requests by route and status, and the mails by their state."""
    answer = world.browser().get("/metrics", headers=KEY)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == "bookonce_request_seconds_count":
                found[sample.labels["route"], sample.labels["status"]] = sample.value
            if sample.name == "bookonce_mails":
                found["mails", sample.labels["state"]] = sample.value
    assert "process_resident_memory_bytes" in answer.text
    return found


def test_prometheus_gets_figures_about_requests_and_mails(world: World) -> None:
    token = world.link()
    booking = world.book(token, NINE)
    world.message(booking)
    world.message(booking, recipient="owner", state="waiting", done_at=None)
    for _ in range(3):
        world.browser().get(f"/b/{token}")
    found = figures(world)
    assert found["/b/<token>", "410"] == 3
    assert found["mails", "failed"] == found["mails", "waiting"] == 1
    assert figures(world)["/metrics", "200"] == 1
    answer = world.browser().get("/metrics", headers=KEY)
    assert token not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"Authorization": f"Basic {TOKEN}"}])
def test_without_the_token_there_are_no_figures(world: World, headers: dict[str, str]) -> None:
    answer = world.browser().get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "bookonce_" not in answer.text


def test_without_a_token_for_it_there_is_no_such_page(sqlite_url: str, app_on: Callable[..., Flask]) -> None:
    browser = World(app_on(sqlite_url)).browser()
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def ask(server: Server, path: str) -> int:
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.slow
@pytest.mark.real_time
@pytest.mark.parametrize(("level", "count"), [("", 2), ("warning", 0)])
def test_the_server_writes_a_line_of_json_for_each_request(tmp_path: Path, level: str, count: int) -> None:
    with running(tmp_path, LOG_LEVEL=level) as server:
        assert [ask(server, "/healthz"), ask(server, "/b/secret")] == [200, 404]
        said = server.said()
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["status"] for line in lines] == [200, 404][:count]
    assert "secret" not in said
