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
PHONE, NARROW, DESKTOP = ({"width": width, "height": 800} for width in (390, 320, 1280))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    with running(tmp_path, SMTP_URL=office.url, MAIL_FROM="book@example.com") as server:
        yield server


def look_at(page: Page, state: str, _there: str = "") -> None:
    """Look at a page on a phone in the light, narrow, with letters twice as large, and on a desktop in the dark."""
    accessible(page, state)
    page.set_viewport_size(NARROW)
    fits(page, f"{state}, narrow")
    page.set_viewport_size(PHONE)
    if not state.startswith("letter"):
        sheet = page.add_style_tag(content=LARGE)
        fits(page, f"{state}, large")
        sheet.evaluate("sheet => sheet.remove()")
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="dark")
    accessible(page, f"{state}, in the dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)


def accessible(page: Page, state: str) -> None:
    """Look at a page with axe, and at its width."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    fits(page, state)


def fits(page: Page, state: str) -> None:
    """Look whether the page fits into the width of its window."""
    size = page.viewport_size
    assert size
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= size["width"], f"{state}: {width} pixels wide"


def test_axe_finds_nothing_and_nothing_is_cut_off(chrome: Browser, server: Server, office: PostOffice) -> None:
    """Nothing fades, so that axe sees the colours that stay; a reader's own stylesheet is let through our policy."""
    person = people(chrome, color_scheme="light", viewport=PHONE, reduced_motion="reduce", bypass_csp=True)
    walk(person, server, office, look_at)
