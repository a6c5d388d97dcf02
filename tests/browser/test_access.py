"""All pages in all states: axe finds nothing, light and dark, and nothing needs sideways scrolling, at 320 pixels or
with text of twice the size, as WCAG 1.4.10 and 1.4.4 have it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from post_office import PostOffice, post_office
from running import Server, running
from tour import people, walk

LARGE = "html { font-size: 200% }"
PHONE, NARROW = {"width": 390, "height": 844}, {"width": 320, "height": 700}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    with running(tmp_path, SMTP_URL=office.url, MAIL_FROM="book@example.com") as server:
        yield server


def look_at(page: Page, state: str, _there: str = "") -> None:
    """Look at a page with axe, and at its width."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    fits(page, state)


def look_at_small(page: Page, state: str, there: str) -> None:
    """Look at a page on a phone, too, that is as narrow as it gets, or whose letters are twice as large."""
    look_at(page, state, there)
    page.set_viewport_size(NARROW)
    fits(page, f"{state}, narrow")
    page.set_viewport_size(PHONE)
    if not state.startswith("letter"):
        sheet = page.add_style_tag(content=LARGE)
        fits(page, f"{state}, large")
        sheet.evaluate("sheet => sheet.remove()")


def fits(page: Page, state: str) -> None:
    """Look whether the page fits into the width of its window."""
    size = page.viewport_size
    assert size
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= size["width"], f"{state}: {width} pixels wide"


def test_on_a_phone_in_the_light(chrome: Browser, server: Server, office: PostOffice) -> None:
    """A stylesheet of the reader's own is no part of our policy, so it is let through."""
    walk(people(chrome, color_scheme="light", viewport=PHONE, bypass_csp=True), server, office, look_at_small)


def test_on_a_desktop_in_the_dark(chrome: Browser, server: Server, office: PostOffice) -> None:
    walk(people(chrome, color_scheme="dark", viewport={"width": 1280, "height": 800}), server, office, look_at)
