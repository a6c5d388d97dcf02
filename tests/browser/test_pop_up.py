"""The share pop-up on a slow line, and after a session that ended."""

import contextlib
import re
import sqlite3
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect
from support.browser_steps import PASSWORD, open_menu, set_up, share
from support.server_process import Server

Visitor = Callable[..., Page]


def end_sessions(server: Server) -> None:
    with contextlib.closing(sqlite3.connect(server.database_file)) as database, database:
        database.execute("DELETE FROM browser_sessions")


def test_a_menu_opened_while_the_list_is_read_again_stays_open(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    share(owner)
    held: list[Route] = []
    owner.route(re.compile(r"/settings/calendars$"), lambda route: held.append(route))
    owner.keyboard.press("Escape")
    while not held:
        owner.wait_for_timeout(50)
    open_menu(owner)
    owner.get_by_role("link", name="Edit").focus()
    held[0].continue_()
    expect(owner.locator("#list")).to_contain_text("1 waiting")
    expect(owner.get_by_role("link", name="Edit")).to_be_focused()
    expect(owner.locator("#list .menu")).to_be_visible()


def test_a_session_that_ended_behind_the_pop_up_loses_nothing(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    share(owner)
    end_sessions(server)
    owner.get_by_label("For whom").fill("Jane")
    owner.get_by_role("button", name="Done").click()
    expect(owner.get_by_text("You were signed out in the meantime. Nothing was saved.")).to_be_visible()
    with owner.expect_popup() as other:
        owner.get_by_role("link", name="Sign in in a new tab").click()
    other.value.get_by_label("Email").fill("olivia@example.com")
    other.value.get_by_label("Password").fill(PASSWORD)
    other.value.get_by_role("button", name="Sign in").click()
    expect(other.value.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()
    owner.get_by_role("button", name="Done").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()
    owner.goto(f"{server.address}/settings/calendars/1/links")
    expect(owner.get_by_role("heading", name="Jane")).to_be_visible()


def test_share_is_carried_on_by_signing_in_and_an_open_pop_up_stays(server: Server, visitor: Visitor) -> None:
    owner = visitor()
    set_up(owner, server)
    end_sessions(server)
    owner.get_by_role("button", name="Share “30-minute meeting”").click()
    expect(owner.get_by_text("Sign in, then send it again")).to_be_visible()
    owner.get_by_label("Email").fill("olivia@example.com")
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_role("button", name="Sign in").click()
    owner.get_by_role("button", name="Send it now").click()
    address = owner.get_by_label("The link’s address").input_value()
    owner.goto(f"{server.address}/settings/calendars")
    assert share(owner) == address
    end_sessions(server)
    owner.get_by_role("link", name="Email", exact=True).click()
    expect(owner.get_by_text("You were signed out in the meantime. Nothing was saved.")).to_be_visible()
    expect(owner.get_by_label("The link’s address")).to_have_value(address)
