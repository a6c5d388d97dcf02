"""The owner's appointments: lists, search, and the page of each with its actions."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from support.world import Browser, World, at, starts, z

from database import db
from models import Booking, Change, Owner
from scheduling.booking_queries import BookingFilter, Cursor, appointments

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
LISTED = re.compile(r'href="/bookings/(\d+)"')


@pytest.fixture
def booking(world: World, owner: Owner) -> Booking:
    return world.book(world.link(world.calendar(owner)), NINE, timezone="Asia/Tokyo")


def listed(browser: Browser, query: str = "") -> list[int]:
    return [int(number) for number in LISTED.findall(browser.get(f"/bookings{query}").text)]


def changes_of(world: World) -> list[tuple[str, str, str]]:
    with world.inside():
        return [(c.kind, c.actor, c.reason) for c in db.session.scalars(db.select(Change).order_by(Change.id))]


def test_appointments_come_by_the_owners_days(world: World, owner: Owner, browser: Browser, frozen: Any) -> None:
    assert "Nothing here yet" in browser.get("/bookings").text
    calendar = world.calendar(owner)
    for start, name in ((TEN, "Second"), (NINE, "First"), (at("2026-12-01 09:00"), "Third")):
        world.book(world.link(calendar), start, name=name)
    world.cancel(world.book(world.link(calendar), at("2026-12-01 10:00"), name="Fourth"))
    page = browser.get("/bookings").text
    places = [page.index(word) for word in ("30 November 2026 · today", "First", "Second", "1 December", "Third")]
    assert places == sorted(places)
    assert "Fourth" not in page
    assert "Fourth" in browser.get("/bookings?show=cancelled").text
    frozen.move_to(at("2026-11-30 09:29"))
    now = '<span class="tag active">now</span>'
    assert now not in page
    assert browser.get("/bookings").text.count(now) == 1
    assert now in browser.get("/bookings").text.partition("First")[2].partition("</li>")[0]
    frozen.move_to(at("2026-11-30 09:30"))
    assert "First" not in browser.get("/bookings").text
    past = browser.get("/bookings?show=past").text
    assert "First" in past
    assert "Second" not in past


@pytest.mark.slow
@pytest.mark.parametrize("show", ["", "?show=cancelled", "?q=jane"])
def test_many_appointments_come_page_by_page_each_once(world: World, owner: Owner, browser: Browser, show: str) -> None:
    calendar = world.calendar(owner, hours="mon-sun 00:00-24:00", duration=10, step=10)
    made = [world.book(world.link(calendar), at("2026-12-01 00:00") + i * timedelta(minutes=10)) for i in range(103)]
    if show == "?show=cancelled":  # at one and the same time, so that their ids decide
        first = "(SELECT min(starts_at) FROM bookings)"
        world.execute(f"UPDATE bookings SET status = 'cancelled', starts_at = {first}, blocked_from = {first}")
    seen, page = [], browser.get(f"/bookings{show}").text
    for _ in range(3):
        seen += [int(number) for number in LISTED.findall(page)]
        if further := re.search(r'href="(/bookings\?[^"]*after=[^"]*)"', page):
            page = browser.get(further[1].replace("&amp;", "&")).text
    assert len(seen) == 103
    assert seen == sorted((b.id for b in made), reverse=bool(show))
    assert "To the first" in page


@pytest.mark.parametrize("odd", ["nope", "~", "2026-11-30T09:00:00Z~", "2026-11-30T09:00:00Z~0", "~5", "²~²", "\0"])
def test_an_invalid_cursor_gives_the_first_page(browser: Browser, booking: Booking, odd: str) -> None:
    assert listed(browser, f"?after={odd}") == [booking.id]
    assert listed(browser, f"?show={odd}") == [booking.id]


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("jane%00doe", True), ("jane", True), ("JANE", True), ("doe jane", True), ("jane@example", True), ("Doe", True),
        ("  doe ", True), ("joe", False), ("jane joe", False), ("%", False), ("_", False), ("garden", False),
        ("andre", False),
    ],
)  # fmt: skip
def test_a_search_finds_names_and_emails(browser: Browser, booking: Booking, words: str, finds: bool) -> None:
    assert listed(browser, f"?q={words if '%00' in words else words.replace('%', '%25')}") == (
        [booking.id] if finds else []
    )


def test_a_search_finds_past_and_cancelled_bookings_and_ignores_accents(
    world: World, owner: Owner, browser: Browser, frozen: Any
) -> None:
    calendar = world.calendar(owner)
    past = world.book(world.link(calendar), NINE, name="André Groß")
    cancelled = world.cancel(world.book(world.link(calendar), TEN, name="ANDRE Gross"))
    frozen.move_to(NINE + timedelta(hours=5))
    assert listed(browser, "?q=andré+gross") == [cancelled.id, past.id]
    assert "No appointment with this" in browser.get("/bookings?q=nobody").text


def test_lists_use_their_indexes(sqlite_url: str, app_on: Any) -> None:
    """The database neither scans nor sorts for them. On SQLite: PostgreSQL plans by the size of a table."""
    world = World(app_on(sqlite_url))
    owner = world.owner()
    queries: list[str] = []
    with world.inside():
        db.session.connection().connection.driver_connection.set_trace_callback(queries.append)
        for which in BookingFilter:
            for place in (None, Cursor(NINE, 7)):
                appointments(owner.id, which, NINE, 51, place)
        lists = [sql for sql in queries if sql.startswith("SELECT")]
        assert len(lists) == 8
        for sql in lists:
            plan = " ".join(row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}".replace(":", r"\:"))))
            assert "TEMP B-TREE" not in plan, plan
            assert re.search(r"SEARCH bookings USING INDEX ix_bookings_(owner_id_starts_at_id|cancelled)", plan), plan


def test_the_page_of_an_appointment_tells_its_history(world: World, browser: Browser, booking: Booking) -> None:
    world.move(booking, TEN)
    world.cancel(booking, "I am ill.\nSorry")
    page = browser.get(f"/bookings/{booking.id}").text
    told = [
        "Booked by Jane Doe",
        "Monday, 30 November, 10:00",
        "Moved by Jane Doe to",
        "11:00",
        "Cancelled by Jane Doe",
    ]
    places = [page.index(words, page.index("History")) for words in told]
    assert places == sorted(places)
    assert "“I am ill.\nSorry”" in page
    assert "for them Monday, 30 November, 19:00 in Tokyo (UTC+9)" in page
    assert f"http://localhost/booking/{world.manage_token(booking)}" in page


def test_the_owner_cancels_with_a_reason_that_the_invitee_reads(
    world: World, browser: Browser, booking: Booking
) -> None:
    answer = browser.change(f"/bookings/{booking.id}/cancel", {"reason": "The roof fell in"})
    assert (answer.status_code, answer.location) == (303, f"/bookings/{booking.id}")
    assert browser.change(f"/bookings/{booking.id}/cancel").status_code == 303
    assert changes_of(world) == [("cancelled", "owner", "The roof fell in")]
    page = world.browser().get(f"/booking/{world.manage_token(booking)}").text
    assert "Cancelled by Olivia Ownerson" in page
    assert "The roof fell in" in page


def test_a_reason_that_is_too_long_is_told_and_kept(world: World, browser: Browser, booking: Booking) -> None:
    for answer in (
        browser.change(f"/bookings/{booking.id}/cancel", {"reason": "x" * 501}),
        world.browser().post(f"/booking/{world.manage_token(booking)}/cancel", data={"reason": "x" * 501}),
    ):
        assert answer.status_code == 422
        assert "At most 500 characters" in answer.text
        assert "x" * 501 in answer.text
    assert world.bookings()[0].is_confirmed


def test_the_owner_moves_it_past_the_invitees_limits_and_their_zone_stays(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner, max_moves=0, change_notice=10_000, allow_rebooking=False)
    booking = world.book(world.link(calendar), NINE, timezone="Asia/Tokyo")
    path = f"/bookings/{booking.id}/reschedule"
    assert z(NINE) in starts(browser.get(f"{path}?date=2026-11-30&tz=Europe/Berlin"))
    assert "csrf_token" in browser.get(f"{path}?start={z(TEN)}").text
    answer = browser.change(path, {"start": z(TEN), "timezone": "Europe/Berlin"})
    assert (answer.status_code, answer.location) == (303, f"/bookings/{booking.id}")
    assert browser.post(path, data={"start": z(NINE)}).status_code == 400  # without the token
    (moved,) = world.bookings()
    assert (moved.starts_at, moved.timezone) == (TEN, "Asia/Tokyo")
    browser.change(f"/bookings/{booking.id}/cancel")
    assert browser.change(path, {"start": z(NINE)}).status_code == 303
    assert [kind for kind, _actor, _reason in changes_of(world)] == ["moved", "cancelled", "rebooked"]
    assert "Moved by Olivia Ownerson" in world.browser().get(f"/booking/{world.manage_token(booking)}").text


def test_a_move_by_the_owner_to_a_slot_that_is_gone_changes_nothing(browser: Browser, booking: Booking) -> None:
    answer = browser.change(f"/bookings/{booking.id}/reschedule", {"start": "2026-11-30T03:00:00Z"})
    assert answer.status_code == 409
    assert starts(answer)
    assert browser.change(f"/bookings/{booking.id}/reschedule").status_code == 422


def test_what_has_begun_the_owner_can_not_change_either(
    world: World, browser: Browser, booking: Booking, frozen: Any
) -> None:
    frozen.move_to(NINE)
    for answer in (
        browser.change(f"/bookings/{booking.id}/cancel"),
        browser.change(f"/bookings/{booking.id}/reschedule", {"start": z(TEN)}),
        browser.get(f"/bookings/{booking.id}/reschedule"),
    ):
        assert answer.status_code == 409
        assert "has begun" in answer.text
    assert changes_of(world) == []


def test_a_new_link_for_the_same_person_notes_for_whom_it_is(world: World, browser: Browser, booking: Booking) -> None:
    answer = browser.change(f"/bookings/{booking.id}/links")
    assert answer.status_code == 200
    assert 'value="Jane Doe"' in answer.text
    (token,) = re.findall(r'value="http://localhost/b/([^"]+)"', answer.text)
    assert world.row(token).calendar_id == booking.calendar_id
    world.execute("UPDATE calendars SET is_open = false")
    assert browser.change(f"/bookings/{booking.id}/links").status_code == 409


def test_the_appointments_of_another_owner_are_not_there(world: World, booking: Booking) -> None:
    other = world.signed_in(world.owner("oscar@example.com", "Oscar"))
    assert listed(other) == listed(other, "?q=jane") == []
    assert other.get(f"/bookings/{booking.id}").status_code == 404
    assert other.get(f"/bookings/{booking.id}/reschedule").status_code == 404
    for action in ("cancel", "reschedule", "links"):
        assert other.change(f"/bookings/{booking.id}/{action}", {"start": z(TEN)}).status_code == 404
    assert changes_of(world) == []
