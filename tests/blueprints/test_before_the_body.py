"""Who may not send a form is refused before it is parsed, and no form is larger than its page needs."""

import pytest
from flask import Flask, Request
from support.world import Browser, World, at
from werkzeug.formparser import FormDataParser

from models import Owner

FORM = "application/x-www-form-urlencoded"
EXPENSIVE = "a&" * 30_000


@pytest.fixture
def parsed(app: Flask) -> list[str]:
    """Give the paths of the requests whose bodies were parsed."""
    paths: list[str] = []

    class Watched(Request):
        def make_form_data_parser(self) -> FormDataParser:
            paths.append(self.path)
            return super().make_form_data_parser()

    app.request_class = Watched
    return paths


def test_a_form_for_an_unknown_token_is_not_parsed(world: World, parsed: list[str]) -> None:
    calendar = world.calendar()
    token, browser = world.link(calendar), world.browser()
    manage = world.manage_token(world.book(world.link(calendar), at("2026-12-01 09:00")))
    for path in ("/b/{}", "/booking/{}/cancel", "/booking/{}/reschedule"):
        answer = browser.post(path.format("unknownunknown12"), data=EXPENSIVE, content_type=FORM)
        assert (answer.status_code, parsed) == (404, []), path
    assert browser.post(f"/b/{token}", data=EXPENSIVE, content_type=FORM).status_code == 422
    assert browser.post(f"/booking/{manage}/reschedule", data=EXPENSIVE, content_type=FORM).status_code == 422
    assert parsed == [f"/b/{token}", f"/booking/{manage}/reschedule"]


BODIES = [
    EXPENSIVE, "csrf_token", f"csrf_token=x&{EXPENSIVE}", f"{EXPENSIVE}csrf_token=%00", f"x_csrf_token=&{EXPENSIVE}",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_form_without_a_session_or_with_a_wrong_csrf_token_is_not_parsed(
    world: World, owner: Owner, browser: Browser, parsed: list[str], body: str
) -> None:
    stranger = world.browser()
    stranger.get("/login")
    for each, path, status in (
        (stranger, "/settings/profile", 303),
        (stranger, "/settings/calendars/new", 303),
        (stranger, "/login", 400),
        (browser, "/settings/profile", 400),
        (browser, "/logout", 400),
    ):
        assert each.post(path, data=body, content_type=FORM).status_code == status, path
    assert parsed == []


def test_another_browsers_csrf_token_is_a_wrong_one(
    world: World, owner: Owner, browser: Browser, parsed: list[str]
) -> None:
    body = {"csrf_token": world.signed_in(owner).csrf_token()}
    assert browser.post("/settings/profile", data=body).status_code == 400
    assert parsed == []


def test_with_the_right_token_it_is_parsed_wherever_the_token_stands(
    world: World, browser: Browser, parsed: list[str]
) -> None:
    token = browser.csrf_token()
    for body in (f"csrf_token={token}&{EXPENSIVE}", f"{EXPENSIVE}csrf_token={token}", f"a=b&csrf_token={token}&c=d"):
        assert browser.post("/settings/profile", data=body, content_type=FORM).status_code == 303
    assert len(parsed) == 3


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/login", 64_000),
        ("/settings/profile", 64_000),
        ("/settings/password", 64_000),
        ("/settings/busy", 64_000),
        ("/settings/calendars/new", 1_000_000),
    ],
)
def test_a_form_is_no_larger_than_its_page_needs(browser: Browser, path: str, limit: int) -> None:
    for length, status in ((limit + 1, 413), (limit, 400)):
        assert browser.post(path, data="x" * length, content_type=FORM).status_code == status
