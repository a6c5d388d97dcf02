"""The week at a glance."""

import re
from html import unescape

import pytest
import time_machine
from support.sources import add_source_row
from support.world import HTMX, Browser, World, at
from werkzeug.test import TestResponse

from database import transaction
from models import ImportedTime, Owner
from scheduling import busy_times, calendars

PATH = "/bookings/week"


def blocks(page: TestResponse) -> list[tuple[str, str]]:
    """Return the addresses of the blocks with what a screen reader says of them."""
    return re.findall(r'<a data-block class="[^"]*" href="([^"]+)" aria-label="([^"]+)"', page.text)


def title(page: TestResponse) -> str:
    """Return the heading of the week, its thin spaces as plain ones."""
    return re.findall(r'id="week-title">([^<]+)', page.text)[0].replace("\u2009", " ")


def test_a_week_shows_its_appointments_as_links_and_as_a_list(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    booking = world.book(world.link(calendar), at("2026-12-03 09:00"), name="Jane & Co.")
    world.book(world.link(calendar), at("2026-12-10 09:00"), name="Tom Later")
    page = browser.get(PATH)
    assert blocks(page) == [(f"/bookings/{booking.id}", "Jane &amp; Co., Thursday, 3 December, 10:00–10:30")]
    assert title(page) == "30 Nov – 6 Dec"
    assert "Thursday, 3 December 2026" in page.text
    assert "Tom Later" not in page.text
    assert "Tom Later" in browser.get(f"{PATH}?week=2026-12-09").text
    assert "No appointments in this week." in browser.get(f"{PATH}?week=2027-02-01").text


def test_htmx_gets_the_week_alone_and_turns_it_in_place(world: World, owner: Owner, browser: Browser) -> None:
    world.calendar(owner)
    part = browser.get(PATH, headers=HTMX).text
    assert part.lstrip().startswith('<section class="sheet week-sheet"')
    assert 'hx-get="/bookings/week?week=2026-12-07"' in part
    assert "hx-get" not in browser.get(PATH).text


def test_the_list_asks_for_the_week_of_its_first_appointment(world: World, owner: Owner, browser: Browser) -> None:
    assert "/bookings/week?week" not in browser.get("/bookings").text
    world.book(world.link(world.calendar(owner)), at("2026-12-10 09:00"))
    assert 'hx-get="/bookings/week?week=2026-12-10"' in browser.get("/bookings").text
    assert "hx-get" not in browser.get("/bookings?q=jane").text


@pytest.mark.parametrize("week", ["x", "", "2026-13-01", "0001-01-01", "9999-12-31", "2026-11-30' OR 1", "8999-12-31"])
def test_any_week_can_be_asked_for(browser: Browser, week: str) -> None:
    assert browser.get(PATH, query_string={"week": week}).status_code == 200


def test_the_weeks_before_and_after_are_linked(browser: Browser) -> None:
    page = browser.get(f"{PATH}?week=2026-12-31").text
    assert re.findall(r'id="week-(?:earlier|later)" href="/bookings/week\?week=([^"]+)"', page) == [
        "2026-12-21",
        "2027-01-04",
    ]
    assert title(browser.get(f"{PATH}?week=2026-12-31")) == "28 Dec 2026 – 3 Jan 2027"


def test_closed_days_are_toned_and_busy_times_hatched(world: World, owner: Owner, browser: Browser) -> None:
    assert browser.get(PATH).text.count('class="off-hours"') == 0  # without a calendar nothing is closed
    world.calendar(owner)
    with world.inside():
        busy_times.add_busy_time(owner.id, at("2026-12-01 11:00"), at("2026-12-02 11:00"), "Trade fair")
    page = browser.get(PATH).text
    assert page.count('class="off-hours"') == 2
    assert page.count('class="busy-hours"') == 2
    assert "Blocked: 1 Dec 2026, 12:00 – 2 Dec 2026, 12:00" in page
    assert "Trade fair" not in page


def test_what_is_busy_in_another_calendar_looks_different_and_says_in_which(
    world: World, owner: Owner, browser: Browser
) -> None:
    world.calendar(owner)
    assert "another calendar" not in browser.get(PATH).text
    source_id = add_source_row(world, owner.id)
    with world.inside(), transaction() as session:
        busy_at = {"starts_at": at("2026-12-01 11:00"), "ends_at": at("2026-12-01 12:00")}
        session.add(ImportedTime(owner_id=owner.id, source_id=source_id, **busy_at))
    page = unescape(browser.get(PATH).text)
    assert re.search(r"#week-elsewhere\)\"><title>Busy in “\W?Work\W?”: .*12:00\W{1,3}13:00", page)
    assert "busy in another calendar" in page
    assert 'fill="url(#week-hatch)"' not in page


def test_a_calendar_that_is_closed_or_archived_opens_no_day(world: World, owner: Owner, browser: Browser) -> None:
    world.calendar(owner)
    closed = world.calendar(owner, "sat 09:00-12:00")
    assert browser.get(PATH).text.count('class="off-hours"') == 1
    with world.inside():
        calendars.change_calendar(owner.id, closed.id, is_open=False)
    assert browser.get(PATH).text.count('class="off-hours"') == 2


def test_an_appointment_over_midnight_is_two_blocks_one_of_them_for_the_keyboard(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner, "mon-sun 00:00-24:00", duration=120, step=60)
    world.book(world.link(calendar), at("2026-12-01 21:00"), name="Night Owl")
    browser.change("/settings/profile", {"name": "Olivia", "timezone": "Europe/Athens", "contact": "x"})
    page = browser.get(PATH)
    assert page.text.count("data-block") == 2
    assert len(blocks(page)) == 1
    assert page.text.count('tabindex="-1" aria-hidden="true"') == 1


def test_the_days_are_those_of_the_owners_zone(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, "mon-sun 00:00-24:00")
    world.book(world.link(calendar), at("2026-12-06 22:30"), name="Sunday Late")  # Sunday, 23:30 in Berlin
    assert "Sunday Late" in browser.get(PATH).text
    browser.change("/settings/profile", {"name": "Olivia", "timezone": "Asia/Tokyo", "contact": "x"})
    assert "Sunday Late" not in browser.get(PATH).text
    assert "Monday, 7 December, 7:30–8:00" in browser.get(f"{PATH}?week=2026-12-07").text


def test_now_is_a_line_in_its_week_and_what_is_over_is_grey(
    world: World, owner: Owner, browser: Browser, frozen: time_machine.Traveller
) -> None:
    calendar = world.calendar(owner, "mon-sun 07:00-20:00")
    for start in (at("2026-11-30 08:00"), at("2026-12-02 08:00")):
        world.book(world.link(calendar), start)
    frozen.move_to("2026-12-01T12:00:00+00:00")
    page = browser.get(PATH).text
    assert [" past" in classes for classes in re.findall(r'data-block class="([^"]*)"', page)] == [True, False]
    assert re.findall(r'class="week-now" x1="([^%]+)%', page) == ["14.286"]
    assert 'class="week-now"' not in browser.get(f"{PATH}?week=2026-12-07").text
    frozen.move_to("2026-12-01T22:00:00+00:00")
    assert 'class="week-now"' not in browser.get(PATH).text  # 23:00 is not among the hours shown


def test_the_week_of_another_owner_is_theirs(world: World, owner: Owner, browser: Browser) -> None:
    world.book(world.link(world.calendar(owner)), at("2026-12-03 09:00"), name="Jane Doe")
    other = world.signed_in(world.owner("other@example.com"))
    assert "Jane Doe" in browser.get(PATH).text
    assert "Jane Doe" not in other.get(PATH).text


def test_cancelled_appointments_are_not_in_the_week(world: World, owner: Owner, browser: Browser) -> None:
    booking = world.book(world.link(world.calendar(owner)), at("2026-12-03 09:00"), name="Jane Doe")
    browser.change(f"/bookings/{booking.id}/cancel", {"reason": ""})
    assert blocks(browser.get(PATH)) == []
