"""The main job in Firefox, by WebDriver BiDi. It has no touch events and no CDP, so nothing here taps or throttles."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from support import firefox
from support.browser_steps import expect_confirmed, expect_spent, fill_and_book, open_menu, pick_a_time, set_up, share
from support.server_process import Server
from support.slow_line import slow_line

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


def alarms(page: Page) -> list[str]:
    """Note from now on what a page says aloud as an alarm, until it is left; return the list that grows."""
    said: list[str] = []
    page.expose_function("noteAlarm", lambda text: said.append(text))
    page.evaluate("""() => {
        const shown = () => [...document.querySelectorAll('[role=alert], [aria-live=assertive]')]
            .filter((it) => it.checkVisibility() && it.textContent.trim());
        new MutationObserver(() => shown().forEach((it) => noteAlarm(it.textContent)))
            .observe(document, {subtree: true, childList: true, attributes: true});
    }""")
    return said


def test_saving_a_calendar_right_after_typing_raises_no_alarm(server: Server, person: Visitor) -> None:
    owner = person()
    set_up(owner, server)
    with slow_line(server.address, {b"POST /settings/calendars/1 ": 3, b"HX-Request": 1.5}) as slow:
        owner.goto(f"{slow}/settings/calendars/1")
        said = alarms(owner)
        name = owner.get_by_label("Name", exact=True)
        name.click()
        name.press_sequentially("er")
        owner.get_by_role("button", name="Save", exact=True).click()
        expect(owner.get_by_role("status")).to_have_text("“30-minute meetinger” was saved.")
        assert said == []


def test_a_time_that_is_tapped_after_a_slow_day_counts(server: Server, person: Visitor) -> None:
    owner = person()
    set_up(owner, server)
    link = share(owner)
    with slow_line(server.address, {b"HX-Request": 1.5}) as slow:
        jane = person()
        jane.goto(link.replace(server.address, slow))
        said = alarms(jane)
        start = jane.locator("[data-start]").first.get_attribute("data-start")
        jane.locator(".days .free").nth(1).click()
        jane.wait_for_timeout(300)
        jane.locator("[data-start]").first.click()
        expect(jane.get_by_label("Your name")).to_be_visible()
        jane.wait_for_timeout(2000)
        assert f"start={start}" in jane.url
        assert said == []


def test_without_anchors_the_menu_is_no_bar_over_a_wide_window(server: Server, playwright: Playwright) -> None:
    browser = launch(playwright, **{"layout.css.anchor-positioning.enabled": False})
    try:
        owner = browser.new_context(viewport={"width": 1280, "height": 700}).new_page()
        set_up(owner, server)
        open_menu(owner)
        box = owner.locator("#list .menu").first.bounding_box()
        assert box
        assert box["width"] < 300
        assert box["x"] > 900
    finally:
        browser.close()
