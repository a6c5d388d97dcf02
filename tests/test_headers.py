"""Every answer is closed to the outside, whatever was asked and however it went; and the cookie of an owner too."""

import time
from typing import Any

import pytest
from flask import url_for
from world import HTMX, JANE, PASSWORD, Browser, World, at, z

from accounts.branding import change_logo
from branding.theme import themed_stylesheet
from database import db
from middleware.static_files import static_url
from models import Owner
from scheduling.busy_times import add_busy_time
from scheduling.feeds import feed_token, renew_feed

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
WITHOUT_COOKIE = ("/b/", "/booking/", "/feed/", "/look/", "/logo/", "/static/")
NINE = at("2026-11-30 09:00")


def assert_closed(answer: Any) -> None:
    """The headers of any answer, by its address alone; redirections and errors too."""
    expected = dict(SECURITY_HEADERS)
    path = answer.request.path
    if path.startswith(("/login", "/logout", "/setup", "/settings", "/bookings", "/healthz")) or path == "/":
        # An owner's form must be allowed to say that it comes from here.
        assert answer.headers.get("Referrer-Policy") in ("same-origin", "no-referrer")
        expected["Referrer-Policy"] = answer.headers["Referrer-Policy"]
    if path.startswith("/static/") and answer.status_code in (200, 304):
        expected["Cache-Control"] = "max-age=315360000, public, immutable"  # its name changes with what is in it
    if path.startswith(("/look/", "/logo/")) and answer.status_code == 200 and answer.request.method != "OPTIONS":
        expected["Cache-Control"] = "max-age=31536000, public, immutable"
    if path.startswith("/feed/") and answer.status_code in (200, 304) and answer.request.method != "OPTIONS":
        expected["Cache-Control"] = "private, no-cache"  # so that a calendar program can ask whether it changed
    assert {name: answer.headers.get(name) for name in expected} == expected, path
    if path.startswith(WITHOUT_COOKIE):
        assert "Set-Cookie" not in answer.headers


def paths(world: World, owner: Owner) -> list[str]:
    """Return an address for every route, with ids and tokens that are right."""
    calendar = world.calendar(owner)
    token = world.link(calendar)
    booking = world.book(world.link(calendar), NINE)
    manage = world.manage_token(booking)
    with world.inside():
        busy = add_busy_time(owner.id, at("2026-12-24 00:00"), at("2026-12-25 00:00"))
        renew_feed(world.key, owner.id)
        change_logo(owner.id, b"an image")
        digest = db.session.get(Owner, owner.id).logo
        feed = feed_token(world.key, db.session.get(Owner, owner.id))
    ids = {
        "calendar_id": calendar.id,
        "booking_id": booking.id,
        "busy_id": busy.id,
        "message_id": world.message(booking).id,
    }
    values = ids | {"link_id": world.row(token).id, "name": themed_stylesheet("#aa3300").name, "digest": digest}
    found = []
    with world.app.test_request_context():
        for rule in world.app.url_map.iter_rules():
            tokens = {"manage": manage, "public": token, "feed": feed}
            all_values = values | {"token": tokens.get(rule.endpoint.split(".")[0], token)}
            found.append(url_for(rule.endpoint, **{name: all_values[name] for name in rule.arguments}))
    return found


def test_every_answer_of_every_route_is_closed(world: World, owner: Owner) -> None:
    asked = paths(world, owner)
    assert len(asked) >= 25
    statuses = set()
    for browser in (world.browser(), world.signed_in(owner)):
        for path in [
            *asked,
            static_url("style.css"),
            "/nowhere",
            "/b/unknown",
            "/booking/unknown",
            "/static/none.css",
            "/b/a/b/c",
        ]:
            for method in ("HEAD", "OPTIONS", "GET", "DELETE", "POST"):
                for headers in ({}, HTMX):
                    answer = browser.open(path, method=method, headers=headers)
                    statuses.add(answer.status_code)
                    assert_closed(answer)
    assert statuses >= {200, 303, 400, 404, 405, 422}


def test_what_is_refused_is_closed_too(world: World) -> None:
    token = world.link()
    b = world.browser()
    answers = [
        b.get(f"/b/{token}", headers={"Host": "a b"}),
        b.post(f"/b/{token}", data={"notes": "x" * 1_100_000}),
        b.post(f"/b/{token}", data=JANE | {"start": z(NINE)}),
        b.get(f"/b/{token}"),
        b.post(f"/b/{token}", data=JANE | {"start": z(NINE)}),
    ]
    assert [answer.status_code for answer in answers] == [400, 413, 303, 410, 410]
    for answer in answers:
        assert_closed(answer)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    world.execute("ALTER TABLE links RENAME TO lost")
    for path in (f"/b/{token}", "/healthz", "/nowhere"):
        assert_closed(b.get(path))


HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Opener-Policy": "same-origin"}


@pytest.mark.parametrize(("scheme", "expected"), [("https", HTTPS_ONLY), ("http", dict.fromkeys(HTTPS_ONLY))])
def test_over_https_browsers_are_told_to_stay_there(
    database_url: str, app_on: Any, scheme: str, expected: dict[str, str | None]
) -> None:
    browser = World(app_on(database_url, BASE_URL=f"{scheme}://book.example.com")).browser()
    for path, headers in (("/login", {}), ("/nowhere", {}), (static_url("style.css"), {}), ("/", {"Host": "a b"})):
        answer = browser.get(path, headers=headers)
        assert {name: answer.headers.get(name) for name in expected} == expected


def cookies(answer: Any) -> list[str]:
    return [
        cookie.partition("=")[0] + "; " + cookie.partition("; ")[2] for cookie in answer.headers.getlist("Set-Cookie")
    ]


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("http://localhost", "bookonce", ""), ("https://book.example.com", "__Host-bookonce", "Secure; ")],
)
def test_the_owners_cookie(database_url: str, app_on: Any, base_url: str, name: str, secure: str) -> None:
    world = World(app_on(database_url, BASE_URL=base_url))
    owner = world.owner()
    browser: Browser = world.app.test_client()  # type: ignore[assignment]
    form = {"email": owner.email, "password": PASSWORD, "csrf_token": ""}
    if secure:  # the way it comes through a proxy that speaks https
        browser.environ_base["wsgi.url_scheme"] = "https"
        browser.environ_base["HTTP_REFERER"] = "https://localhost/login"
    form["csrf_token"] = browser.csrf_token()
    answer = browser.post("/login", data=form, base_url="https://localhost" if secure else None)
    assert answer.status_code == 303
    (cookie,) = cookies(answer)
    expires = "Expires=Wed, 30 Dec 2026 07:00:00 GMT; "
    assert cookie == f"{name}; {expires}{secure}HttpOnly; Path=/; SameSite=Lax"


def test_a_wrong_password_takes_as_long_as_a_wrong_account(world: World, owner: Owner, frozen: Any) -> None:
    """The same work is done for both: a scrypt, which is what takes the time."""
    browser = world.browser()
    token = browser.csrf_token()

    def took(email: str) -> float:
        began = time.process_time()
        form = {"email": email, "password": "wrong", "csrf_token": token}
        assert browser.post("/login", data=form).status_code == 422
        return time.process_time() - began

    pairs = [(took(owner.email), took(f"nobody{i}@example.com")) for i in range(5)]
    known, unknown = (min(column) for column in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2
