"""The share dialog, and the list of links."""

import re
from dataclasses import replace

import pytest
from support.world import HTMX, Browser, World, at

from models import Owner
from scheduling import links

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


def address_in(text: str) -> str:
    found = re.search(r'id="address"[^>]*value="([^"]+)"', text)
    assert found
    return found[1]


def test_share_makes_a_fresh_link_in_a_dialog_or_on_a_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    path = f"/settings/calendars/{calendar.id}/links"
    page = browser.change(path)
    assert page.status_code == 200
    dialog = browser.change(path, headers=HTMX)
    assert dialog.text.lstrip().startswith("<dialog")
    for text in (page.text, dialog.text):
        assert "Works for one booking, then expires. Links you made before stay as they are." in text
        assert world.browser().get(address_in(text)).status_code == 200
    assert address_in(page.text) != address_in(dialog.text)


def test_links_begin_with_the_base_url_whatever_host_the_request_names(
    world: World, owner: Owner, browser: Browser
) -> None:
    config = world.app.config["BOOKONCE"]
    world.app.config["BOOKONCE"] = replace(config, base_url="https://book.example")
    calendar = world.calendar(owner)
    page = browser.change(
        f"/settings/calendars/{calendar.id}/links", headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    )
    assert address_in(page.text).startswith("https://book.example/b/")


def test_a_closed_calendar_can_not_be_shared(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, is_open=False)
    answer = browser.change(f"/settings/calendars/{calendar.id}/links")
    assert answer.status_code == 409
    assert "is closed" in answer.text
    assert world.execute("SELECT count(*) FROM links") == [(0,)]


def test_the_links_page_lists_links_and_the_person_who_booked(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    assert "This calendar has no links yet" in browser.get(f"/settings/calendars/{calendar.id}/links").text
    world.book(world.link(calendar, label="Jane"), NINE)
    world.link(calendar, label="Spare")
    page = browser.get(f"/settings/calendars/{calendar.id}/links").text
    for words in ("Jane", "Booked", "Spare", "Waiting", "jane@example.com", "Mon 30 Nov, 10:00"):
        assert words in page
    assert page.count("data-copies=") == page.count("</svg> Revoke<") == 1


def test_an_active_link_can_be_copied_again(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    link = world.row(token)
    assert address_in(browser.get(f"/settings/links/{link.id}").text) == f"http://localhost/b/{token}"
    world.book(token, NINE)
    spent = browser.get(f"/settings/links/{link.id}").text
    assert token not in spent
    assert "can’t be booked with any more" in spent


def test_a_link_can_be_labelled(world: World, owner: Owner, browser: Browser) -> None:
    link = world.row(token := world.link(world.calendar(owner)))
    path = f"/settings/links/{link.id}/label"
    assert browser.change(path, {"label": " Jane "}).status_code == 303
    assert world.row(token).label == "Jane"
    assert browser.change(path, {"label": "John"}, headers=HTMX).text == "Saved"
    for wrong in ("x" * 201, "a\0b"):
        assert browser.change(path, {"label": wrong}).status_code == 422
        assert browser.change(path, {"label": wrong}, headers=HTMX).status_code == 422
    assert world.row(token).label == "John"


def test_only_an_active_link_can_be_revoked(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    path = f"/settings/links/{world.row(token).id}/revoke"
    assert browser.change(path).location == f"/settings/calendars/{calendar.id}/links"
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert browser.change(path).status_code == 409
    used = world.link(calendar)
    world.book(used, NINE)
    expired = world.link(calendar, days=0)
    for other in (used, expired):
        before = world.dump()["links"]
        assert browser.change(f"/settings/links/{world.row(other).id}/revoke").status_code == 409
        assert world.dump()["links"] == before


@pytest.mark.slow
def test_many_links_come_page_by_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    with world.inside():
        links.create_links(world.key, owner.id, calendar.id, count=120)
    path, seen = f"/settings/calendars/{calendar.id}/links", 0
    while path:
        page = browser.get(path).text
        seen += page.count("</svg> Revoke<")
        older = re.search(r'href="([^"]+before=\d+)"', page)
        path = older[1] if older else ""
    assert seen == 120
    for odd in ("nope", "-1", "9" * 400, "%00", "²"):
        assert browser.get(f"/settings/calendars/{calendar.id}/links?before={odd}").status_code == 200
