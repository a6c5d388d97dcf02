"""Every answer has the security headers, whatever was asked; and the attributes of the owner's cookie."""

from typing import Any

import pytest
from support.routes import assert_closed, paths
from support.world import HTMX, JANE, PASSWORD, Browser, World, at, z
from werkzeug.security import check_password_hash

from accounts import sessions
from middleware.static_files import static_url
from models import Owner

NINE = at("2026-11-30 09:00")


@pytest.mark.slow
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
        b.post(f"/b/{token}", data={"notes": "x" * 64_001}),
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


def test_an_unknown_account_costs_the_same_hash_as_a_wrong_password(
    world: World, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing is what takes the time of an answer, so the time does not tell whether an account exists."""
    hashed = []

    def check(stored: str, password: str) -> bool:
        hashed.append(stored.partition("$")[0])  # method and cost, such as `scrypt:32768:8:1`
        return check_password_hash(stored, password)

    monkeypatch.setattr(sessions, "check_password_hash", check)
    for email in (owner.email, "nobody@example.com"):
        assert world.browser().change("/login", {"email": email, "password": "wrong"}).status_code == 422
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]
