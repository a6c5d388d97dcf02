"""The share pop-up: reuse, options, the ways to send a link; also as a page, without JavaScript."""

import re
from urllib.parse import unquote

import pytest
from support.world import HTMX, Browser, World, at, field, z

from models import Calendar, Owner

TEN, EIGHT = at("2026-11-30 10:00"), at("2026-11-30 08:00")


def address_in(text: str) -> str:
    found = re.search(r'id="address"[^>]*value="([^"]+)"', text)
    assert found, text
    return found[1]


@pytest.fixture
def calendar(world: World, owner: Owner) -> Calendar:
    return world.calendar(owner)


@pytest.fixture
def links(calendar: Calendar) -> str:
    return f"/settings/calendars/{calendar.id}/links"


def made(world: World) -> int:
    return int(world.execute("SELECT count(*) FROM links")[0][0])


def test_a_link_that_nobody_has_is_shown_again(world: World, owner: Owner, browser: Browser, links: str) -> None:
    first = address_in(browser.change(links, {"reuse": "1"}).text)
    assert address_in(browser.change(links, {"reuse": "1"}).text) == first
    assert address_in(browser.change(links).text) != first
    assert address_in(world.signed_in(owner).change(links, {"reuse": "1"}).text) != first
    other = world.calendar(owner)
    assert address_in(browser.change(f"/settings/calendars/{other.id}/links", {"reuse": "1"}).text) != first


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("copied", {}),
        ("label", {"label": "Jane"}),
        ("options", {"duration": "45"}),
        ("expiry", {"expires_on": "2026-12-24"}),
        ("revoke", {}),
    ],
)
def test_a_link_that_somebody_may_have_is_not_shown_again(
    world: World, browser: Browser, links: str, path: str, data: dict[str, str]
) -> None:
    first = address_in(browser.change(links, {"reuse": "1"}).text)
    assert browser.change(f"/settings/links/1/{path}", data).status_code < 400
    assert address_in(browser.change(links, {"reuse": "1"}).text) != first


def test_a_link_that_was_used_or_has_expired_is_not_shown_again(world: World, browser: Browser, links: str) -> None:
    first = address_in(browser.change(links, {"reuse": "1"}).text)
    world.book(first.rpartition("/")[2], TEN)
    second = address_in(browser.change(links, {"reuse": "1"}).text)
    assert second != first
    world.execute("UPDATE links SET expires_at = created_at WHERE id = 2")
    assert address_in(browser.change(links, {"reuse": "1"}).text) != second


def test_a_link_that_is_shown_again_lives_as_long_as_a_new_one(
    world: World, browser: Browser, links: str, frozen: object
) -> None:
    browser.change(links, {"reuse": "1"})
    frozen.move_to(at("2026-12-10 07:00"))  # type: ignore[attr-defined]
    assert "10 Mar 2027" in browser.change(links, {"reuse": "1"}).text
    assert made(world) == 1


