"""How a reader reads times and weeks: as their browser says."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from support.smtp_server import post_office
from support.world import JANE, PASSWORD, World, at, z

from i18n.locales import locale_from_header
from notifications.worker import Worker

NINE_IN_BERLIN, THREE_IN_BERLIN = at("2026-11-30 08:00"), at("2026-11-30 14:00")


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en_GB"),
        ("en", "en_US"),
        ("en-US,en;q=0.9", "en_US"),
        ("en-AU", "en_AU"),
        ("de-DE,de;q=0.9,en;q=0.8", "en_DE"),
        ("de", "en_DE"),
        ("fr;q=0.5, en-US;q=0.9", "en_US"),
        ("ja", "en_BW"),
        ("*", "en_GB"),
        ("x", "en_GB"),
        (";;=,é,\x00" + "en," * 9999, "en_US"),
        ("../../etc/passwd", "en_GB"),
    ],
)
def test_a_browser_says_which_clock_its_reader_reads(header: str, locale: str) -> None:
    assert locale_from_header(header) == locale


def test_a_language_that_there_are_texts_in_is_taken() -> None:
    assert locale_from_header("de-AT", ["de"]) == "de_AT"
    assert (
        locale_from_header("it, de-AT;q=0.9, en;q=0.8", ["de"]) == "de_IT"
    )  # who lives there, and reads German better
    assert locale_from_header("pl, de;q=0.9", ["de"]) == "de"


@pytest.mark.parametrize(
    ("language", "labels", "first_day"),
    [("en-US", ["9:00 AM", "3:00 PM"], "Sunday"), ("en-GB", ["9:00", "15:00"], "Monday"), ("de", ["9:00"], "Monday")],
)
def test_slots_and_weeks_are_as_the_reader_knows_them(
    world: World, language: str, labels: list[str], first_day: str
) -> None:
    page = world.browser().get(f"/b/{world.link()}", headers={"Accept-Language": language}).text
    for label in labels:
        assert f">{label}<" in page
    weekday = re.search(r'<abbr title="(\w+)">', page)
    assert weekday
    assert weekday[1] == first_day


def test_the_days_stand_below_their_weekdays_wherever_the_week_begins(world: World) -> None:
    token = world.link()
    for language in ("en-US", "en-GB", "ar-EG"):
        page = world.browser().get(f"/b/{token}?month=2026-12", headers={"Accept-Language": language}).text
        names = re.findall(r'<abbr title="(\w+)">', page)
        (first_row,) = re.findall(r"<tbody>\s*<tr>(.*?)</tr>", page, re.DOTALL)
        cells = re.findall(r"<td>(.*?)</td>", first_row, re.DOTALL)
        assert [name for name, cell in zip(names, cells, strict=True) if ">1<" in cell] == ["Tuesday"], language


def test_the_form_and_the_confirmation_have_the_readers_clock(world: World) -> None:
    browser, american = world.browser(), {"Accept-Language": "en-US"}
    token = world.link()
    assert "3:00 PM–3:30 PM" in browser.get(f"/b/{token}?start={z(THREE_IN_BERLIN)}", headers=american).text
    answer = browser.post(f"/b/{token}", data=JANE | {"start": z(THREE_IN_BERLIN)}, headers=american)
    assert "3:00 PM–3:30 PM" in browser.get(answer.location, headers=american).text
    assert "15:00–15:30" in browser.get(answer.location).text
    assert [booking.locale for booking in world.bookings()] == ["en_US"]


def test_mails_have_the_clock_of_their_reader(sqlite_url: str, app_on: Callable[..., Flask]) -> None:
    with post_office() as office:
        app = app_on(sqlite_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")
        world = World(app)
        owner = world.owner()
        world.book(world.link(world.calendar(owner)), THREE_IN_BERLIN, locale="en_US")
        worker = Worker(app, app.config["BOOKONCE"].mail)
        worker.send_due()
        (to_invitee,), (to_owner,) = office.to("jane@example.com"), office.to(owner.email)
        assert to_invitee["Subject"].endswith(", Mon 30 Nov, 3:00 PM (Confirmed)")
        assert to_owner["Subject"].endswith(", Mon 30 Nov, 15:00 (Booked)")

        form = {"email": owner.email, "password": PASSWORD}
        assert world.browser().change("/login", form, headers={"Accept-Language": "en-US"}).status_code == 303
        world.book(world.link(world.calendar(owner)), NINE_IN_BERLIN)
        worker.send_due()
        assert office.to(owner.email)[-1]["Subject"].endswith(", Mon 30 Nov, 9:00 AM (Booked)")
