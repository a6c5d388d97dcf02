"""A session that ended while somebody typed: nothing typed is lost, and nothing is sent for somebody else."""

import html
import re

import pytest
import time_machine
from support.world import HTMX, PASSWORD, Browser, World

from accounts.password_resets import create_reset
from models import Owner

PROFILE = {"name": 'Olivia "<b>', "contact": "call\n& write", "timezone": "Europe/Rome"}


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def ended(browser: Browser, frozen: time_machine.Traveller) -> dict[str, str]:
    """Open the profile, let the session end, press Save; return the hidden fields of the page that follows."""
    browser.get("/settings/profile")
    frozen.shift(30 * 86400)
    answer = browser.change("/settings/profile", PROFILE | {"new_password": "not this"})
    assert answer.status_code == 401
    assert re.search('class="notice warn"[^>]*>[^<]*Sign in, then send it again', answer.text)
    return hidden(answer.text)


def test_what_was_typed_is_sent_after_signing_in_again(
    world: World, owner: Owner, browser: Browser, frozen: time_machine.Traveller
) -> None:
    carried = ended(browser, frozen)
    wrong = browser.post("/login", data=carried | {"email": owner.email, "password": "wrong"})
    assert wrong.status_code == 422
    assert hidden(wrong.text)["carried"] == carried["carried"]
    again = browser.post("/login", data=hidden(wrong.text) | {"email": owner.email, "password": PASSWORD})
    assert again.status_code == 200
    assert 'action="/settings/profile"' in again.text
    fields = hidden(again.text)
    assert {name: fields[name] for name in PROFILE} == PROFILE
    assert "new_password" not in fields
    assert "call &amp; write" not in browser.get("/settings/profile").text
    sent = browser.post("/settings/profile", data=fields | {"contact": "call & write"})
    assert sent.status_code == 303
    assert sent.location == "/settings/profile"
    assert "call &amp; write" in browser.get("/settings/profile").text


def test_another_owner_gets_nothing_of_it(
    world: World, owner: Owner, browser: Browser, frozen: time_machine.Traveller
) -> None:
    other = world.owner("oscar@example.com")
    answer = browser.post("/login", data=ended(browser, frozen) | {"email": other.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert "was not saved" in browser.get(answer.location).text


@pytest.mark.parametrize("carried", ["x", "WzEsImh0dHBzOi8vZXZpbCIsW11d.aaaa.bbbb", "\0"])
def test_what_the_server_did_not_sign_is_ignored(world: World, owner: Owner, carried: str) -> None:
    answer = world.browser().change("/login", {"email": owner.email, "password": PASSWORD, "carried": carried})
    assert answer.status_code == 303
    assert answer.location == "/settings/calendars"


def test_to_htmx_the_answer_is_401_and_the_page_stays(
    browser: Browser, owner: Owner, frozen: time_machine.Traveller
) -> None:
    browser.get("/settings/profile")
    frozen.shift(30 * 86400)
    answer = browser.change("/settings/calendars/new/preview", {}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Reswap"], answer.text) == (401, "none", "")


def test_a_part_of_a_page_is_not_replaced_by_the_sign_in(
    world: World, browser: Browser, owner: Owner, frozen: time_machine.Traveller
) -> None:
    path = f"/settings/links/{world.row(world.link(world.calendar(owner))).id}?tab=text&part=share"
    assert browser.get(path, headers=HTMX).status_code == 200
    frozen.shift(30 * 86400)
    assert browser.get(path, headers=HTMX).status_code == 401
    assert browser.get("/settings/calendars").location == "/login"
    assert world.browser().get(path, headers=HTMX).headers["HX-Redirect"] == "/login"


def test_a_password_that_was_forgotten_meanwhile_is_set_in_another_tab(
    world: World, owner: Owner, browser: Browser, frozen: time_machine.Traveller
) -> None:
    carried = ended(browser, frozen)
    with world.inside():
        reset = create_reset(owner.email)
    assert browser.change(f"/reset/{reset}", {"password": "a new and longer one"}).location == "/login"
    form = {"email": owner.email, "password": "a new and longer one"}
    assert browser.change("/login", form).status_code == 303  # there, too
    again = browser.post("/login", data=carried | form)
    assert again.status_code == 200
    assert hidden(again.text)["contact"] == PROFILE["contact"]


def test_a_stranger_and_a_wrong_csrf_token_are_sent_to_the_login(
    world: World, browser: Browser, owner: Owner, frozen: time_machine.Traveller
) -> None:
    assert world.browser().change("/settings/profile", PROFILE).location == "/login"
    browser.get("/settings/profile")
    frozen.shift(30 * 86400)
    assert browser.post("/settings/profile", data=PROFILE | {"csrf_token": "x"}).location == "/login"
