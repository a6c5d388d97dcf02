"""Errors that have a page of their own, whichever module raises them."""

import re
from urllib.parse import quote

import pytest
from support.odd_inputs import ODD
from support.world import HTMX, World, at, starts

from models import Owner
from scheduling.errors import LinkUnavailable, LinkUsed


class LinkPaused(LinkUnavailable):
    """A reason that the pages do not know yet."""


class LinkUsedByGroup(LinkUsed):
    """A kind of a reason that they know."""


@pytest.mark.parametrize(
    ("kind", "title"), [(LinkPaused, "This link can’t be used"), (LinkUsedByGroup, "already been used")]
)
def test_a_new_reason_why_a_link_cannot_be_used_has_a_page(
    world: World, owner: Owner, kind: type[LinkUnavailable], title: str
) -> None:
    with world.app.test_request_context("/b/x"):
        page = world.app.make_response(world.app.handle_user_exception(kind(owner)))
    assert page.status_code == 410
    assert title in page.get_data(as_text=True)
    assert owner.name in page.get_data(as_text=True)


@pytest.mark.parametrize("debug", [False, True])
def test_a_database_without_tables_is_not_a_matter_of_trying_again(
    world: World, caplog: pytest.LogCaptureFixture, debug: bool
) -> None:
    world.app.debug = debug
    world.execute("ALTER TABLE links RENAME TO other_links")
    page = world.browser().get("/b/x")
    assert page.status_code == 500
    assert "Retry-After" not in page.headers
    assert "The database has no tables: run `flask --app app db upgrade`" in caplog.text
    assert ("flask --app app db upgrade" in page.text) is debug


UNKNOWN = [
    "/b/€",
    "/booking/€",
    "/nowhere/é",
    "/a\r\nSet-Cookie: a=b",
    "/a\nb",
    "/a\0b",
    "/a b",
    "/a?b",
    "/%41",
    "/\u202e",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_htmx_is_sent_to_the_address_it_asked_for_whatever_is_in_it(world: World, path: str) -> None:
    page = world.browser().get(quote(path), headers=HTMX, environ_overrides={"QUERY_STRING": "a=%0d%0a&b=\xe2\x82\xac"})
    assert page.status_code == 404
    assert page.headers["HX-Redirect"] == f"{quote(path, safe='/:=')}?a=%0d%0a&b=%E2%82%AC"


@pytest.mark.parametrize("odd", ODD)
def test_a_header_with_something_odd_from_an_address_is_ascii_without_controls(world: World, odd: bytes) -> None:
    page = world.browser().get(f"/nowhere/{quote(odd)}", headers=HTMX, query_string={"q": odd})
    assert page.status_code in (308, 404)  # 308: to the same address with one slash
    assert re.fullmatch("[!-~]+", page.headers.get("HX-Redirect") or page.headers["Location"])


def test_htmx_is_not_sent_to_another_host(world: World) -> None:
    page = world.browser().get("/", headers=HTMX, environ_overrides={"PATH_INFO": "//evil.example/x"})
    assert page.headers.get("HX-Redirect", "/evil.example/x") == "/evil.example/x"


@pytest.mark.parametrize("digest", [b"\0", b"a\0", b"\xff", "é".encode(), b"0" * 31, b"0" * 32, b"G" * 32, b"0" * 5000])
def test_a_logo_that_is_none_is_not_found(world: World, digest: bytes) -> None:
    assert world.browser().get(f"/logo/{quote(digest)}.webp").status_code == 404


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("day", ["0001-01-01", "0001-12-31", "1969-12-31", "9999-12-01", "9999-12-31"])
def test_a_day_at_either_end_of_the_calendar_has_no_slots(world: World, zone: str, day: str) -> None:
    calendar, browser = world.calendar(), world.browser()
    token = world.link(calendar)
    manage = world.manage_token(world.book(world.link(calendar), at("2026-12-01 09:00")))
    for path in (f"/b/{token}", f"/booking/{manage}/reschedule"):
        page = browser.get(path, query_string={"date": day, "tz": zone})
        assert (page.status_code, starts(page)) == (200, [])
        assert browser.get(path, query_string={"month": day[:7], "tz": zone}).status_code == 200
        assert browser.get(path, query_string={"start": f"{day}T00:00:00Z", "tz": zone}).status_code == 409