def test_a_link_is_made_with_an_offer(world: World, browser: Browser, links: str) -> None:
    data = {
        "label": "Jane, fair", "name": "Jane Doe", "email": "jane@example.com", "expires_on": "2026-12-24",
        "duration": "45", "starts": [z(TEN), "2026-12-01T10:00"],
    }  # fmt: skip
    assert browser.change(links, data).status_code == 200
    row = world.execute("SELECT label, name, email, duration, starts, expires_at FROM links")[0]
    assert row[:5] == ("Jane, fair", "Jane Doe", "jane@example.com", 45, "2026-11-30T10:00:00Z 2026-12-01T09:00:00Z")
    assert str(row[5]).startswith("2026-12-24 23:00")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"expires_on": "2026-11-29"}, "This day is over."),
        ({"expires_on": "tomorrow"}, "This is not a date"),
        ({"expires_on": "9999-12-31"}, "too far ahead"),
        ({"earliest": "2026-11-29"}, "This day is over."),
        ({"latest": "2026-11-29"}, "This day is over."),
        ({"earliest": "2026-12-02", "latest": "2026-12-01"}, "before the first day"),
        ({"duration": "0"}, "A whole number from 1 to 1440"),
        ({"duration": "1441"}, "A whole number from 1 to 1440"),
        ({"email": "nowhere"}, "This is not an email address"),
        ({"name": "x" * 201}, "At most 200 characters"),
        ({"label": "a\0b"}, "has a character that"),
        ({"starts": ["2026-11-30T06:00:00Z"]}, "is over"),
        ({"starts": [z(EIGHT)]}, "is not free"),
        ({"starts": ["soon"]}, "This is not a time."),
        ({"starts": ["2027-11-30T10:00:00Z"]}, "further ahead"),
        ({"starts": [z(TEN)], "earliest": "2026-12-01"}, "is not between"),
        ({"starts": [f"2026-12-01T{hour:02}:00:00Z" for hour in range(11)]}, "At most 10"),
    ],
)
def test_what_can_not_be_is_422_names_the_field_and_makes_none(
    world: World, browser: Browser, calendar: Calendar, links: str, wrong: dict[str, object], said: str
) -> None:
    world.book(world.link(calendar), EIGHT)
    for headers in ({}, HTMX):
        answer = browser.change(links, {"label": "Kept"} | wrong, headers=headers)
        assert answer.status_code == 422
        assert said in answer.text
        if "label" not in wrong:
            assert field(answer, "label") == "Kept"
        assert made(world) == 1


def test_options_apply_to_the_link_in_front(world: World, browser: Browser, links: str) -> None:
    address = address_in(browser.change(links).text)
    options = {"label": "Jane", "name": "Jane Doe", "expiry": "never", "duration": "60", "latest": "2026-12-24"}
    answer = browser.change("/settings/links/1/options", options)
    assert address_in(answer.text) == address
    assert made(world) == 1
    row = world.execute("SELECT label, name, expires_at, duration FROM links")[0]
    assert row == ("Jane", "Jane Doe", None, 60)
    refused = browser.change("/settings/links/1/options", options | {"latest": "2026-11-01"})
    assert refused.status_code == 422
    assert '<details class="options" open>' in refused.text
    assert browser.change("/settings/links/1/options", {"expiry": "date"}).status_code == 422
    assert world.execute("SELECT duration FROM links") == [(60,)]
    kept = browser.change("/settings/links/1/options", options | {"expiry": ""})
    assert kept.status_code == 200
    assert world.execute("SELECT expires_at FROM links") == [(None,)]


def test_an_exact_time_that_is_booked_meanwhile_may_stay_in_the_options(
    world: World, browser: Browser, calendar: Calendar, links: str
) -> None:
    browser.change(links, {"starts": [z(TEN)]})
    world.book(world.link(calendar), TEN)
    answer = browser.change("/settings/links/1/options", {"label": "Jane", "starts": [z(TEN)]})
    assert answer.status_code == 200


def test_options_of_a_used_link_are_refused(world: World, browser: Browser, links: str) -> None:
    token = address_in(browser.change(links).text).rpartition("/")[2]
    world.book(token, TEN)
    before = world.dump()["links"]
    assert browser.change("/settings/links/1/options", {"duration": "5"}).status_code == 409
    assert world.dump()["links"] == before


def test_free_times_are_picked_from_what_is_free(
    world: World, browser: Browser, calendar: Calendar, links: str
) -> None:
    world.book(world.link(calendar), EIGHT)
    browser.change(links)
    page = browser.get("/settings/links/2?options=1&times=1").text
    assert f'value="{z(TEN)}"' in page
    assert f'value="{z(EIGHT)}"' not in page
    assert f'value="{z(TEN)}"' not in browser.get("/settings/links/2").text


