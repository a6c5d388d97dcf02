"""The browsers in which an owner is signed in: seen to the day, ended one by one or all others at once."""

import re

import pytest
import time_machine
from flask_migrate import downgrade, upgrade
from support.world import PASSWORD, Browser, World

from models import Owner
from parsing.user_agents import browser_name

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


def sign_in(world: World, owner: Owner, user_agent: str) -> Browser:
    browser = world.browser()
    form = {"email": owner.email, "password": PASSWORD}
    assert browser.change("/login", form, headers={"User-Agent": user_agent}).status_code == 303
    return browser


def shown(browser: Browser) -> list[str]:
    page = browser.get("/settings/browsers").text
    return [
        " ".join(re.sub("<[^>]*>", " ", item).split()) for item in re.findall(r"<li class=.row.*?</li>", page, re.S)
    ]


def test_each_browser_is_listed_with_its_first_moment_and_its_last_day(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    laptop = sign_in(world, owner, FIREFOX)
    frozen.shift(86400)
    phone = sign_in(world, owner, IPHONE)
    frozen.shift(86400)
    laptop.get("/bookings")
    assert shown(laptop) == [
        "Firefox, Linux this one Since 30 Nov 2026, 8:00, last used on Wednesday, 2 December 2026.",
        "Safari, iPhone Since 1 Dec 2026, 8:00, last used on Tuesday, 1 December 2026. Sign out",
    ]
    assert 'href="/settings/browsers"' in phone.get("/settings/profile").text


def test_one_is_ended_and_the_others_stay(world: World, owner: Owner) -> None:
    first, second, third = (sign_in(world, owner, FIREFOX) for _ in range(3))
    ((second_id,),) = world.execute("SELECT id FROM browser_sessions ORDER BY id LIMIT 1 OFFSET 1")
    assert first.change(f"/settings/browsers/{second_id}/end").status_code == 303
    assert [each.get("/bookings").status_code for each in (first, second, third)] == [200, 303, 200]
    assert first.change(f"/settings/browsers/{second_id}/end").status_code == 404


def test_all_others_are_ended_at_once_and_nobody_elses(world: World, owner: Owner) -> None:
    stranger = world.signed_in(world.owner("oscar@example.com"))
    browsers = [sign_in(world, owner, FIREFOX) for _ in range(3)]
    assert browsers[1].change("/settings/browsers/end").status_code == 303
    assert [each.get("/bookings").status_code for each in [*browsers, stranger]] == [303, 200, 303, 200]
    assert "Sign out all others" not in browsers[1].get("/settings/browsers").text


def test_the_first_use_of_a_day_renews_a_session_and_the_next_ones_write_nothing(
    world: World, browser: Browser, frozen: time_machine.Traveller
) -> None:
    frozen.shift(86400)
    browser.get("/login")
    before = world.dump()
    browser.get("/bookings")
    renewed = world.dump()
    assert renewed != before
    for path in ("/bookings", "/settings/calendars"):
        browser.get(path)
    assert world.dump() == renewed


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.14", ""),
        ("", ""),
        ("\0<script>" * 1000, ""),
    ],
)
def test_the_names_of_browsers(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_the_migration_keeps_sessions_and_can_be_taken_back(world: World, browser: Browser) -> None:
    with world.inside():
        downgrade(revision="0021")
        upgrade()
    assert browser.get("/bookings").status_code == 200
    assert world.signed_in(world.owner("oscar@example.com")).get("/bookings").status_code == 200
    assert "Unknown browser this one Since 30 Nov 2026, 8:00" in shown(browser)[0]
