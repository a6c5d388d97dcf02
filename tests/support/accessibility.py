"""Checks of a page in Chromium: axe finds nothing, and the page fits into its window."""

import re

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

FIND = "async () => ({ violations: (await axe.run({ resultTypes: ['violations'] })).violations })"
GLUED = re.compile(r"\S*[a-z’”)][.?!][A-Z][a-z]+")
LARGE = "html { font-size: 200% }"
PHONE, NARROW, DESKTOP = ({"width": width, "height": 800} for width in (390, 320, 1280))


def look_at(page: Page, state: str, _there: str = "") -> None:
    """Look at a page on a phone in the light, narrow, with letters twice as large, and on a desktop in the dark."""
    accessible(page, state)
    assert not (glued := GLUED.search(page.inner_text("body"))), f"{state}: no space within {glued[0]}"
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
    if not page.evaluate("() => 'axe' in window"):  # half a megabyte
        page.evaluate(f"() => {{ {AXE_SCRIPT} }}")
    found = AxeResults(page.evaluate(FIND))
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    fits(page, state)


def fits(page: Page, state: str) -> None:
    """Look whether the page fits into the width of its window."""
    size = page.viewport_size
    assert size
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= size["width"], f"{state}: {width} pixels wide"
