"""The pages are light: few requests, few bytes, nothing from other hosts, and nothing moves while they load."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from support.browser_steps import PASSWORD, expect_confirmed, fill_and_book, pick_a_time, set_up, share
from support.commands import beside
from support.server_process import running

Visitor = Callable[..., Page]

MOST_REQUESTS, MAX_BYTES = 5, 40_000
MOST_SHIFT = 0.001
"""A button whose text comes in two packets grows by some pixels, which is 0.0001; a late line of text is 0.01."""

WIDTHS = (390, 1280)
HERE = "Europe/Berlin"
ELSEWHERE = "America/New_York" if datetime.now(ZoneInfo(HERE)).hour > 6 else "Australia/Melbourne"
"""A zone with other times, a longer name, and the same date: on another the month may need more room."""

HASHED = re.compile(r"/static/.+\.[0-9a-f]{12}\.\w+|/look/[0-9a-f]{12}\.[0-9a-f]{6}\.css|/logo/[0-9a-f]{32}\.webp")
OWNERS = {
    "calendars": "/settings/calendars",
    "calendar": "/settings/calendars/1",
    "share": "/settings/links/1",
    "feed": "/settings/feed",
    "appointments": "/bookings",
}
PAGES = ("slots", "plain slots", "form", "confirmation", "spent", *OWNERS)
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 40_000, "uploadThroughput": 40_000}

# What moves by Chromium's own account, and what an eye sees move: Chromium leaves out the new nodes that htmx brings.
WATCH = """
window.shift = 0;
window.moves = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    const isElsewhere = document.querySelector("#picker:not([data-zone='HERE'])");
    if (isElsewhere && sources.length && sources.every(({ node }) => node?.matches?.(".below"))) continue;
    window.shift += value;
    window.moves.push(`${value}: ${sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join()}`);
  }
}).observe({ type: "layout-shift", buffered: true });
const places = new Map();
(function look() {
  for (const each of document.querySelectorAll("h1, h2, p:not(.visually-hidden), table, input, main a, main button")) {
    const { x, y, width } = each.getBoundingClientRect();
    if (!width || y > innerHeight || each.matches(".slot, .free")) continue; // which differ from zone to zone
    const name = each.id || each;
    const place = [x, y, each.matches("input") ? width : 0];
    const before = places.get(name) ?? place;
    if (place.some((value, i) => Math.abs(value - before[i]) > 4))
      window.moves.push(`${each.outerHTML.slice(0, 80)} from ${before} to ${place}`), (window.shift += 1);
    places.set(name, place);
  }
  requestAnimationFrame(look);
})();
""".replace("HERE", HERE)


@dataclass
class Asked:
    """One thing that a page asked for: its address, what came, and its bytes on the wire, those of the head too."""

    address: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    weight: int = 0
    was_kept: bool = False


class Wire:
    """All that a page asks for from now on, by the browser's own account."""

    def __init__(self, page: Page, slow: bool = False) -> None:
        self.page, self.log = page, dict[str, Asked]()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        if slow:
            session.send("Network.emulateNetworkConditions", SLOW)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        session.on("Network.requestWillBeSent", self._ask)
        session.on("Network.requestServedFromCache", self._keep)
        session.on("Network.responseReceived", self._answer)
        session.on("Network.loadingFinished", self._come)

    def _ask(self, event: dict[str, Any]) -> None:
        self.log[event["requestId"]] = Asked(event["request"]["url"])

    def _keep(self, event: dict[str, Any]) -> None:
        self.log[event["requestId"]].was_kept = True

    def _answer(self, event: dict[str, Any]) -> None:
        asked, answer = self.log[event["requestId"]], event["response"]
        asked.status, asked.was_kept = answer["status"], asked.was_kept or answer.get("fromDiskCache", False)
        asked.headers = {name.lower(): value for name, value in answer["headers"].items()}

    def _come(self, event: dict[str, Any]) -> None:
        self.log[event["requestId"]].weight = event["encodedDataLength"]

    def visit(self, address: str) -> list[Asked]:
        """Open a page, and wait until it is at rest; return what came over the wire for it."""
        before = len(self.log)
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        # Where no window is, nobody asks for the icon. Other browsers do, so it counts.
        self.page.evaluate("() => fetch(document.querySelector('link[rel=icon]').href).then((answer) => answer.text())")
        self.page.wait_for_timeout(300)
        return [asked for asked in [*self.log.values()][before:] if not asked.was_kept]


@dataclass
class House:
    """The pages of a running server by their names, and the cookies of their owner."""

    pages: dict[str, str]
    cookies: Any


def come_late(route: Route) -> None:
    """Keep a file back until the page without it is long there."""
    time.sleep(1)
    route.continue_()


