"""One walk through all pages in all of their states: axe looks at each, and `./run.sh screenshots` takes their picture.

`show(page, name, there)` is called with each state as soon as what is at the selector `there` can be seen.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from database import db
from models import Calendar, Owner
from support.browser_steps import (
    PASSWORD,
    expect_confirmed,
    fill_and_book,
    open_menu,
    open_section,
    pick_a_time,
    set_up,
    share,
    type_hours,
)  # fmt: skip
from support.http_client import filled_in, post
from support.server_process import Server, free_port, running
from support.smtp_server import PostOffice
from support.sources import add_source_row
from support.world import World, make_app, z

TOO_MANY = 11
REGISTERED = {
    "GOOGLE_CLIENT_ID": "us.apps.googleusercontent.com",
    "GOOGLE_CLIENT_SECRET": "never-sent-to-anybody",
    "MICROSOFT_CLIENT_ID": "00000000-0000-0000-0000-000000000001",
    "MICROSOFT_CLIENT_SECRET": "never-sent-to-anybody",
}
"""The settings of a server whose owners can sign in to the services."""

Show = Callable[[Page, str, str], None]


@dataclass
class Tour:
    """What the chapters need. `person` gives a page in a browser of its own, `show` looks at a state."""

    person: Callable[[], Page]
    server: Server
    office: PostOffice
    show: Show
    world: World

    def see(self, page: Page, name: str, there: str = "main h1") -> None:
        """Look at a page once what is at `there` has come, and with it the stylesheet and the pictures."""
        expect(page.locator(there).first).to_be_visible()
        page.wait_for_load_state("load")
        page.evaluate("Promise.allSettled([...document.images].map((image) => image.decode()))")
        self.show(page, name, there)

    def go(self, page: Page, path: str, name: str = "", there: str = "main h1") -> None:
        """Open a page, and look at it if it has a name."""
        page.goto(self.server.address + path)
        if name:
            self.see(page, name, there)

    def link(self, calendar: int = 1) -> str:
        """Return the path of a new link of the calendar with this id."""
        with self.world.inside():
            row = db.session.get_one(Calendar, calendar)
        return f"/b/{self.world.link(row)}"

    def calendar(self, name: str, hours: str = "mon-fri 09:00-17:00", **fields: int) -> int:
        """Return the id of a new calendar of the owner."""
        with self.world.inside():
            owner = db.session.scalars(select(Owner)).one()
        return self.world.calendar(owner, hours, name=name, **fields).id

    def connect_calendars(self) -> None:
        """Let the owner have two other calendars, as if they were read: one is well, one fails."""
        with self.world.inside():
            owner_id = db.session.scalars(select(Owner.id)).first() or 0
            for _ in range(2):
                add_source_row(self.world, owner_id)
        there = [{"href": "https://calendar.example.com/f/", "name": "Family", "counts": True}]
        note = ["zone", "Call with New York", "2027-03-02", "Customized Time Zone"]
        self.write(
            "UPDATE sources SET leased_until = '2200-01-01 00:00:00.000000', read_at = due_at,"
            f" read_until = '2027-02-01 00:00:00.000000', busy_count = 24, notes = '{json.dumps([note])}'"
        )
        self.write(
            "UPDATE sources SET name = 'Family', kind = 'caldav', problem = 'login', problem_detail = '401',"
            f" calendars = '{json.dumps(there)}', notes = '[]' WHERE id = (SELECT max(id) FROM sources)"
        )

    def write(self, sql: str) -> None:
        """Change what nobody can wait for, past the app: that time has gone by."""
        with closing(sqlite3.connect(self.file, timeout=10)) as connection, connection:
            connection.execute(sql)

    @property
    def file(self) -> str:
        return self.server.environ["DATABASE_URL"].removeprefix("sqlite:///")


def walk(person: Callable[[], Page], server: Server, office: PostOffice, show: Show) -> None:
    """Go through all of it, as an owner, several invitees and a stranger."""
    world = World(make_app(server.environ["DATABASE_URL"], server.log.parent))
    try:
        _chapters(Tour(person, server, office, show, world))
    finally:
        with world.inside():
            db.engine.dispose()


def _chapters(tour: Tour) -> None:
    owner = tour.person()
    _door(tour, owner)
    link = _first_link(tour, owner)
    jane = _invitee(tour, link)
    _spent(tour, link)
    _pickers(tour)
    _appointments(tour, owner)
    _changes(tour, jane)
    _settings(tour, owner)
    _account(tour, owner)
    _links(tour, owner)
    _mail(tour, owner)
    _letters(tour)
    _look(tour, owner)
    _trouble(tour, owner)


def _door(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/login", "sign in, no account yet")
    owner.goto(tour.server.open_this)
    tour.see(owner, "set up")
    owner.get_by_role("button", name="Create account").click()
    tour.see(owner, "set up, refused", "#errors")
    set_up(owner, tour.server)
    tour.see(owner, "calendars, the first")
    owner.get_by_role("button", name="Account: ").click()
    owner.get_by_role("button", name="Sign out").click()
    tour.see(owner, "sign in")
    _sign_in(owner, "wrong")
    tour.see(owner, "sign in, refused", "#errors")
    _sign_in(owner, PASSWORD)
    expect(owner.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()


def _sign_in(page: Page, password: str) -> None:
    page.get_by_label("Email").fill("olivia@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def _first_link(tour: Tour, owner: Page) -> str:
    """Describe the first calendar and share it; return the path of the link."""
    tour.go(owner, "/bookings", "appointments, none")
    tour.go(owner, "/settings/calendars/1/links", "links, none")
    tour.go(owner, "/settings/calendars/1")
    owner.get_by_label("Description").fill("Let us talk about your garden: what grows, what does not, what comes next.")
    owner.get_by_label("Location").fill("Video call")
    type_hours(owner)
    owner.get_by_label("Monday", exact=True).fill("9-12:30, 13:30-17")
    owner.get_by_role("button", name="Copy hours").click()
    expect(owner.get_by_label("Friday")).to_have_value("9-12:30, 13:30-17")
    tour.see(owner, "calendar, its hours as text", ".fortnight")
    owner.get_by_role("button", name="Use switches instead").click()
    tour.see(owner, "calendar, its hours as switches", ".fortnight")
    owner.get_by_role("button", name="Copy to …: Monday").click()
    tour.see(owner, "calendar, hours to be copied", "#copy-menu")
    owner.keyboard.press("Escape")
    for name in ("Rules", "Links", "Changes"):
        open_section(owner, name)
        tour.see(owner, f"calendar, {name.lower()}", ".fortnight")
    owner.get_by_role("button", name="Save").click()
    tour.see(owner, "calendars, one saved", ".toast")
    tour.go(owner, "/settings/calendars")
    open_menu(owner)
    tour.see(owner, "the menu", ".menu:popover-open")
    owner.keyboard.press("Escape")
    link = share(owner)
    tour.see(owner, "share", "#address")
    owner.get_by_role("button", name="Copy").click()
    tour.see(owner, "share, copied", "#copied:not(:empty)")
    owner.get_by_label("For whom").fill("Jane, Thursday’s fair")
    owner.get_by_label("For whom").press("Tab")
    tour.see(owner, "share, noted", "#label-said:not(:empty)")
    owner.get_by_role("button", name="Done").click()
    tour.go(owner, "/settings/links/1?options=1", "share, as a page")
    tour.go(owner, "/settings/links/1?tab=text", "share, as a text message")
    tour.go(owner, "/settings/links/1?tab=email", "share, as an email")
    tour.go(owner, "/settings/links/1?tab=qr", "share, as a QR code")
    return urlsplit(link).path


def _invitee(tour: Tour, link: str) -> Page:
    """Book with the link, and stumble wherever one can; return the page of the person who booked."""
    jane = tour.person()
    tour.go(jane, link, "picker")
    jane.locator("#zones").click()
    tour.see(jane, "picker, time zones", "#zone-search")
    sunday = datetime.now(UTC).date() + timedelta(days=13 - datetime.now(UTC).weekday())
    tour.go(jane, f"{link}?date={sunday}", "picker, a day without times")
    tour.go(jane, f"{link}?start=gone", "picker, a time that is gone", "[role=alert]")
    tour.go(jane, link)
    taken = pick_a_time(jane)
    tour.see(jane, "form", ".book")
    jane.get_by_label("Your email").fill("jane@example")
    jane.get_by_role("button", name="Book ").click()
    tour.see(jane, "form, refused", "#errors")
    jane.get_by_label("Your name").fill("Jane Doe")
    jane.get_by_role("button", name="Change").click()
    tour.see(jane, "picker, with what was typed", "#picker")
    jane.locator(f'[data-start="{taken}"]').click()
    assert post(tour.server.address, tour.link(), filled_in(taken) | {"name": "Robin Quick"}).status == 303
    fill_and_book(jane)
    tour.see(jane, "picker, the time was taken meanwhile", "[role=alert]")
    jane.locator("[data-start]").first.click()
    more = jane.get_by_text("Add a phone number or a note")
    if more.is_visible():  # a phone folds it
        more.click()
        tour.see(jane, "form, unfolded", ".book [open]")
    jane.get_by_label("Phone").fill("+49 30 901820")
    jane.get_by_label("Anything to know").fill("It is about the roses.\nThey do not like the north wall.")
    fill_and_book(jane)
    expect_confirmed(jane)
    tour.see(jane, "confirmed", ".hero")
    jane.get_by_role("button", name="Copy").click()
    tour.see(jane, "confirmed, address copied", "#copied:not(:empty)")
    jane.get_by_text("Add to calendar").click()
    tour.see(jane, "confirmed, add to calendar", ".choices[open] a")
    return jane


def _spent(tour: Tour, link: str) -> None:
    stranger = tour.person()
    tour.go(stranger, link, "spent, used")
    revoked, expired = tour.link(), tour.link()
    tour.write("UPDATE links SET revoked_at = created_at WHERE id = (SELECT max(id) - 1 FROM links)")
    tour.write(
        "UPDATE links SET created_at = '2026-01-02 09:00:00.000000', expires_at = '2026-02-02 09:00:00.000000'"
        " WHERE id = (SELECT max(id) FROM links)"
    )
    tour.go(stranger, revoked, "spent, revoked")
    tour.go(stranger, expired, "spent, expired")
    closed = tour.link(tour.calendar("Evening consultation", "mon-fri 18:00-20:00"))
    tour.write("UPDATE calendars SET is_open = 0 WHERE name = 'Evening consultation'")
    tour.go(stranger, closed, "spent, closed")
    tour.go(stranger, link + "x", "no such page")
    tour.go(stranger, revoked)
    stranger.locator("summary", has_text="Ask for a new link").click()
    tour.see(stranger, "spent, asking for a new link", ".ask form")
    stranger.get_by_label("Your name").fill("Karla Stein")
    stranger.get_by_label("Your email or phone").fill("+49 170 1234567")
    stranger.get_by_label("A few words").fill("I was ill. Could we still meet?")
    stranger.get_by_role("button", name="Ask for a new link").click()
    tour.see(stranger, "spent, asked", ".notice")


def _pickers(tour: Tour) -> None:
    later = (datetime.now(UTC).replace(day=1) + timedelta(days=75)).date()
    rare = tour.link(tour.calendar("Open day", horizon=120))
    one_day = json.dumps({"week": [[]] * 7, "overrides": {later.isoformat(): [[540, 1260]]}})
    tour.write(f"UPDATE calendars SET availability = '{one_day}' WHERE name = 'Open day'")
    never = tour.link(tour.calendar("Long ahead", min_notice=1_440_000, horizon=10))
    long_name = "Erstberatung für Gartengestaltungsangelegenheiten und Terrassenüberdachungen"
    long = tour.link(tour.calendar(long_name, "mon-sun 00:00-24:00", duration=90, step=15))
    jane = tour.person()
    tour.go(jane, rare, "picker, few times")
    jane.locator("#earlier").click()
    tour.see(jane, "picker, an empty month", ".times [data-day]")
    tour.go(jane, never, "picker, nothing free")
    tour.go(jane, long, "picker, many times and a long name")


def _appointments(tour: Tour, owner: Page) -> None:
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for name, hours in (("Ann Archer", 77), ("José Núñez-Ödegård de la Encarnación", 101), ("Wei Chen", 106)):
        start = z(tomorrow + timedelta(hours=hours))
        assert post(tour.server.address, tour.link(5), filled_in(start) | {"name": name}).status == 303, name
    tour.go(owner, "/bookings", "appointments")
    tour.go(owner, f"/bookings/week?week={tomorrow + timedelta(days=3):%Y-%m-%d}", "a week", ".week-days")
    tour.go(owner, "/bookings/week?week=2031-01-01", "a week without appointments", ".week-days")
    tour.go(owner, "/bookings?q=jane", "appointments, found")
    tour.go(owner, "/bookings?q=nobody", "appointments, nobody found")
    tour.go(owner, "/bookings?show=past", "appointments, none past")
    tour.go(owner, "/bookings/2", "appointment")
    owner.get_by_role("link", name="Reschedule").click()
    tour.see(owner, "the owner’s picker", "#picker")
    owner.locator("[data-start]").last.click()
    tour.see(owner, "the owner moves it", ".from-to")
    owner.get_by_role("button", name="Move to").click()
    tour.see(owner, "appointment, moved", ".history li:nth-child(2)")
    owner.get_by_role("button", name="New link for this person").click()
    tour.see(owner, "share, for the same person", "#address")
    owner.get_by_role("button", name="Close").click()
    tour.go(owner, "/bookings/3")
    owner.get_by_text("Cancel", exact=True).click()
    tour.see(owner, "cancelling", "#reason")
    owner.get_by_label("Reason").fill("The garden show was called off.")
    owner.get_by_role("button", name="Cancel the appointment").click()
    tour.see(owner, "appointment, cancelled", ".history li:nth-child(2)")
    tour.go(owner, "/bookings?show=cancelled", "appointments, cancelled")


def _changes(tour: Tour, jane: Page) -> None:
    jane.reload()
    tour.see(jane, "confirmed, moved by the owner", ".hero")
    jane.get_by_role("link", name="Reschedule").click()
    tour.see(jane, "move, picker", "#picker")
    jane.locator("[data-start]").last.click()
    tour.see(jane, "move, asked", ".from-to")
    jane.get_by_role("button", name="Move to").click()
    tour.see(jane, "confirmed, moved", ".hero")
    jane.get_by_text("Cancel", exact=True).click()
    tour.see(jane, "cancelling, as the invitee", "#reason")
    jane.get_by_role("button", name="Cancel the appointment").click()
    tour.see(jane, "cancelled", ".off")
    jane.get_by_role("link", name="Choose a new time").click()
    jane.locator("[data-start]").first.click()
    tour.see(jane, "put it back, asked", ".from-to")
    tour.write("UPDATE calendars SET allow_rebooking = 0, change_notice = 5000000 WHERE id = 1")
    jane.get_by_role("button", name="Book ").click()
    tour.see(jane, "cancelled, and it stays so", "[role=alert]")
    tour.write("UPDATE calendars SET allow_rebooking = 1, change_notice = 0 WHERE id = 1")


def _settings(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/calendars/new", "calendar, new")
    type_hours(owner)
    owner.get_by_label("Monday", exact=True).fill("17-9")
    owner.locator("[name=name]").evaluate("field => field.value = ''")
    owner.locator("[name=dates_since]").fill("2027-12-24")
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(2)
    tour.see(owner, "calendar, with a preview that can’t be", "#preview .plain")
    owner.get_by_role("button", name="Create calendar").click()
    tour.see(owner, "calendar, refused", "#errors")
    tour.go(owner, "/settings/calendars/5", "calendar")
    type_hours(owner)
    owner.get_by_label("Monday", exact=True).fill("9-12:30, 13:30-17")
    owner.get_by_role("button", name="Copy hours").click()
    expect(owner.get_by_label("Friday")).to_have_value("9-12:30, 13:30-17")
    for day in ("Saturday", "Sunday"):
        owner.get_by_label(day, exact=True).fill("")
    tour.see(owner, "calendar, whose hours leave some outside", "#preview .notice")
    owner.get_by_role("button", name="Save").click()
    tour.see(owner, "calendar, asked again", "[role=alert][autofocus]")
    tour.go(owner, "/settings/calendars/1/delete", "calendar, to be archived")
    owner.get_by_role("button", name="Archive").click()
    owner.get_by_text("Archived calendars").click()
    tour.see(owner, "calendars, one archived", "details[open] li")
    owner.get_by_role("button", name="Restore").click()
    tour.calendar("Just an idea", "sat 10:00-12:00")
    tour.go(owner, "/settings/calendars", "calendars")
    owner.get_by_role("link", name="Just an idea").click()
    tour.go(owner, f"{urlsplit(owner.url).path}/delete", "calendar, to be deleted")
    tour.go(owner, "/settings/busy", "busy times, none")
    owner.get_by_role("button", name="Block this time").click()
    tour.see(owner, "busy times, refused", "#errors")
    year = datetime.now(UTC).year + 1
    for since, until, note in ((f"{year}-07-05", f"{year}-07-23", "Holiday"), (f"{year}-03-02", "", "Dentist")):
        owner.get_by_label("From", exact=True).fill(since)
        owner.get_by_label("Until (optional)").fill(until)
        owner.get_by_label("Note").fill(note)
        owner.get_by_role("button", name="Block this time").click()
        expect(owner.get_by_text(note, exact=True)).to_be_visible()
    tour.see(owner, "busy times", ".row")
    owner.get_by_role("link", name="Edit").first.click()
    tour.see(owner, "busy time")
    tour.go(owner, "/settings/sources", "other calendars, none")
    owner.get_by_label("Address").fill("https://10.0.0.1/private.ics")
    owner.get_by_role("button", name="Connect").click()
    tour.see(owner, "other calendars, refused", "#errors")
    tour.connect_calendars()
    tour.go(owner, "/settings/sources", "other calendars", ".source")
    owner.locator(".source a").first.click()
    tour.see(owner, "other calendar")
    _sign_in_at_services(tour, owner)
    tour.go(owner, "/settings/profile", "profile")
    owner.get_by_label("Name", exact=True).fill("")
    owner.get_by_role("button", name="Save", exact=True).click()
    tour.see(owner, "profile, refused", "#errors")
    tour.go(owner, "/settings/profile")
    owner.get_by_label("Current password").fill("wrong")
    owner.get_by_label("New password").fill("short")
    owner.get_by_role("button", name="Change password").click()
    tour.see(owner, "password, refused", "#errors")
    tour.go(owner, "/settings/feed", "feed, none")
    owner.get_by_role("button", name="Make an address").click()
    tour.see(owner, "feed", "#feed-address")


def _sign_in_at_services(tour: Tour, owner: Page) -> None:
    """Look at what a second server on the same database shows, which is registered at the services. Nobody is asked."""
    there = [{"href": name.lower(), "name": name, "counts": name == "Olivia"} for name in ("Olivia", "Holidays")]
    mine = "WHERE kind = 'ics'"
    tour.write(f"UPDATE sources SET kind = 'google', name = 'Olivia', calendars = '{json.dumps(there)}' {mine}")
    environ = tour.server.environ | REGISTERED | {"PORT": str(free_port())}
    with running(tour.server.log.parent, **environ) as registered:
        owner.goto(f"{registered.address}/settings/sources")
        tour.see(owner, "other calendars, with a sign-in", "a[href$='/connect']")
        owner.get_by_role("link", name="Edit Olivia").click()
        tour.see(owner, "other calendar, of an account")


def _account(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/calendars/1/questions", "questions of the form")
    tour.go(owner, "/settings/people", "people")
    tour.go(owner, "/settings/people/1/end", "end an account")
    tour.go(owner, "/settings/browsers", "browsers")
    tour.go(owner, "/settings/privacy", "privacy")
    tour.go(owner, "/settings/privacy/delete", "delete the account")
    stranger = tour.person()
    tour.go(stranger, "/forgot", "forgot password")
    tour.go(stranger, "/forgot?sent=1", "forgot password, asked")


def _links(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/calendars/1/links", "links", "li.row")
    owner.locator("li.waiting .icon-button").first.click()
    tour.see(owner, "links, the menu of one", ".menu:popover-open")
    owner.locator(".menu:popover-open").get_by_role("button", name="Revoke").click()
    tour.see(owner, "links, one revoked", ".toast")
    tour.go(owner, "/links", "links of all calendars", "li.row")
    tour.go(owner, "/links/new", "new links", "li.row")
    tour.go(owner, "/links/new?q=nothing", "new links, none found", ".empty")
    tour.go(owner, "/links?show=requests", "who asks for a new link", "li.row")
    owner.get_by_role("button", name="Make a link for Karla Stein").click()
    tour.see(owner, "share, as a text message to who asked", "#message")
    owner.get_by_role("link", name="Email", exact=True).click()
    tour.see(owner, "share, as an email, in the pop-up", "dialog #subject")
    owner.get_by_role("link", name="QR code").click()
    tour.see(owner, "share, as a QR code, in the pop-up", "dialog .qr img")
    tour.go(owner, "/settings/calendars/1/links/batch", "many links")
    owner.get_by_label("Paste the table here").fill("name;email\nJane Doe;jane@example.com\nJosé;jose@example.com")
    owner.get_by_role("button", name="Show how it is understood").click()
    tour.see(owner, "many links, as understood", ".plain-table")
    owner.get_by_role("button", name="Make 2 links").click()
    tour.see(owner, "a batch", ".plain-table")
    owner.get_by_role("link", name="Sheet to print").click()
    tour.see(owner, "a batch, to be printed", ".sheet-of-codes svg")
    tour.go(owner, "/settings/calendars/2/links", "links of a closed calendar")
    tour.go(owner, "/settings/calendars")
    open_menu(owner, "Evening consultation")
    owner.locator(".menu:popover-open").get_by_role("button", name="Share", exact=True).click()
    tour.see(owner, "share, of a closed calendar", "dialog p")


def _mail(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/mail", "mail, nothing left")
    tour.office.answers = {"RCPT jane@example.com": "550 5.1.1 " + "There is no such mailbox here. " * 5}
    tour.office.answers["RCPT olivia@example.com"] = "450 Try later"
    tour.go(owner, "/bookings/4")
    owner.get_by_text("Cancel", exact=True).click()
    owner.get_by_role("button", name="Cancel the appointment").click()
    for _ in range(100):
        tour.go(owner, "/settings/mail")
        if owner.locator(".row").count() == 2:
            break
        owner.wait_for_timeout(100)
    tour.see(owner, "mail, some could not be sent", "#waiting-title")
    tour.go(owner, "/bookings/4", "appointment, whose mail could not be sent", "#mail-title")
    tour.office.answers.clear()


def _letters(tour: Tour) -> None:
    seen = set()
    for mail in tour.office.wait_for(6):
        kind = (mail["X-Rcpt"].partition("@")[0], mail["Subject"].partition(":")[0])
        if kind in seen:
            continue
        seen.add(kind)
        body = mail.get_body(("html",))
        assert body
        reader = tour.person()
        reader.set_content(body.get_content())
        tour.see(reader, f"letter to {kind[0]}, {kind[1].lower()}", "h1")


def _look(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/look", "look")
    owner.get_by_label("Colour").fill("#b3478f")
    owner.get_by_label("Logo").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"This is no picture."}
    )
    owner.get_by_role("button", name="Save the look").click()
    tour.see(owner, "look, refused", "#errors")
    owner.get_by_label("Colour").fill("#b3478f")
    owner.get_by_label("Logo").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": _logo()})
    owner.get_by_role("button", name="Save the look").click()
    tour.see(owner, "look, saved", ".toast")
    jane, link = tour.person(), tour.link()
    tour.go(jane, link, "picker, in the owner’s look")
    jane.locator("[data-start]").last.click()
    tour.see(jane, "form, in the owner’s look", ".book")
    fill_and_book(jane)
    tour.see(jane, "confirmed, in the owner’s look", ".hero")
    tour.go(tour.person(), link, "spent, in the owner’s look")


def _logo() -> bytes:
    """Return a flower and a name."""
    image = Image.new("RGBA", (480, 160))
    draw = ImageDraw.Draw(image)
    for x, y in ((80, 40), (120, 80), (80, 120), (40, 80)):
        draw.ellipse((x - 36, y - 36, x + 36, y + 36), fill="#b3478f")
    draw.ellipse((56, 56, 104, 104), fill="#f2c14e")
    draw.text((180, 80), "Ownerson", "#3f6b3a", ImageFont.load_default(64), "lm")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _trouble(tour: Tour, owner: Page) -> None:
    tour.go(owner, "/settings/calendars/999", "no such page, for an owner")
    tour.go(owner, "/settings/profile")
    owner.context.clear_cookies()
    owner.get_by_role("button", name="Save", exact=True).click()
    tour.see(owner, "signed out in the meantime", ".notice")
    owner.evaluate("document.querySelector('[name=csrf_token]').value = 'old'")
    owner.get_by_role("button", name="Sign in").click()
    tour.see(owner, "open for too long")
    jane = tour.person()
    tour.go(jane, tour.link(5))
    jane.locator("[data-start]").first.click()
    with closing(sqlite3.connect(tour.file, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        fill_and_book(jane)
        tour.see(jane, "the database does not answer")
    tour.go(owner, "/login")
    for _ in range(TOO_MANY):
        _sign_in(owner, "wrong")
        owner.wait_for_load_state("load")
    expect(owner.get_by_role("heading", name=re.compile("Too many"))).to_be_visible()
    tour.see(owner, "too many attempts")


def people(browser: Browser, **options: object) -> Callable[[], Page]:
    """Return what gives pages, each in a browser of its own."""
    more: dict[str, object] = {"timezone_id": "Europe/Berlin", "locale": "en-GB"} | options
    return lambda: browser.new_context(**more).new_page()  # type: ignore[arg-type]
