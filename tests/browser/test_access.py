"""All pages in all states: axe finds nothing, light and dark, and nothing needs sideways scrolling, at 320 pixels or
with text of twice the size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from post_office import PostOffice, post_office
from running import Server, running
from tour import people, walk

LARGE = "html { font-size: 200% }"


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


def fits(page: Page, state: str, _there: str = "") -> None:
    """Look whether the page fits into the width of its window."""
    size = page.viewport_size
    assert size
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= size["width"], f"{state}: {width} pixels wide"


def fits_large(page: Page, state: str, _there: str = "") -> None:
    """Look whether it fits with text of twice the size, too, and put it back."""
    sheet = page.add_style_tag(content=LARGE) if not state.startswith("letter") else None
    fits(page, state)
    if sheet:
        sheet.evaluate("sheet => sheet.remove()")


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chrome: Browser, server: Server, office: PostOffice, scheme: str, width: int
) -> None:
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    walk(people(chrome, **look), server, office, look_at)


def test_with_text_of_twice_the_size_nothing_is_cut_off(chrome: Browser, server: Server, office: PostOffice) -> None:
    """As WCAG 1.4.4 has it; a stylesheet of the reader's is no part of our own policy, so it is let through."""
    walk(people(chrome, viewport={"width": 390, "height": 844}, bypass_csp=True), server, office, fits_large)
