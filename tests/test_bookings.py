"""The owner's appointments."""

from typing import Any

from world import Browser, World, at

from models import Owner

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


def test_appointments_come_by_the_owners_days(world: World, owner: Owner, browser: Browser, frozen: Any) -> None:
    assert "Nothing here yet" in browser.get("/bookings").text
    calendar = world.calendar(owner)
    for start, name in ((TEN, "Second"), (NINE, "First"), (at("2026-12-01 09:00"), "Third")):
        world.book(world.link(calendar), start, name=name)
    cancelled = world.book(world.link(calendar), at("2026-12-01 10:00"), name="Fourth")
    world.browser().post(f"/booking/{world.manage_token(cancelled)}/cancel")
    page = browser.get("/bookings").text
    places = [page.index(word) for word in ("30 November", "First", "Second", "1 December", "Third")]
    assert places == sorted(places)
    assert page.count("cancelled") == 1
    frozen.move_to(at("2026-11-30 09:30"))
    assert "First" not in browser.get("/bookings").text
    past = browser.get("/bookings?past=1").text
    assert "First" in past
    assert "Second" not in past


def test_many_appointments_come_page_by_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, hours="mon-sun 00:00-24:00", duration=10, step=10)
    for i in range(51):
        world.book(world.link(calendar), at("2026-12-01 00:00").replace(hour=i // 6, minute=i % 6 * 10), name=f"N{i}.")
    assert "N49." in (first := browser.get("/bookings").text)
    assert "N50." not in first
    assert "N50." in browser.get("/bookings?page=2").text
    for odd in ("0", "-1", "nope", "9" * 400, "²"):
        assert browser.get(f"/bookings?page={odd}").status_code == 200
