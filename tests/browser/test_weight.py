"""The pages are light: few requests, few bytes, nothing from elsewhere, and nothing moves while they load."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from running import Server
from steps import fill_and_book, set_up, share
from test_logos import drawn

Visitor = Callable[..., Page]
MOST_REQUESTS, MOST_BYTES, MOST_SHIFT = 5, 40_000, 0.001
SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 800}]
HASHED = re.compile(r"/static/.+\.[0-9a-f]{12}\.\w+|/look/[0-9a-f]+\.[0-9a-f]+\.css|/logo/[0-9a-f]+\.webp")
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    window.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML)]);
}).observe({ type: "layout-shift", buffered: true });
"""
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 60_000, "uploadThroughput": 30_000}


@dataclass
class Wire:
    """What a page gets over the wire, by its own account: answers by address, and all their bytes, heads included."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    size: float = 0.0
    kept: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, page: Page, slow: bool = False) -> "Wire":
        """Return what the page gets from now on; with `slow` its line and its processor are a cheap phone's."""
        wire, session = cls(), page.context.new_cdp_session(page)
        session.send("Network.enable")
        if slow:
            session.send("Network.emulateNetworkConditions", SLOW)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        session.on("Network.requestServedFromCache", lambda event: wire.kept.add(event["requestId"]))
        session.on("Network.responseReceived", lambda event: wire._take(event["requestId"], event["response"]))
        session.on("Network.loadingFinished", lambda event: wire._add(event["encodedDataLength"]))
        return wire

    def _take(self, request: str, response: dict[str, Any]) -> None:
        if request not in self.kept and not response.get("fromDiskCache"):
            self.answers[response["url"]] = {name.lower(): value for name, value in response["headers"].items()}

    def _add(self, size: float) -> None:
        self.size += size


def invitation(server: Server, visitor: Visitor, logo: bool = True) -> str:
    """Return a fresh link of an owner who has a colour and, unless told otherwise, a logo."""
    owner = visitor()
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/profile")
    owner.get_by_label("Colour").fill("#b3478f")
    if logo:
        owner.get_by_label("Logo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": drawn()})
    owner.get_by_role("button", name="Save the look").click()
    expect(owner.get_by_role("status").first).to_be_visible()
    owner.goto(f"{server.address}/settings/calendars")
    return share(owner)


def expect_at_rest(page: Page) -> None:
    """Look at what has moved by itself until the page is at rest.

    A button whose text comes in two packets grows by some pixels, which is a shift of 0.0001; a line of text that comes
    late is one of 0.01.
    """
    page.wait_for_load_state("networkidle")
    found = page.evaluate("() => new Promise((done) => setTimeout(() => done(window.shifts), 300))")
    assert sum(shift[0] for shift in found) < MOST_SHIFT, (page.url, found)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desktop"])
@pytest.mark.parametrize("logo", [False, True], ids=["plain", "logo"])
def test_the_slot_page_is_light(server: Server, visitor: Visitor, size: dict[str, int], logo: bool) -> None:
    link = invitation(server, visitor, logo)
    jane = visitor(viewport=size)
    first = Wire.of(jane)
    jane.goto(link)
    jane.wait_for_load_state("networkidle")
    assert 3 <= len(first.answers) <= MOST_REQUESTS, list(first.answers)
    assert 5_000 < first.size <= MOST_BYTES
    assert {urlsplit(url).netloc for url in first.answers} == {urlsplit(server.address).netloc}
    files = {urlsplit(url).path: headers for url, headers in first.answers.items() if url != link}
    for path, headers in files.items():
        assert HASHED.fullmatch(path), path
        assert re.search(r"max-age=\d{8,}\b.*\bimmutable", headers["cache-control"]), path
        assert headers.get("content-encoding") == "gzip" or path.endswith((".webp", ".svg")), path

    jane.goto("about:blank")
    second = Wire.of(jane)
    jane.goto(link)
    jane.wait_for_load_state("networkidle")
    assert list(second.answers) == [link]


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desktop"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_nothing_moves_while_a_page_loads(server: Server, visitor: Visitor, size: dict[str, int], zone: str) -> None:
    """On a slow phone, also if the times are to be shown in another zone than the calendar's."""
    link = invitation(server, visitor)
    jane = visitor(viewport=size, timezone_id=zone)
    jane.add_init_script(SHIFTS)
    Wire.of(jane, slow=True)
    jane.goto(link)
    expect(jane.locator("#picker")).to_have_attribute("data-zone", zone, timeout=20_000)
    expect_at_rest(jane)
    jane.locator("[data-start]").first.click()
    fill_and_book(jane)
    expect(jane.get_by_role("heading", name="Your appointment is confirmed")).to_be_visible(timeout=20_000)
    expect_at_rest(jane)
    jane.goto(link)
    expect_at_rest(jane)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desktop"])
def test_nothing_moves_while_an_owners_page_loads(server: Server, visitor: Visitor, size: dict[str, int]) -> None:
    owner = visitor(viewport=size)
    set_up(owner, server)
    owner.add_init_script(SHIFTS)
    Wire.of(owner, slow=True)
    share(owner)
    for path in ("/settings/calendars", "/settings/links/1", "/settings/calendars/1", "/settings/feed", "/bookings"):
        owner.goto(server.address + path)
        expect_at_rest(owner)
