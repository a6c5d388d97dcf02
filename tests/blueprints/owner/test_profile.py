"""Settings → Profile."""

import pytest
from support.world import PASSWORD, Browser, World, at

from models import Owner

NINE = at("2026-11-30 09:00")


def test_the_profile_is_what_a_spent_link_shows(world: World, owner: Owner, browser: Browser) -> None:
    token = world.link(world.calendar(owner))
    world.book(token, NINE)
    data = {"name": "Dr. Olivia", "timezone": "Asia/Tokyo", "contact": "olivia@example.com\r\n+49 30 901820"}
    assert browser.change("/settings/profile", data).status_code == 303
    page = world.browser().get(f"/b/{token}").text
    assert "Dr. Olivia" in page
    assert "+49 30 901820" in page
    assert "18:00–18:30" in browser.get("/bookings").text


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"contact": " "}, {"contact": "x" * 501}, {"contact": "\0"}, {"timezone": "Nowhere"}]
)
def test_a_wrong_profile_is_not_saved(world: World, browser: Browser, changes: dict[str, str]) -> None:
    before = world.dump()["owners"]
    data = {"name": "Olivia", "timezone": "Asia/Tokyo", "contact": "mail me"} | changes
    assert browser.change("/settings/profile", data).status_code == 422
    assert world.dump()["owners"] == before


def test_a_new_password_signs_out_all_other_browsers(world: World, owner: Owner, browser: Browser) -> None:
    other = world.signed_in(owner)
    wrong = browser.change("/settings/password", {"current": "wrong", "new": "another password"})
    assert wrong.status_code == 422
    for refused in ("short", "password", "12345678"):
        assert browser.change("/settings/password", {"current": PASSWORD, "new": refused}).status_code == 422
    assert browser.change("/settings/password", {"current": PASSWORD, "new": "another password"}).status_code == 303
    assert browser.get("/bookings").status_code == 200
    assert other.get("/bookings").status_code == 303
    assert world.browser().change("/login", {"email": owner.email, "password": PASSWORD}).status_code == 422
    assert world.browser().change("/login", {"email": owner.email, "password": "another password"}).status_code == 303
