"""Every route of the app with an address that is there, and the security headers that every answer must have."""

from collections import defaultdict
from typing import Any

from flask import url_for

from accounts.branding import change_logo
from accounts.one_time_tokens import add_token, derive_token
from accounts.password_resets import create_reset
from branding.theme import themed_stylesheet
from database import db, transaction
from enums import TokenPurpose
from models import Owner
from scheduling.busy_times import add_busy_time
from scheduling.feeds import feed_token, renew_feed
from support.sources import add_source_row
from support.world import World, at

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
WITHOUT_COOKIE = ("/b/", "/booking/", "/feed/", "/look/", "/logo/", "/static/")


def assert_closed(answer: Any) -> None:
    """The headers of any answer, by its address alone; redirections and errors too."""
    expected = dict(SECURITY_HEADERS)
    path = answer.request.path
    if (
        path.startswith(
            (
                "/login",
                "/logout",
                "/setup",
                "/forgot",
                "/reset",
                "/email",
                "/join",
                "/settings",
                "/links",
                "/bookings",
                "/healthz",
            )
        )
        or path == "/"
    ):
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
    booking = world.book(world.link(calendar), at("2026-11-30 09:00"))
    manage = world.manage_token(booking)
    with world.inside():
        reset = create_reset(owner.email)
        email, join = _one_time_tokens(owner, TokenPurpose.EMAIL, TokenPurpose.INVITATION)
        busy = add_busy_time(owner.id, at("2026-12-24 00:00"), at("2026-12-25 00:00"))
        renew_feed(world.key, owner.id)
        change_logo(owner.id, b"an image")
        digest = db.session.get(Owner, owner.id).logo
        current = db.session.get_one(Owner, owner.id)
        feed = feed_token(world.key, current.feed_salt, current.feed_hash)
    ids = {
        "calendar_id": calendar.id,
        "booking_id": booking.id,
        "busy_id": busy.id,
        "session_id": 1,
        "colleague_id": owner.id,
        "invitation_id": 2,
        "message_id": world.message(booking).id,
        "batch_id": world.batch(calendar).id,
        "request_id": world.request(token).id,
        "source_id": add_source_row(world, owner.id),
    }
    values = ids | {"link_id": world.row(token).id, "name": themed_stylesheet("#aa3300").name, "digest": digest}
    values["service"] = "google"
    tokens: defaultdict[str, str | None] = defaultdict(
        str, b=token, booking=manage, feed=feed, reset=reset, email=email
    )
    found = []
    with world.app.test_request_context():
        for rule in world.app.url_map.iter_rules():
            all_values = values | {"token": tokens[rule.rule.split("/")[1]]}
            found.append(url_for(rule.endpoint, **{name: all_values[name] for name in rule.arguments}))
    return found


def _one_time_tokens(owner: Owner, *purposes: TokenPurpose) -> list[str]:
    with transaction() as session:
        return [
            derive_token(each, add_token(session, owner.id, each, email="new@example.com").salt) for each in purposes
        ]
