"""A real Chromium against the real server, in the real time."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright
from support import chromium, firefox
from support.server_process import Server, running

expect.set_options(timeout=10_000)
EXPECTED = "the server responded with a status of 4|ERR_INTERNET_DISCONNECTED|Failed to fetch"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP lan.test 127.0.0.1",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", firefox.NODE_OPTIONS)
        with sync_playwright() as playwright:
            yield playwright


@pytest.fixture(scope="session")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    path = chromium.find()
    assert path, chromium.HELP
    browser = playwright.chromium.launch(executable_path=path, args=ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Callable[[], None]]]:
    """A server for many tests, since its start takes longer than a short one; and what makes it as it was then."""
    with (
        running(tmp_path_factory.mktemp("shared")) as server,
        closing(sqlite3.connect(server.database_file, isolation_level=None)) as database,
    ):
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in tables}

        def start_anew() -> None:
            database.execute("BEGIN IMMEDIATE")
            for name in tables:
                database.execute(f"DELETE FROM {name}")
                for row in rows[name]:
                    database.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
            database.execute("COMMIT")

        yield server, start_anew


@pytest.fixture
def server(shared_server: tuple[Server, Callable[[], None]]) -> Server:
    """A server that nobody has set up."""
    server, start_anew = shared_server
    start_anew()
    return replace(server)


@pytest.fixture
def visitor(chrome: Browser) -> Iterator[Callable[..., Page]]:
    """Make pages, each of a person of their own; a fault in any console fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not re.search(EXPECTED, message.text):
            faults.append(message.text)

    def make(**options: Any) -> Page:
        context = chrome.new_context(**({"timezone_id": "Europe/Berlin", "locale": "en-GB"} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []
