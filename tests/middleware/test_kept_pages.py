"""What is sent before Flask begins is byte for byte what the view would send."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request_started
from prometheus_client.parser import text_string_to_metric_families
from support.world import World, at
from werkzeug.test import EnvironBuilder

from models import Owner
from scheduling import calendars, links
from server.json_logs import JsonFormatter

NINE = at("2026-11-30 09:00")
KEY = "a-token-for-metrics"
ENCODINGS = (
    "", "gzip", "gzip, deflate, br, zstd", "gzip;q=0", "*", "*;q=0", "identity", "br;q=1.0, gzip;q=0.2", "GZIP",
    "gzip;q=no", "x, " * 100 + "gzip", "identity;q=0", "é",
)  # fmt: skip
LANGUAGES = ("", "de-DE,de;q=0.9", "en-US", "xx", "*", "en-" + "x" * 300)


class Asked:
    """An app with pages of links in all states, and what is left of a request to it."""

    def __init__(self, app: Flask, log: pytest.LogCaptureFixture) -> None:
        self.app, self.log, self.world = app, log, World(app)
        self.by_flask = 0
        request_started.connect(self._began, app)
        owner = self.world.owner()
        calendar, closed, archived = (self.world.calendar(owner, name=name) for name in ("Tea", "Closed", "Gone"))
        self.paths = {name: self._path(calendar) for name in ("active", "used", "revoked", "expired")}
        self.paths |= {"closed": self._path(closed), "archived": self._path(archived)}
        self.paths |= {
            "unknown": "/b/unknown",
            "with a full stop": self.paths["active"] + ".",
            "with a slash": self.paths["active"] + "/",
            "escaped": self.paths["active"].replace("/b/", "/%62/"),
            "not ASCII": "/b/%C3%BC",
            "not UTF-8": "/b/%FF",
            "empty": "/b/",
        }
        self._change(owner, closed.id, archived.id)

    def _began(self, *_: Any, **__: Any) -> None:
        self.by_flask += 1

    def _path(self, calendar: Any) -> str:
        return f"/b/{self.world.link(calendar, days=3)}"

    def _change(self, owner: Owner, closed: int, archived: int) -> None:
        token = {name: path.removeprefix("/b/") for name, path in self.paths.items()}
        self.world.book(token["used"], NINE)
        with self.world.inside():
            links.revoke(owner.id, self.world.row(token["revoked"]).id)
            calendars.change_calendar(owner.id, closed, is_open=False)
            calendars.remove_calendar(owner.id, archived)
        self.world.execute(
            "UPDATE links SET expires_at = '2026-11-30 07:00:00.000000' WHERE id = :id",
            id=self.world.row(token["expired"]).id,
        )

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[Any, ...]:
        """Return all that can be seen of a request: status, headers in their order, body, log, figures."""
        self.log.clear()
        environ = EnvironBuilder(path, method=method, headers=headers, data=body or None).get_environ()
        answers: list[Any] = []
        parts = self.app(environ, lambda *answer: answers.append(answer[:2]))
        content = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        return *answers, content, self._lines(), self._figures()

    def _lines(self) -> list[dict[str, Any]]:
        lines = [json.loads(JsonFormatter().format(record)) for record in self.log.records]
        return [{name: value for name, value in line.items() if name not in ("time", "ms")} for line in lines]

    def _figures(self) -> dict[tuple[str, ...], float]:
        """Return the counts since the last time."""
        answer = self.world.browser().get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
        samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
        counts = {
            tuple(sample.labels.values()): sample.value
            for sample in samples
            if sample.name == "bookonce_request_seconds_count" and sample.labels["route"] != "/metrics"
        }
        before, self.counts = getattr(self, "counts", {}), counts
        return {key: value - before.get(key, 0) for key, value in counts.items() if value != before.get(key, 0)}


@pytest.fixture(params=["http", "https"])
def asked(
    request: pytest.FixtureRequest, app_on: Callable[..., Flask], database_url: str, caplog: pytest.LogCaptureFixture
) -> Asked:
    with caplog.at_level(logging.INFO, "bookonce"):
        return Asked(app_on(database_url, METRICS_TOKEN=KEY, BASE_URL=f"{request.param}://localhost"), caplog)


def by_view(asked: Asked, path: str, method: str, **headers: str) -> tuple[Any, ...]:
    """Return the view's answer: with a body, which no view of this address reads, Flask is asked."""
    before = asked.by_flask
    answer = asked.ask(path, method, b"x", **headers)
    assert asked.by_flask == before + 2  # and for the figures
    return answer


@pytest.mark.slow
def test_it_is_what_the_view_would_send(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    variants: list[dict[str, str]] = [{"Accept-Encoding": each} for each in ENCODINGS]
    variants += [{"Accept-Language": each, "Accept-Encoding": "gzip"} for each in LANGUAGES]
    variants += [
        {"Cookie": "bookonce=something"},
        {"Cookie": "bookonce=x; __Host-bookonce=y"},
        {"Range": "bytes=0-9"},
        {},
    ]
    caplog.set_level(logging.INFO, "bookonce")
    for state, path in asked.paths.items():
        for method in ("GET", "HEAD"):
            for headers in variants if state == "active" else variants[:2]:
                expected = by_view(asked, path, method, **headers)
                before = asked.by_flask
                assert asked.ask(path, method, **headers) == expected, (state, method, headers)
                before_flask = asked.by_flask == before + 1  # only the figures
                assert before_flask == (state in ("active", "escaped")), (state, method, headers)


@pytest.mark.parametrize(
    ("headers", "method", "query"),
    [
        ({"HX-Request": "true"}, "GET", ""),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, "GET", ""),
        ({}, "GET", "?utm_source=mail"),
        ({}, "GET", "?tz=Asia/Tokyo"),
        ({}, "OPTIONS", ""),
        ({}, "POST", ""),
        ({}, "DELETE", ""),
    ],
)
def test_what_is_not_sure_is_passed_on(world: World, headers: dict[str, str], method: str, query: str) -> None:
    began: list[Any] = []

    def note(*_: Any, **__: Any) -> None:
        began.append(1)

    request_started.connect(note, world.app)
    path = f"/b/{world.link()}"
    for _ in range(3):
        assert world.browser().get(path).status_code == 200
    assert len(began) == 1
    world.browser().open(path + query, method=method, headers=headers)
    assert len(began) == 2


def test_a_link_ends_while_its_page_is_kept(world: World, frozen: Any) -> None:
    token = world.link(days=1)
    for now, status in (
        ("2026-11-30 07:00", 200),
        ("2026-12-01 06:59:59.999999", 200),
        ("2026-12-01 07:00", 410),
        ("2026-11-30 07:00", 200),
    ):
        frozen.move_to(at(now))
        for _ in range(2):
            assert world.browser().get(f"/b/{token}").status_code == status, now
    world.book(token, NINE)
    assert world.browser().get(f"/b/{token}").status_code == 410
