"""A real Chromium against the real server, in the real time."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has set up."""
    with running(tmp_path) as server:
        yield server


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
