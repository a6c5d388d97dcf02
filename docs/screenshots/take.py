"""Takes the pictures of the README from the running app: `./run.sh screenshots`."""

import sys
import tempfile
from pathlib import Path

import chromium
from playwright.sync_api import Browser, Page, sync_playwright
from running import Server, running
from steps import expect_confirmed, expect_spent, fill_and_book, open_menu, pick_a_time, set_up, share

HERE = Path(__file__).parent
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def take(page: Page, name: str, whole: bool = False) -> None:
    """Save what the page shows as `name.png`."""
    page.screenshot(path=HERE / f"{name}.png", full_page=whole, animations="disabled", scale="css")
    print(f"docs/screenshots/{name}.png", file=sys.stderr)


def person(browser: Browser, size: dict[str, int], **options: str) -> Page:
    """Return a page of somebody's own browser."""
    return browser.new_context(
        viewport=size, timezone_id="Europe/Berlin", locale="en-GB", device_scale_factor=2, **options
    ).new_page()


def tour(browser: Browser, server: Server) -> None:
    """Do the main job, with a picture at each stop."""
    owner = person(browser, WIDE)
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1")
    owner.get_by_label("Description").fill("Let us talk about your garden.")
    owner.get_by_label("Location").fill("Video call")
    owner.get_by_role("button", name="Save").click()
    owner.goto(f"{server.address}/settings/calendars")
    open_menu(owner)
    take(owner, "calendars")
    owner.keyboard.press("Escape")
    link = share(owner)
    take(owner, "share")
    link = link.replace("http://book.example", server.address)

    for name, size in (("wide", WIDE), ("phone", PHONE)):
        jane = person(browser, size)
        jane.goto(link)
        take(jane, f"picker-{name}", whole=name == "phone")
    pick_a_time(jane)
    take(jane, "form-phone", whole=True)
    fill_and_book(jane)
    expect_confirmed(jane)
    take(jane, "confirmed-phone")
    stranger = person(browser, PHONE)
    expect_spent(stranger, link)
    take(stranger, "spent-phone")
    owner.goto(f"{server.address}/settings/calendars/1/links")
    take(owner, "links")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), BASE_URL="http://book.example") as server,
        sync_playwright() as playwright,
    ):
        server.open_this = server.open_this.replace("http://book.example", server.address)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        tour(browser, server)
        browser.close()
