"""Settings → Calendars."""

import re
from typing import Any

import pytest
from world import Browser, World, at

from database import db
from models import Calendar, Owner
from scheduling.hours import read_availability, write_windows

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


def fields(**changes: Any) -> dict[str, Any]:
    """Return a calendar's form as a browser sends it."""
    hours = {f"hours_{day}": "9:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")} | {
        "hours_sat": "",
        "hours_sun": "",
    }
    return (
        {"name": "Visit", "duration": "30", "step": "30", "timezone": "Europe/Berlin", "is_open": "y"} | hours | changes
    )


def calendars(world: World) -> list[Calendar]:
    with world.inside():
        return list(db.session.scalars(db.select(Calendar).order_by(Calendar.id)))


def test_the_list_shows_each_calendar_with_its_menu_and_how_its_links_are_doing(
    world: World, owner: Owner, browser: Browser
) -> None:
    assert "You have no calendar yet" in browser.get("/settings/calendars").text
    calendar = world.calendar(owner)
    world.book(world.link(calendar), NINE)
    for _ in range(3):
        world.link(calendar)
    page = browser.get("/settings/calendars").text
    assert "3 links waiting · 1 booked" in page
    for item in ("Share", "Links", "Edit", "Delete"):
        assert f">{item}<" in page


def test_creating_a_calendar(world: World, browser: Browser) -> None:
    answer = browser.change("/settings/calendars/new", fields(hours_sat="10-12, 13:30 - 24:00", description="a\r\nb"))
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    (calendar,) = calendars(world)
    assert (calendar.name, calendar.duration, calendar.horizon, calendar.link_days) == ("Visit", 30, 60, 90)
    assert write_windows(calendar.availability.week[5]) == "10:00-12:00, 13:30-24:00"
    assert calendar.availability.week[6] == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("name", "a\0"), ("description", "x" * 2001), ("location", "x" * 501),
        ("duration", "0"), ("duration", "1441"), ("duration", "half"), ("duration", ""), ("duration", "9" * 5000),
        ("step", "0"), ("step", "-5"), ("timezone", "Mars/Olympus"), ("timezone", ""),
        ("hours_mon", "9-12, 11-13"), ("hours_mon", "17-9"), ("hours_mon", "9"), ("hours_mon", "9:00-25:00"),
        ("hours_mon", "9:60-10:00"), ("hours_mon", "\0"), ("hours_mon", "x" * 10_000), ("hours_mon", "9:00-9:00"),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_calendar_is_told_and_nothing_is_lost(
    world: World, owner: Owner, browser: Browser, name: str, value: str
) -> None:
    calendar = world.calendar(owner)
    for path in ("/settings/calendars/new", f"/settings/calendars/{calendar.id}"):
        answer = browser.change(path, fields(**{name: value}))
        assert answer.status_code == 422
        assert f'href="#{name}"' in answer.text
        assert 'value="9:00-17:00"' in answer.text
    (kept,) = calendars(world)
    assert kept.name == "30-minute meeting"


def test_editing_keeps_appointments_and_what_the_form_does_not_show(
    world: World, owner: Owner, browser: Browser
) -> None:
    availability = read_availability(["mon-fri 09:00-17:00"], ["2026-12-24 closed"])
    calendar = world.calendar(
        owner, availability=availability, buffer_after=10, min_notice=60, horizon=30, daily_limit=3
    )
    booking = world.book(world.link(calendar), TEN)
    answer = browser.change(f"/settings/calendars/{calendar.id}", fields(hours_mon="", is_open=""))
    assert answer.status_code == 303
    (kept,) = calendars(world)
    assert (kept.name, kept.is_open, kept.availability.week[0]) == ("Visit", False, ())
    assert (kept.buffer_after, kept.min_notice, kept.horizon, kept.daily_limit) == (10, 60, 30, 3)
    assert kept.availability.overrides == availability.overrides
    assert [b.starts_at for b in world.bookings()] == [booking.starts_at]


def test_an_old_zone_name_stays_when_the_form_is_saved(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, timezone="Asia/Calcutta")
    page = browser.get(f"/settings/calendars/{calendar.id}").text
    assert re.search(r'<option selected value="Asia/Calcutta"', page)


def test_a_calendar_whose_links_are_out_is_archived_and_can_be_restored(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    world.book(world.link(calendar), NINE)
    assert "archive" in browser.get(f"/settings/calendars/{calendar.id}/delete").text
    assert browser.change(f"/settings/calendars/{calendar.id}/delete").status_code == 303
    assert "Archived calendars (1)" in browser.get("/settings/calendars").text
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert len(world.bookings()) == 1
    assert browser.change(f"/settings/calendars/{calendar.id}/links").status_code == 409
    assert browser.change(f"/settings/calendars/{calendar.id}/restore").status_code == 303
    assert world.browser().get(f"/b/{token}").status_code == 200


def test_a_calendar_without_links_is_deleted_for_good(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    assert "for good" in browser.get(f"/settings/calendars/{calendar.id}/delete").text
    browser.change(f"/settings/calendars/{calendar.id}/delete")
    assert calendars(world) == []
    assert browser.get(f"/settings/calendars/{calendar.id}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, "9" * 30, "9" * 5000, "1e3", "%00", "²"])
def test_an_id_that_is_none_is_404(world: World, browser: Browser, number: str) -> None:
    assert browser.get(f"/settings/calendars/{number}").status_code == 404
    assert browser.change(f"/settings/links/{number}/revoke").status_code == 404
