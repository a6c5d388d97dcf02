"""The places of the settings and of the account, as tabs: which is marked, and who sees which."""

import re

import pytest
from support.world import Browser, World

from models import Owner


def tabs(browser: Browser, path: str) -> list[list[str]]:
    """Return the marked tabs of each row of tabs on the page."""
    rows = re.findall(r'<nav class="tabs\b.*?</nav>', browser.get(path).text, re.DOTALL)
    return [re.findall(r'aria-current="\w+">([^<]+)</a>', row) for row in rows]


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/settings/calendars", [["Calendars"]]),
        ("/settings/busy", [["Busy times"], ["Blocked times"]]),
        ("/settings/sources", [["Busy times"], ["Other calendars"]]),
        ("/settings/mail", [["Notifications"], ["Mail"]]),
        ("/settings/feed", [["Notifications"], ["Feed"]]),
        ("/settings/look", [["Look"]]),
        ("/settings/profile", [["Profile"]]),
        ("/settings/browsers", [["Browsers"]]),
        ("/settings/people", [["People"]]),
        ("/settings/privacy", [["Privacy"]]),
    ],
)
def test_the_place_of_each_page_is_marked(browser: Browser, path: str, marked: list[list[str]]) -> None:
    assert tabs(browser, path) == marked


def test_the_account_is_behind_the_face_and_no_part_of_the_settings(browser: Browser) -> None:
    page = browser.get("/settings/profile").text
    assert not re.search(r'aria-current="\w+">Settings</a>', page)
    assert re.search(r'aria-current="\w+">Settings</a>', browser.get("/settings/look").text)


def test_people_are_for_managers(world: World, owner: Owner, browser: Browser) -> None:
    assert ">People</a>" in browser.get("/settings/profile").text
    world.execute("UPDATE owners SET role = 'member'")
    assert ">People</a>" not in browser.get("/settings/profile").text