def heavy_logo() -> bytes:
    """Return a picture that becomes as heavy as logos may be."""
    file = BytesIO()
    Image.effect_noise((1200, 900), 90).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def house(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An owner with a colour, a logo, and a calendar full of times; and another owner with nothing of it."""
    with running(tmp_path_factory.mktemp("house")) as server:
        context = chrome.new_context(timezone_id=HERE, locale="en-GB")
        owner, jane = context.new_page(), context.new_page()
        set_up(owner, server)
        share(owner)
        owner.goto(f"{server.address}/settings/look")
        owner.get_by_label("Colour").fill("#aa3300")
        logo = {"name": "logo.jpg", "mimeType": "image/jpeg", "buffer": heavy_logo()}
        owner.get_by_label("Logo").set_input_files(logo)
        owner.get_by_role("button", name="Save the look").click()
        expect(owner.get_by_text("Your look was saved.")).to_be_visible()
        whose, zone = ["calendar", "create", "--name", "Visit", "--owner"], ["--timezone", HERE]
        many = ["--hours", "mon-sun 08:00-20:00", "--step", "5"]
        account = ["--email", "other@example.com", "--name", "Oscar", *zone, "--password-stdin"]
        with beside(server) as flask:
            flask(*whose, "olivia@example.com", *zone, *many)
            flask("owner", "create", *account, stdin=PASSWORD)
            flask(*whose, "other@example.com", *zone)
            spent, slots, plain = (flask("link", "create", "--calendar", number)[0] for number in "123")
        jane.goto(spent)
        start = pick_a_time(jane)
        fill_and_book(jane)
        expect_confirmed(jane)
        pages = {"slots": slots, "plain slots": plain, "spent": spent, "confirmation": jane.url}
        pages["form"] = f"{plain}?start={start}"
        yield House(pages | {name: server.address + path for name, path in OWNERS.items()}, context.cookies())
        context.close()


@pytest.fixture
def guest(visitor: Visitor, house: House) -> Visitor:
    """Make pages in a browser that was never there before; it is the owner's where the page is."""

    def make(name: str, width: int, zone: str = HERE) -> Page:
        page = visitor(timezone_id=zone, viewport={"width": width, "height": 844})
        page.context.add_cookies(house.cookies if name in OWNERS else [])
        return page

    return make


@pytest.mark.parametrize("zone", [HERE, ELSEWHERE], ids=["here", "elsewhere"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["slots", "plain slots"])
def test_a_first_visit_is_light(house: House, guest: Visitor, name: str, width: int, zone: str) -> None:
    page = guest(name, width, zone)
    came = Wire(page).visit(house.pages[name])
    expect(page.locator("#picker")).to_have_attribute("data-zone", zone)
    report = "\n".join(f"{asked.weight:6} {asked.status} {asked.address}" for asked in came)
    assert {urlsplit(asked.address).netloc for asked in came} == {urlsplit(house.pages[name]).netloc}, report
    assert all(asked.status == 200 and asked.weight > 200 for asked in came), report
    assert 4 <= len(came) <= MOST_REQUESTS, report
    assert 20_000 < sum(asked.weight for asked in came) <= MAX_BYTES, report


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_needs_is_compressed_and_kept_for_ever(house: House, guest: Visitor, name: str) -> None:
    wire = Wire(guest(name, WIDTHS[0]))
    page, *files = wire.visit(house.pages[name])
    assert page.headers["cache-control"] == "no-store"
    assert files
    for each in files:
        path = urlsplit(each.address).path
        assert each.status == 200, path
        assert HASHED.fullmatch(path), path
        assert re.search(r"max-age=\d{8,}\b.*\bimmutable", each.headers["cache-control"]), path
        assert each.headers.get("content-encoding") == "gzip" or path.endswith(".webp"), path
    assert [asked.address for asked in wire.visit(house.pages[name])] == [house.pages[name]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("name", "zone"),
    [
        *(pytest.param(name, HERE, id=name) for name in PAGES),
        *(pytest.param(name, ELSEWHERE, id=f"{name} elsewhere") for name in PAGES[:2]),
    ],
)
def test_nothing_moves_while_a_page_loads(house: House, guest: Visitor, name: str, zone: str, width: int) -> None:
    """On a slow phone with a bad line, also if the times are to be shown in another zone than the calendar's.

    What stands below the times follows their number, which differs from zone to zone.
    """
    page = guest(name, width, zone)
    page.add_init_script(WATCH)
    page.route("**/logo/*", come_late)
    Wire(page, slow=True).visit(house.pages[name])
    if "slots" in name:
        expect(page.locator("#picker")).to_have_attribute("data-zone", zone)
        page.wait_for_timeout(300)
    shift, moves = page.evaluate("() => [window.shift, window.moves]")
    assert shift < MOST_SHIFT, "\n".join(moves)
