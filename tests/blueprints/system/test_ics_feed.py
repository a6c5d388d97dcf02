"""The owner's feed: all appointments at a private address, asked for again and again."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from support import strict_ical
from support.server_process import KEY
from support.world import Browser, World, at

from models import Owner

NINE, TEN, ELEVEN = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 11:00")


@pytest.fixture
def path(browser: Browser) -> str:
    """The path of Olivia's feed."""
    assert browser.change("/settings/feed").status_code == 303
    return feed_path(browser)


def feed_path(browser: Browser) -> str:
    address = re.search(
        r'id="feed-address" type="text" readonly value="http://localhost([^"]+)"', browser.get("/settings/feed").text
    )
    assert address
    return address[1]


def test_it_has_all_appointments_that_take_place(world: World, owner: Owner, path: str) -> None:
    first, second = world.calendar(owner, location="Room 5"), world.calendar(owner, name="Visit")
    booking = world.book(world.link(first), NINE)
    world.book(world.link(second), TEN, name="John")
    world.cancel(world.book(world.link(second), ELEVEN))
    other = world.calendar(world.owner("oscar@example.com"))
    world.book(world.link(other), NINE, name="Not hers")
    answer = world.browser().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Set-Cookie" not in answer.headers
    calendar = strict_ical.read(answer.data)
    assert calendar.method is None
    events = [(event.summary, event.dtstart, event.location) for event in calendar.events]
    assert events == [("30-minute meeting with Jane Doe", NINE, "Room 5"), ("Visit with John", TEN, None)]
    event = calendar.events[0]
    assert event.uid == f"{booking.uid}@bookonce"
    assert "jane@example.com\n+49 30 1\n\nAbout\nthe garden\n\nhttp://localhost/bookings/1" in str(event.description)
    assert world.manage_token(booking) not in answer.text


def test_an_empty_feed_is_a_calendar_too(world: World, path: str) -> None:
    assert strict_ical.read(world.browser().get(path).data).events == []


def test_what_did_not_change_is_not_sent_again(world: World, owner: Owner, path: str) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    browser = world.browser()
    tag = browser.get(path).headers["ETag"]
    again = browser.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert browser.head(path).headers["ETag"] == tag
    changes: list[Callable[[], object]] = [
        lambda: world.move(booking, TEN),
        lambda: world.execute("UPDATE calendars SET location = 'Room 6'"),
        lambda: world.execute("UPDATE calendars SET name = 'Visit'"),
        lambda: world.execute("UPDATE owners SET name = 'O.'"),
        lambda: world.execute("UPDATE bookings SET notes = 'other'"),
        lambda: world.cancel(booking),
    ]
    for change in changes:
        change()
        answer = browser.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != tag
        tag = answer.headers["ETag"]


def test_what_is_over_stays_for_a_year(world: World, owner: Owner, path: str, frozen: time_machine.Traveller) -> None:
    world.book(world.link(world.calendar(owner)), NINE)
    frozen.move_to(NINE + timedelta(days=364))
    assert b"BEGIN:VEVENT" in world.browser().get(path).data
    frozen.shift(timedelta(days=2))
    assert b"BEGIN:VEVENT" not in world.browser().get(path).data


def test_a_new_address_makes_the_old_one_lead_nowhere(world: World, browser: Browser, path: str) -> None:
    browser.change("/settings/feed")
    renewed = feed_path(browser)
    assert renewed != path
    assert [world.browser().get(each).status_code for each in (path, renewed)] == [404, 200]
    browser.change("/settings/feed/end")
    assert world.browser().get(renewed).status_code == 404
    assert "There is no address yet." in browser.get("/settings/feed").text


def test_the_database_holds_a_hash_only(world: World, path: str) -> None:
    assert path.removeprefix("/feed/").removesuffix(".ics") not in str(world.dump())


def test_one_made_with_another_key_works_and_can_be_replaced(
    database_url: str, app_on: Callable[..., Flask], world: World, owner: Owner, browser: Browser, path: str
) -> None:
    other = World(app_on(database_url, SECRET_KEY=KEY[::-1]))
    browser = other.signed_in(owner)
    assert "can’t be shown again" in browser.get("/settings/feed").text
    assert other.browser().get(path).status_code == 200
    browser.change("/settings/feed")
    assert other.browser().get(path).status_code == 404
    assert other.browser().get(feed_path(browser)).status_code == 200


def test_the_feeds_page_has_a_webcal_address_too(world: World, owner: Owner, browser: Browser) -> None:
    browser.change("/settings/feed")
    page = browser.get("/settings/feed").text
    token = re.search(r'value="http://localhost/feed/(\w+)\.ics"', page)
    assert token
    assert f'href="webcal://localhost/feed/{token[1]}.ics"' in page
