"""The first account, signing in and out, and who may change anything."""

import re
from typing import Any

import pytest
import time_machine
from support.world import HTMX, PASSWORD, Browser, World

from accounts.setup import MAX_TOKENS, new_setup_token
from models import Owner


def setup_path(world: World) -> str:
    """Return the path that a start of the server prints."""
    with world.inside():
        return f"/setup?token={new_setup_token()}"


def set_up(world: World, browser: Browser, path: str | None = None, **changes: str) -> Any:
    path = setup_path(world) if path is None else path
    data = {
        "name": "Olivia",
        "email": "Olivia@Example.com",
        "password": PASSWORD,
        "timezone": "Europe/Berlin",
    } | changes
    return browser.change(path, data)


def test_set_up_makes_the_first_owner_with_a_calendar_ready_to_share(world: World) -> None:
    browser = world.browser()
    answer = set_up(world, browser)
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    page = browser.get("/settings/calendars")
    assert "30-minute meeting" in page.text
    assert "Mo–Fr 09:00–17:00" in page.text
    assert set_up(world, world.browser()).status_code == 404


def test_each_start_has_a_set_up_address_of_its_own_that_is_gone_with_the_first_owner(world: World) -> None:
    paths = [setup_path(world) for _ in range(3)]
    assert len(set(paths)) == 3
    for path in paths:
        assert world.browser().get(path).status_code == 200
        for _, kept in world.execute("SELECT * FROM setup_tokens"):
            assert path.partition("=")[2].encode() not in bytes(kept)
    for _ in range(MAX_TOKENS - 1):
        setup_path(world)
    assert [world.browser().get(path).status_code for path in paths] == [404, 404, 200]
    assert set_up(world, world.browser(), paths[2]).status_code == 303
    assert world.browser().get(paths[2]).status_code == 404
    assert world.execute("SELECT count(*) FROM setup_tokens") == [(0,)]


def test_set_up_is_404_without_its_address_and_once_there_is_an_owner(world: World) -> None:
    for path in ("/setup", "/setup?token=", "/setup?token=wrong"):
        assert world.browser().get(path).status_code == 404
        assert world.browser().change(path, {"name": "x"}).status_code == 404
    path = setup_path(world)
    assert world.browser().get(path).status_code == 200
    world.owner()
    assert world.browser().get(path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"email": "nope"}, {"email": "a\0@example.com"}, {"password": "short"}, {"password": "x" * 201},
        {"password": "12345678"}, {"password": "PassWord"},
        {"timezone": ""}, {"timezone": "Mars/Olympus"}, {"name": "x" * 10_000},
    ],
)  # fmt: skip
def test_a_wrong_field_at_set_up_is_422_and_makes_nobody(world: World, changes: dict[str, str]) -> None:
    assert set_up(world, world.browser(), **changes).status_code == 422
    assert world.execute("SELECT count(*) FROM owners") == [(0,)]


def sign_in(world: World, email: str = "olivia@example.com", password: str = PASSWORD, **kwargs: Any) -> Any:
    return world.browser().change("/login", {"email": email, "password": password}, **kwargs)


def test_signing_in_and_out(world: World, owner: Owner) -> None:
    browser = world.browser()
    assert browser.get("/settings/calendars").location == "/login"
    answer = browser.change("/login", {"email": " OLIVIA@example.com ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    assert browser.get("/settings/calendars").status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.change("/logout").location == "/login"
    assert browser.get("/settings/calendars").location == "/login"
    assert world.execute("SELECT count(*) FROM browser_sessions") == [(0,)]


def test_after_signing_in_one_is_where_one_wanted_to_go(world: World, owner: Owner) -> None:
    browser = world.browser()
    browser.get("/bookings?show=past")
    answer = browser.change("/login", {"email": owner.email, "password": PASSWORD})
    assert answer.location == "/bookings?show=past"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("olivia@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("olivia@example.com", ""),
        ("a\0b", "c\0d"), ("x" * 10_000, "y" * 10_000),
    ],
)  # fmt: skip
def test_a_wrong_sign_in_is_422(world: World, owner: Owner, email: str, password: str) -> None:
    assert sign_in(world, email, password).status_code == 422


def test_ten_failures_close_the_door_for_ten_minutes_even_to_the_right_password(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    for _ in range(10):
        assert sign_in(world, password="wrong").status_code == 422
    answer = sign_in(world)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    world.owner("oscar@example.com")
    assert sign_in(world, "oscar@example.com").status_code == 303
    assert sign_in(world, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 303
    frozen.shift(599)
    assert sign_in(world).status_code == 429
    frozen.shift(1)
    assert sign_in(world).status_code == 303


def test_success_forgets_the_failures_before_it(world: World, owner: Owner) -> None:
    for _ in range(2):
        for _ in range(9):
            assert sign_in(world, password="wrong").status_code == 422
        assert sign_in(world).status_code == 303


def test_a_session_ends_after_thirty_days_without_use(
    world: World, browser: Browser, frozen: time_machine.Traveller
) -> None:
    for _ in range(3):
        frozen.shift(30 * 86400 - 1)
        answer = browser.get("/bookings")
        assert answer.status_code == 200
        assert "Expires=" in answer.headers["Set-Cookie"]
        assert "Set-Cookie" not in browser.get("/bookings").headers
    frozen.shift(30 * 86400)
    assert browser.get("/bookings").status_code == 303


def test_htmx_is_sent_to_the_sign_in_with_a_header(world: World) -> None:
    answer = world.browser().get("/settings/calendars", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/login"


def test_a_change_without_the_right_csrf_token_is_400(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    values = {"calendar_id": calendar.id, "link_id": world.row(world.link(calendar)).id, "token": "x"}
    names = "session_id", "colleague_id", "invitation_id", "booking_id", "busy_id", "message_id", "source_id"
    names += "batch_id", "request_id"
    values |= dict.fromkeys(names, 1)
    tried = 0
    for rule in world.app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint.split(".")[0] != "invitee":
            with world.app.test_request_context():
                path = world.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
            for data in ({}, {"csrf_token": "wrong"}):
                assert browser.post(path, data=data).status_code == 400, path
            tried += 1
    assert tried >= 19


def test_forms_work_over_https_behind_our_own_referrer_policy(world: World, owner: Owner) -> None:
    browser = world.browser()
    page = browser.get("/login", base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    data = {"email": owner.email, "password": PASSWORD, "csrf_token": token and token[1]}
    answer = browser.post(
        "/login", data=data, base_url="https://localhost", headers={"Referer": "https://localhost/login"}
    )
    assert answer.status_code == 303


def test_home_leads_to_where_work_is(world: World, browser: Browser) -> None:
    assert world.browser().get("/").location == "/login"
    assert browser.get("/").location == "/settings/calendars"


def test_health_says_ok_when_the_database_answers(world: World) -> None:
    answer = world.browser().get("/healthz")
    assert (answer.status_code, answer.text.strip()) == (200, "ok")
    assert "Set-Cookie" not in answer.headers
