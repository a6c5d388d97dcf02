"""Settings → Busy times → Other calendars: connecting one, what is said of it, and how a failure is put right."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from support.feed_server import FeedServer, calendar
from support.sources import Sources, add_source_row
from support.world import Browser, World
from werkzeug.test import TestResponse

from database import utcnow
from models import Owner

LUNCH = "SUMMARY:Lunch\nDTSTART:20261203T080000Z\nDTEND:20261203T090000Z"
PATH = "/settings/sources"

pytestmark = pytest.mark.real_time


@pytest.fixture(autouse=True)
def open_network(sources: Sources) -> None:
    """127.0.0.0/8 is allowed."""


def words(answer: TestResponse) -> str:
    """Return what is on the page, without marks that isolate names."""
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2])
    return re.sub("[\u2066-\u2069]", "", " ".join(unescape(text).split()))


def rows(world: World) -> int:
    return len(world.dump()["sources"])


def test_a_calendar_is_connected_and_says_what_was_read(browser: Browser, feeds: FeedServer) -> None:
    assert "No calendar is connected." in words(browser.get(PATH))
    address = feeds.serve(calendar(coming(LUNCH), "SUMMARY:Odd\nDTSTART:never"))
    answer = browser.change(PATH, {"kind": "ics", "address": address, "name": "Work"}, follow_redirects=True)
    said = words(answer)
    assert "“Work” is connected." in said
    assert "1 busy time until" in said
    assert "Last read" in said
    assert "1 thing was not understood “Odd”: its start can't be read, so it does not count." in said


def coming(event: str) -> str:
    """Return the event a day from now, since the server that reads it has the real time."""

    day = f"{utcnow() + timedelta(days=1):%Y%m%d}"
    return event.replace("20261203", day)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"address": ""}, "Enter the address."),
        ({"address": "not an address"}, "This is not an address"),
        ({"address": "https://10.0.0.1/x.ics"}, "10.0.0.1 is not on the public internet."),
        ({"address": "x" * 2001}, "2000"),
        ({"kind": "gopher", "address": "https://a.example/"}, "Not a valid choice"),
        ({"kind": "caldav", "address": "https://a.example/"}, "Enter the password."),
    ],
)
def test_what_can_not_be_connected_is_told_and_nothing_typed_is_lost(
    world: World, browser: Browser, sent: dict[str, str], said: str
) -> None:
    answer = browser.change(PATH, {"kind": "ics", "name": "My work", "username": "jane"} | sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert all(f'value="{value}"' in answer.text for value in ("My work", "jane"))
    assert rows(world) == 0


def test_a_web_page_instead_of_a_calendar_is_told(world: World, browser: Browser, feeds: FeedServer) -> None:
    answer = browser.change(PATH, {"kind": "ics", "address": feeds.serve(b"<html>Sign in</html>")})
    assert answer.status_code == 422
    assert "This address answers with a web page, not with a calendar." in words(answer)
    assert rows(world) == 0


def test_a_failure_is_told_with_what_to_do_and_ends_with_a_new_address(
    world: World, browser: Browser, feeds: FeedServer
) -> None:
    browser.change(PATH, {"address": feeds.serve(calendar(coming(LUNCH)))})
    ((source_id, *_),) = world.dump()["sources"]
    feeds.serve(b"", status=404)
    said = words(browser.change(f"{PATH}/{source_id}/read", follow_redirects=True))
    assert "It could not be read." in said
    assert "There is no calendar at this address (404)." in said
    assert "1 busy time" in said
    assert "1 of your other calendars can’t be read" in words(browser.get("/bookings"))
    assert browser.change(f"{PATH}/{source_id}", {"address": feeds.url(), "name": "Work"}).status_code == 422
    feeds.serve(calendar(coming(LUNCH)), "/new.ics")
    browser.change(f"{PATH}/{source_id}", {"address": feeds.url("/new.ics"), "name": "Work"})
    said = words(browser.get(PATH))
    assert "There is no calendar" not in said
    assert "Work" in said
    assert "can’t be read" not in words(browser.get("/bookings"))


def test_a_failure_is_told_everywhere_after_a_day(world: World, owner: Owner, browser: Browser) -> None:
    add_source_row(world, owner.id)
    world.execute("UPDATE sources SET problem = 'server', failing_since = :at", at="2020-01-01 00:00:00.000000")
    assert "can’t be read" in words(browser.get("/settings/calendars"))
    world.execute("UPDATE sources SET failing_since = :at", at="2200-01-01 00:00:00.000000")
    assert "can’t be read" not in words(browser.get("/settings/calendars"))


def test_after_a_change_of_key_the_page_says_connect_again(world: World, owner: Owner, browser: Browser) -> None:
    source_id = add_source_row(world, owner.id)
    world.execute("UPDATE sources SET secret = :secret", secret=b"x" * 60)
    said = words(browser.change(f"{PATH}/{source_id}/read", follow_redirects=True))
    assert "The server's key has changed" in said
    assert "Connect again" in said


def test_pause_resume_and_remove(world: World, browser: Browser, feeds: FeedServer) -> None:
    browser.change(PATH, {"address": feeds.serve(calendar(coming(LUNCH))), "name": "Work"})
    ((source_id, *_),) = world.dump()["sources"]
    assert "Paused: its busy times do not count." in words(
        browser.change(f"{PATH}/{source_id}/pause", follow_redirects=True)
    )
    assert world.dump()["imported_times"] == []
    assert "“Work” counts again." in words(browser.change(f"{PATH}/{source_id}/resume", follow_redirects=True))
    assert len(world.dump()["imported_times"]) == 1
    assert "“Work” is removed" in words(browser.change(f"{PATH}/{source_id}/delete", follow_redirects=True))
    assert (rows(world), world.dump()["imported_times"]) == (0, [])


@pytest.mark.parametrize("action", ["", "/read", "/pause", "/resume", "/delete"])
def test_another_owners_source_is_not_there(world: World, browser: Browser, action: str) -> None:
    theirs = add_source_row(world, world.owner("other@example.com").id)
    assert browser.change(f"{PATH}/{theirs}{action}").status_code == 404
    assert rows(world) == 1


def test_which_calendars_of_an_account_count_can_be_chosen(world: World, owner: Owner, browser: Browser) -> None:
    source_id = add_source_row(world, owner.id)
    there = [{"href": "/a/", "name": "Work", "counts": True}, {"href": "/b/", "name": "Family", "counts": True}]
    world.execute("UPDATE sources SET kind = 'caldav', calendars = :there", there=json.dumps(there))
    assert browser.get(f"{PATH}/{source_id}").text.count(" checked") == 2 + 1  # and no calendar to write into
    browser.change(f"{PATH}/{source_id}", {"name": "Mine", "calendars": "1", "calendar": "/b/"})
    page = browser.get(f"{PATH}/{source_id}").text
    assert page.count(" checked") == 1 + 1
    assert re.search(r'value="/b/" checked', page)


def test_the_page_of_busy_times_leads_here(browser: Browser) -> None:
    assert f'href="{PATH}"' in browser.get("/settings/busy").text
