"""The list of appointments as a CSV file."""

import csv
import io
from typing import Any

import pytest
from support.world import Browser, World, at

from models import Owner

NINE, TEN, ELEVEN = (at(f"2026-11-30 {hour:02}:00") for hour in (9, 10, 11))
HEAD = [
    "date",
    "from",
    "until",
    "timezone",
    "calendar",
    "name",
    "email",
    "phone",
    "notes",
    "status",
    "for",
    "start",
    "end",
]


def read(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"/bookings.csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.fixture
def calendar(world: World, owner: Owner) -> Any:
    return world.calendar(owner, name="Müller; first talk")


def test_a_line_says_all_of_an_appointment_in_the_owners_zone_and_in_utc(
    world: World, browser: Browser, calendar: Any
) -> None:
    answers = (("Dog?", "Yes, a\n“big” one"), ("Days", "Monday"), ("Days", "Tuesday"))
    world.book(world.link(calendar, label="Fair"), NINE, name="Zoë", phone="+49 30 1", notes="=1+1", answers=answers)  # type: ignore[arg-type]
    (line,) = read(browser)
    assert list(line) == [*HEAD, "Days", "Dog?"]
    assert [line[name] for name in ("date", "from", "until", "timezone")] == [
        "2026-11-30",
        "10:00",
        "10:30",
        "Europe/Berlin",
    ]
    assert (line["start"], line["end"]) == ("2026-11-30T09:00:00Z", "2026-11-30T09:30:00Z")
    assert (line["calendar"], line["name"], line["phone"]) == ("Müller; first talk", "Zoë", "+49 30 1")
    assert (line["notes"], line["status"], line["for"]) == ("'=1+1", "confirmed", "Fair")
    assert (line["Dog?"], line["Days"]) == ("Yes, a\n“big” one", "Monday; Tuesday")


def test_it_has_what_the_list_shows_in_its_order(world: World, browser: Browser, calendar: Any, frozen: Any) -> None:
    for start, name in ((TEN, "Second"), (NINE, "First"), (ELEVEN, "Third")):
        booking = world.book(world.link(calendar), start, name=name, answers=((f"Of {name}", "x"),))
    world.cancel(booking)
    assert [line["name"] for line in read(browser)] == ["First", "Second"]
    assert "Of Third" not in read(browser)[0]
    (cancelled,) = read(browser, "?show=cancelled")
    assert (cancelled["name"], cancelled["status"], cancelled["Of Third"]) == ("Third", "cancelled", "x")
    assert [line["name"] for line in read(browser, "?q=jane@")] == ["Third", "Second", "First"]
    assert read(browser, "?show=past") == []
    frozen.move_to(ELEVEN)
    assert [line["name"] for line in read(browser, "?show=past")] == ["Second", "First"]
    assert "/bookings.csv?show=past" in browser.get("/bookings?show=past").text


def test_it_has_more_than_a_page_and_nothing_of_another_owner(
    world: World, owner: Owner, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduling.booking_files.AT_ONCE", 2)
    monkeypatch.setattr("blueprints.owner.bookings.PAGE_SIZE", 2)
    days = world.calendar(owner, "mon-sun 00:00-24:00")
    for hour in range(5):
        world.book(world.link(days), at(f"2026-12-01 {hour:02}:00"))
    other = world.owner("oscar@example.com")
    world.book(world.link(world.calendar(other)), NINE, name="Theirs", answers=(("Theirs?", "x"),))
    lines = read(browser)
    assert len(lines) == 5
    assert "Theirs" not in str(lines)
    assert world.browser().get("/bookings.csv").status_code == 303


def test_what_was_erased_is_not_in_it(world: World, browser: Browser, calendar: Any) -> None:
    booking = world.book(world.link(calendar, label="Fair"), NINE, name="Zoë", answers=(("Dog?", "Rex"),))
    world.cancel(booking)
    assert "Rex" in str(read(browser, "?show=cancelled"))
    browser.change(f"/bookings/{booking.id}/erase")
    (line,) = read(browser, "?show=cancelled")
    assert list(line) == HEAD
    assert (line["name"], line["email"], line["for"], line["date"]) == ("", "", "", "2026-11-30")
