"""Takes screenshots of every page in every state: `./run.sh screenshots`, or for example only `phone-light`.

They go to `screenshots/`, by size and scheme; those that README.md and docs/ show go beside this file.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from support import chromium
from support.page_states import people, walk
from support.server_process import HOUSE, running
from support.smtp_server import post_office

HERE, ALL = Path(__file__).parent, HOUSE / "screenshots"
SIZES = {
    "phone": {"width": 390, "height": 844},
    "small-phone": {"width": 360, "height": 740},
    "desktop": {"width": 1280, "height": 800},
    "wide": {"width": 1600, "height": 1000},
}
SCHEMES = ("light", "dark")
SEEN = "http://book.example"
"""The BASE_URL in the screenshots."""
SHOWN = {
    ("desktop-light", "share, copied"): "share",
    ("desktop-light", "calendar, its hours as switches"): "calendar",
    ("phone-light", "calendar, its hours as switches"): "calendar-phone",
    ("desktop-light", "busy times"): "busy",
    ("desktop-light", "other calendars"): "other-calendars",
    ("desktop-light", "appointments"): "appointments",
    ("desktop-light", "appointment, moved"): "appointment",
    ("desktop-light", "mail, some could not be sent"): "mail",
    ("desktop-light", "picker"): "picker-wide",
    ("desktop-dark", "picker"): "picker-dark",
    ("phone-light", "picker"): "picker-phone",
    ("phone-light", "form"): "form-phone",
    ("phone-light", "confirmed"): "confirmed-phone",
    ("phone-light", "confirmed, moved by the owner"): "manage-phone",
    ("phone-light", "move, picker"): "move-phone",
    ("phone-light", "spent, used"): "spent-phone",
    ("phone-light", "picker, in the owner’s look"): "look-phone",
    ("phone-light", "share, as a text message to who asked"): "share-text-phone",
    ("phone-light", "links of all calendars"): "links-phone",
    ("phone-light", "a batch"): "batch-phone",
    ("phone-light", "letter to olivia, booked"): "letter-phone",
}

WHOLE = ("form-phone", "manage-phone", "letter-phone", "appointment", "busy", "other-calendars")


class Album:
    """The screenshots of one walk, numbered in order."""

    def __init__(self, name: str) -> None:
        self.name, self.number = name, 0
        shutil.rmtree(ALL / name, ignore_errors=True)
        (ALL / name).mkdir(parents=True)

    def take(self, page: Page, state: str, _there: str) -> None:
        """Save a screenshot of the page."""
        self.number += 1
        words = re.sub(r"\W+", "-", state).strip("-")
        path = ALL / self.name / f"{self.number:02}-{words}.png"
        page.screenshot(path=path, full_page=True, animations="disabled", scale="css")
        if shown := SHOWN.get((self.name, state)):
            page.screenshot(path=HERE / f"{shown}.png", full_page=shown in WHOLE, animations="disabled", scale="css")


def albums() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name of each album, and its browser options."""
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            yield f"{size}-{scheme}", {"viewport": viewport, "color_scheme": scheme, "device_scale_factor": 2}


def fill(browser: Browser, name: str, options: dict[str, object]) -> None:
    """Walk through all pages and take their screenshots."""
    with tempfile.TemporaryDirectory() as folder, post_office() as office:
        mail = {"SMTP_URL": office.url, "MAIL_FROM": "book@example.com"}
        with running(Path(folder), BASE_URL=SEEN, **mail) as server:
            server.open_this = server.open_this.replace(SEEN, server.address)
            album = Album(name)
            walk(people(browser, **options), server, office, album.take)
            print(f"screenshots/{name}: {album.number}", file=sys.stderr)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for name, options in albums():
            if not sys.argv[1:] or name in sys.argv[1:]:
                fill(browser, name, options)
        browser.close()
