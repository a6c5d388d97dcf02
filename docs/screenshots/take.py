"""Takes the pictures of the README from the running app: `./run.sh screenshots`."""

import sys
import tempfile
from datetime import date
from pathlib import Path

import chromium
from playwright.sync_api import Browser, Page, expect, sync_playwright
from post_office import PostOffice, post_office
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


def tour(browser: Browser, server: Server) -> Page:
    """Do the main job, with a picture at each stop; return the owner's page."""
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
    owners_day(owner, server, jane)
    return owner


def owners_day(owner: Page, server: Server, jane: Page) -> None:
    """Set the hours, block a time, move and cancel an appointment, with a picture at each stop."""
    owner.goto(f"{server.address}/settings/calendars/1")
    owner.get_by_label("Monday", exact=True).fill("9-12:30, 13:30-17")
    owner.get_by_role("button", name="Copy hours").click()
    expect(owner.get_by_label("Friday")).to_have_value("9-12:30, 13:30-17")
    owner.get_by_label("Minutes free after").fill("15")
    owner.locator("[name=dates_since]").fill(f"{date.today().year}-12-24")  # noqa: DTZ011
    owner.locator("[name=dates_until]").fill(f"{date.today().year}-12-26")  # noqa: DTZ011
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(2)
    expect(owner.locator("#preview")).not_to_contain_text("12:30")
    owner.get_by_text("Weekly hours").evaluate("legend => legend.scrollIntoView()")
    take(owner, "calendar")
    owner.set_viewport_size(PHONE)
    owner.get_by_text("Weekly hours").evaluate("legend => legend.scrollIntoView()")
    take(owner, "calendar-phone")
    owner.set_viewport_size(WIDE)
    owner.get_by_role("button", name="Save").click()
    if owner.get_by_role("alert").count():
        owner.get_by_role("button", name="Save").click()
    owner.goto(f"{server.address}/settings/busy")
    next_year = date.today().year + 1  # noqa: DTZ011
    owner.get_by_label("From", exact=True).fill(f"{next_year}-07-05")
    owner.get_by_label("Until (optional)").fill(f"{next_year}-07-23")
    owner.get_by_label("Note").fill("Holiday")
    owner.get_by_role("button", name="Block this time").click()
    take(owner, "busy", whole=True)
    owner.goto(f"{server.address}/bookings")
    take(owner, "appointments")
    owner.get_by_role("link", name="Jane Doe").click()
    owner.get_by_role("link", name="Reschedule").click()
    take(owner, "reschedule")
    owner.locator("[data-start]").last.click()
    owner.get_by_role("button", name="Move to").click()
    take(owner, "appointment", whole=True)
    jane.reload()
    take(jane, "manage-phone", whole=True)
    jane.get_by_role("link", name="Reschedule").click()
    take(jane, "move-phone", whole=True)


def mail(owner: Page, server: Server, office: PostOffice) -> None:
    """Cancel an appointment of somebody whose mailbox is gone, and look at what could not be sent, and at the feed."""
    office.answers["RCPT jane@example.com"] = "550 5.1.1 There is no such mailbox here"
    owner.goto(f"{server.address}/bookings/1")
    owner.get_by_text("Cancel", exact=True).click()
    owner.get_by_role("button", name="Cancel the appointment").click()
    notice = owner.get_by_role("link", name="See why").first
    for _ in range(50):
        if notice.count():
            break
        owner.wait_for_timeout(200)
        owner.reload()
    notice.click()
    take(owner, "mail")
    owner.goto(f"{server.address}/settings/feed")
    owner.get_by_role("button", name="Make an address").click()
    expect(owner.get_by_role("button", name="Copy")).to_be_visible()
    take(owner, "feed")


def letter(browser: Browser, office: PostOffice) -> None:
    """Open the owner's first mail as a phone would show it."""
    reader = person(browser, PHONE)
    first = office.to("olivia@example.com")[0].get_body(("html",))
    assert first
    reader.set_content(first.get_content())
    take(reader, "letter-phone", whole=True)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        post_office() as office,
        running(
            Path(folder), BASE_URL="http://book.example", SMTP_URL=office.url, MAIL_FROM="book@example.com"
        ) as server,
        sync_playwright() as playwright,
    ):
        server.open_this = server.open_this.replace("http://book.example", server.address)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        mail(tour(browser, server), server, office)
        letter(browser, office)
        browser.close()
