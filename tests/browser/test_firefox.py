"""The main job in Firefox, by WebDriver BiDi. It has no touch events and no CDP, so nothing here taps or throttles:
a slow line is a request that is held back."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect
from support import firefox
from support.browser_steps import expect_confirmed, expect_spent, fill_and_book, open_menu, pick_a_time, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]
pytestmark = pytest.mark.slow


def launch(playwright: Playwright, **prefs: Any) -> Browser:
    path = firefox.find()
    assert path, firefox.HELP
    return playwright.firefox.launch(channel="moz-firefox", executable_path=path, firefox_user_prefs=prefs)


@pytest.fixture(scope="module")
def fox(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def person(fox: Browser) -> Iterator[Visitor]:
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        contexts.append(fox.new_context(**({"timezone_id": "Europe/Berlin", "locale": "en-GB"} | options)))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def test_a_link_is_shared_booked_once_and_spent(server: Server, person: Visitor) -> None:
    owner = person()
    set_up(owner, server)
    link = share(owner)
    owner.get_by_role("button", name="Copy", exact=True).click()
    expect(owner.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    jane = person(timezone_id="America/New_York")
    jane.goto(link)
    pick_a_time(jane)
    jane.get_by_role("button", name=re.compile("^Book ")).click()
    expect(jane.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    fill_and_book(jane)
    expect_confirmed(jane)
    expect_spent(person(), link)


def test_saving_raises_no_alarm_while_the_answer_is_on_its_way(server: Server, person: Visitor) -> None:
    owner = person()
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1")
    held: list[Route] = []
    owner.route(re.compile(r"/preview$|/calendars/1$"), lambda route: held.append(route))
    owner.get_by_label("Monday", exact=True).press_sequentially(" ")
    while not held:
        owner.wait_for_timeout(50)
    owner.get_by_role("button", name="Save", exact=True).click(no_wait_after=True)
    while len(held) < 2:
        owner.wait_for_timeout(50)
    owner.wait_for_timeout(400)
    seen = owner.locator("#trouble").is_visible()
    held[-1].continue_()
    expect(owner.get_by_text("was saved")).to_be_visible()
    assert not seen


def test_of_a_day_and_then_a_time_on_a_slow_line_the_time_counts(server: Server, person: Visitor) -> None:
    owner = person()
    set_up(owner, server)
    jane = person()
    jane.goto(share(owner))
    held: list[Route] = []
    jane.route(re.compile(r"/b/.+\?date="), lambda route: held.append(route))
    jane.locator(".days .free").last.click()
    while not held:
        jane.wait_for_timeout(50)
    jane.locator("[data-start]").first.click(no_wait_after=True)
    expect(jane.get_by_label("Your name")).to_be_visible()


def test_without_anchors_the_menu_is_no_bar_over_a_wide_window(server: Server, playwright: Playwright) -> None:
    browser = launch(playwright, **{"layout.css.anchor-positioning.enabled": False})
    try:
        owner = browser.new_context(viewport={"width": 1280, "height": 700}).new_page()
        set_up(owner, server)
        open_menu(owner)
        box = owner.locator(".menu").bounding_box()
        assert box
        assert box["width"] < 300
        assert box["x"] > 900
    finally:
        browser.close()