def test_each_way_to_send_it_is_a_page(world: World, browser: Browser, links: str) -> None:
    address = address_in(browser.change(links, {"name": "Jane Döe & Söhne", "email": "jane+x@example.com"}).text)
    text = browser.get("/settings/links/1?tab=text")
    message = f"Hello Jane Döe & Söhne, here you can pick a time for 30-minute meeting: {address} Olivia Ownerson"
    assert message in text.text.replace("&amp;", "&")
    found = re.search(r'id="sms" href="([^"]+)"', text.text)
    assert found
    assert unquote(found[1].replace("&amp;", "&")) == f"sms:?&body={message}"
    assert "1 text message" in text.text
    mail = browser.get("/settings/links/1?tab=email")
    found = re.search(r'id="mail" href="([^"]+)"', mail.text)
    assert found
    assert found[1].startswith("mailto:jane+x@example.com?subject=Pick%20a%20time%3A%2030-minute%20meeting&amp;body=")
    assert "%0D%0A%0D%0A" in found[1]
    assert "/settings/links/1/qr.svg" in browser.get("/settings/links/1?tab=qr").text
    assert address in browser.get("/settings/links/1?tab=nonsense").text


def test_the_number_in_a_row_of_a_csv_is_where_the_text_message_goes(browser: Browser, links: str) -> None:
    browser.change(f"{links}/batch", {"csv": "name,Telephone\nAnn,+49 (0)170 1\nBob,ask Ann\nCy,\n"})
    for number, to in ((1, "+491701"), (2, ""), (3, "")):
        assert f'href="sms:{to}?&amp;body=' in browser.get(f"/settings/links/{number}?tab=text").text


def test_the_letter_that_makes_it_more_messages_is_named(world: World, browser: Browser, links: str) -> None:
    browser.change(links, {"name": "Łukasz"})
    page = browser.get("/settings/links/1?tab=text").text
    assert "2 text messages" in page
    assert "because of “Ł”" in page


def test_the_wording_is_the_calendars_own(world: World, browser: Browser, calendar: Calendar, links: str) -> None:
    path = f"/settings/calendars/{calendar.id}/wording"
    wording = {
        "text_wording": "Hi {name}! {calendar} {link} {unknown} bis {expires}", "email_subject": "Für {name}",
        "email_wording": "{owner}",
    }  # fmt: skip
    assert browser.change(path, wording).status_code == 303
    address = address_in(browser.change(links, {"label": "Jane {link}, fair", "expires_on": "2026-12-24"}).text)
    text = browser.get("/settings/links/1?tab=text").text
    assert f"Hi Jane {{link}}! 30-minute meeting {address} {{unknown}} bis 24 Dec 2026" in text
    mail = browser.get("/settings/links/1?tab=email").text
    assert 'id="subject" type="text" value="Für Jane {link}"' in mail
    assert ">\nOlivia Ownerson</textarea>" in mail
    assert browser.change(path, {"text_wording": "x" * 2001}).status_code == 422
    assert browser.change(path, dict.fromkeys(wording, "")).status_code == 303
    assert "here you can pick a time" in browser.get("/settings/links/1?tab=text").text


def test_the_qr_code_holds_the_address(world: World, browser: Browser, links: str) -> None:
    browser.change(links)
    code = browser.get("/settings/links/1/qr.svg")
    assert (code.status_code, code.mimetype) == (200, "image/svg+xml")
    assert b"<svg" in code.data
    assert b"<script" not in code.data
    assert code.headers["Cache-Control"] == "no-store"


def test_sharing_writes_nothing_when_it_is_looked_at(world: World, browser: Browser, links: str) -> None:
    browser.change(links)
    before = world.dump()
    for tab in ("link", "text", "email", "qr"):
        browser.get(f"/settings/links/1?tab={tab}")
        browser.get(f"/settings/links/1?tab={tab}", headers=HTMX)
    browser.get("/settings/links/1/qr.svg")
    assert world.dump() == before
