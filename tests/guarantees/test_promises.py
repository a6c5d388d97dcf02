"""The nine guarantees, on SQLite and on PostgreSQL. Each control breaks one on purpose and sees it fail."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from support.racing import race
from support.raw_database import after_each_update, check_then_insert, insert, row_like, take_protection_away
from support.routes import SECURITY_HEADERS, paths
from support.server_process import KEY
from support.sources import add_source_row
from support.world import HTMX, JANE, PASSWORD, Browser, World, at, field, starts, z

import tokens
from database import db
from models import Booking, ImportedTime, Link
from scheduling.busy_times import add_busy_time
from scheduling.errors import LinkUsed, SlotTaken

NINE = at("2026-11-30 09:00")
TEN = at("2026-11-30 10:00")
ELEVEN = at("2026-11-30 11:00")
RACERS = 12
AppOn = Callable[..., Flask]


def booked(outcomes: list[Any]) -> list[Any]:
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def slots_from(start: datetime, count: int) -> list[datetime]:
    return [start + i * timedelta(minutes=30) for i in range(count)]


# 1. One link, one booking


def test_of_many_bookings_of_one_link_at_once_one_wins_and_the_others_read_used(world: World) -> None:
    token = world.link()
    wishes = slots_from(NINE, RACERS)
    outcomes = race([lambda start=start: world.book(token, start) for start in wishes])
    assert len(booked(outcomes)) == 1
    assert len(world.bookings()) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {LinkUsed}


def test_the_database_refuses_a_second_booking_of_a_link_even_when_the_first_is_cancelled(world: World) -> None:
    token = world.link()
    booking = world.book(token, NINE)
    world.browser().post(f"/booking/{world.manage_token(booking)}/cancel")
    apart = dict.fromkeys(("starts_at", "blocked_from"), TEN) | {
        name: TEN + timedelta(minutes=30) for name in ("ends_at", "blocked_until")
    }
    with pytest.raises(IntegrityError, match=r"one_link_one_booking|bookings\.link_id"):
        insert(world, row_like(world, booking, **apart))


def test_control_check_then_insert_without_the_constraint_books_a_link_twice(world: World) -> None:
    """The race above can fail: with what protects it taken away, it does."""
    token = world.link()
    booking = world.book(token, NINE)
    link = world.row(token)
    take_protection_away(world)
    looked = threading.Barrier(RACERS)
    race([lambda s=s: check_then_insert(world, link, booking, s, looked) for s in slots_from(NINE, RACERS)])
    assert world.execute("SELECT count(*) FROM bookings WHERE link_id = :id", id=link.id) == [(RACERS,)]


# 2. One owner, one place


def test_of_many_links_raced_for_one_slot_one_wins_and_the_others_stay_active(world: World) -> None:
    calendar = world.calendar()
    links = [world.link(calendar) for _ in range(RACERS)]
    outcomes = race([lambda token=token: world.book(token, NINE) for token in links])
    assert len(booked(outcomes)) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {SlotTaken}
    assert sum(world.row(token).used_at is None for token in links) == RACERS - 1


def test_overlapping_slots_of_two_calendars_raced_for_never_both_win(world: World) -> None:
    owner = world.owner()
    calendars = [world.calendar(owner, duration=60, step=15, buffer_after=15) for _ in range(2)]
    wishes = [(world.link(calendars[i % 2]), NINE + i * timedelta(minutes=15)) for i in range(RACERS)]
    outcomes = race(
        [lambda booking_request=booking_request: world.book(*booking_request) for booking_request in wishes]
    )
    assert all(isinstance(outcome, Booking | SlotTaken) for outcome in outcomes)
    kept = sorted((b.blocked_from, b.blocked_until) for b in world.bookings())
    assert kept
    assert all(earlier[1] <= later[0] for earlier, later in zip(kept, kept[1:], strict=False))


@pytest.mark.parametrize(
    ("minutes", "fits"), [(-30, True), (-29, False), (0, False), (15, False), (29, False), (30, True)]
)
def test_the_database_refuses_what_overlaps_in_another_calendar_too(world: World, minutes: int, fits: bool) -> None:
    owner = world.owner()
    booking = world.book(world.link(world.calendar(owner)), TEN)
    other = world.row(world.link(world.calendar(owner)))
    shift = timedelta(minutes=minutes)
    changes = {n: getattr(booking, n) + shift for n in ("starts_at", "ends_at", "blocked_from", "blocked_until")}
    changes |= {"link_id": other.id, "calendar_id": other.calendar_id}
    if fits:
        insert(world, row_like(world, booking, **changes))
    else:
        with pytest.raises(IntegrityError, match="one_owner_one_place"):
            insert(world, row_like(world, booking, **changes))


def test_the_database_refuses_to_move_or_revive_a_booking_into_another(world: World) -> None:
    calendar = world.calendar()
    first = world.book(world.link(calendar), NINE)
    second = world.book(world.link(calendar), TEN)
    move = """
        UPDATE bookings SET starts_at = f.starts_at, ends_at = f.ends_at,
          blocked_from = f.blocked_from, blocked_until = f.blocked_until
        FROM (SELECT * FROM bookings WHERE id = :first) AS f WHERE bookings.id = :second"""
    with pytest.raises(IntegrityError, match="one_owner_one_place"):
        world.execute(move, first=first.id, second=second.id)
    world.execute("UPDATE bookings SET status = 'cancelled' WHERE id = :second", second=second.id)
    world.execute(move, first=first.id, second=second.id)
    with pytest.raises(IntegrityError, match="one_owner_one_place"):
        world.execute("UPDATE bookings SET status = 'confirmed' WHERE id = :second", second=second.id)


@pytest.mark.parametrize("spelling", ["replace({}, ' ', 'T')", "julianday({})", "{} || 'Z'", "substr({}, 1, 19)"])
def test_sqlite_takes_instants_in_one_spelling_only(sqlite_url: str, app_on: AppOn, spelling: str) -> None:
    """It compares them as text: another spelling would get past the triggers, and past the search for busy times."""
    world = World(app_on(sqlite_url))
    owner = world.owner()
    world.book(world.link(world.calendar(owner)), NINE)
    with world.inside():
        add_busy_time(owner.id, TEN, TEN + timedelta(hours=1))
        db.session.add(
            ImportedTime(owner_id=owner.id, source_id=add_source_row(world, owner.id), starts_at=NINE, ends_at=TEN)
        )
        db.session.commit()
    for table, more in {"bookings": ("blocked_from", "blocked_until"), "busy_times": (), "imported_times": ()}.items():
        for name in ("starts_at", "ends_at", *more):
            with pytest.raises(IntegrityError, match=f"ck_{table}"):
                world.execute(f"UPDATE {table} SET {name} = {spelling.format(name)}")
        all_of_them = ", ".join(f"{name} = {spelling.format(name)}" for name in ("starts_at", "ends_at", *more))
        with pytest.raises(IntegrityError, match=f"ck_{table}_instants"):
            world.execute(f"UPDATE {table} SET {all_of_them}")


def test_two_owners_may_be_busy_at_the_same_time(world: World) -> None:
    for email in ("olivia@example.com", "oscar@example.com"):
        world.book(world.link(world.calendar(world.owner(email))), NINE)
    assert len(world.bookings()) == 2


def test_what_only_the_database_sees_is_refused_in_our_words_too(world: World) -> None:
    """Somebody writes past our lock after we looked: here a trigger, just before the insert."""
    calendar = world.calendar()
    first, stray = (world.book(world.link(calendar), start) for start in (NINE, TEN))
    world.cancel(stray)
    token = world.link(calendar)
    confirm = f"UPDATE bookings SET status = 'confirmed' WHERE id = {stray.id};"
    with after_each_update(world, "links", confirm), pytest.raises(SlotTaken):
        world.book(token, TEN)
    assert world.row(token).used_at is None
    world.execute("UPDATE links SET used_at = NULL")
    with world.inside():
        spent = tokens.derive(world.key, "link", db.session.get_one(Link, first.link_id).salt)
    with pytest.raises(LinkUsed):
        world.book(spent, TEN)


def test_control_check_then_insert_without_the_constraint_puts_an_owner_in_two_places(world: World) -> None:
    calendar = world.calendar()
    booking = world.book(world.link(calendar), NINE)
    links = [world.row(world.link(calendar)) for _ in range(RACERS)]
    take_protection_away(world)
    looked = threading.Barrier(RACERS)
    race([lambda link=link: check_then_insert(world, link, booking, NINE, looked) for link in links])
    assert world.execute("SELECT count(*) FROM bookings") == [(RACERS,)]


# 3. Confirmed means kept (what a crash leaves is tried elsewhere; here, that the disk is asked to keep it)


def test_sqlite_commits_survive_a_power_loss(sqlite_url: str, app_on: AppOn) -> None:
    world = World(app_on(sqlite_url))
    assert world.execute("PRAGMA journal_mode") == [("wal",)]
    assert world.execute("PRAGMA synchronous") == [(2,)]  # FULL
    assert world.execute("PRAGMA foreign_keys") == [(1,)]


def test_a_booking_that_fails_at_its_end_leaves_an_active_link_and_no_booking(world: World) -> None:
    token = world.link()

    def fail(*_: Any) -> None:
        raise ConnectionError("the plug was pulled")

    with world.inside():
        engine = db.engine
    event.listen(engine, "commit", fail)
    try:
        with pytest.raises(ConnectionError):
            world.book(token, NINE)
    finally:
        event.remove(engine, "commit", fail)
    assert world.bookings() == []
    assert world.row(token).used_at is None
    assert world.book(token, NINE)


# 4. Looking spends nothing


@pytest.mark.slow
def test_get_head_and_options_write_nothing_wherever_they_go(world: World) -> None:
    owner = world.owner()
    browsers = [world.browser(), world.signed_in(owner)]
    asked = paths(world, owner)
    before = world.dump()
    for path in asked:
        for browser in browsers:
            for query in ("", f"?start={z(TEN)}", "?date=2026-12-01&tz=Asia/Tokyo", "?month=2026-12"):
                for method in ("GET", "HEAD", "OPTIONS"):
                    assert browser.open(path + query, method=method).status_code < 500
    assert world.dump() == before


@pytest.mark.slow
def test_a_thousand_looks_leave_a_link_active(world: World) -> None:
    token = world.link()
    scanner = world.app.test_client()
    for _ in range(1000 // 10):
        for look in ("", f"?start={z(NINE)}"):
            for method in ("GET", "HEAD"):
                assert scanner.open(f"/b/{token}{look}", method=method).status_code == 200
    assert world.book(token, NINE)


# 5. A retry is not a second attempt


def form_for(world: World, token: str, start: datetime = NINE) -> dict[str, str]:
    """Return what the form for this slot holds, filled in."""
    page = world.browser().get(f"/b/{token}?start={z(start)}")
    hidden = {name: field(page, name) or "" for name in ("start", "timezone", "request_id")}
    assert len(hidden["request_id"]) >= 16
    return JANE | hidden


def test_the_same_form_sent_twice_leads_to_the_same_confirmation(world: World) -> None:
    token = world.link()
    form = form_for(world, token)
    first, second = (world.browser().post(f"/b/{token}", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(world.bookings()) == 1


def test_a_double_click_is_one_booking_and_two_confirmations(world: World) -> None:
    token = world.link()
    form = form_for(world, token)
    answers = race([lambda: world.app.test_client().post(f"/b/{token}", data=form) for _ in range(RACERS)])
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(world.bookings()) == 1


def test_a_retry_finds_its_booking_after_it_was_moved_or_cancelled_or_the_calendar_closed(world: World) -> None:
    calendar = world.calendar()
    token = world.link(calendar)
    form = form_for(world, token)
    where = world.browser().post(f"/b/{token}", data=form).location
    assert world.browser().post(f"{where}/reschedule", data={"start": z(TEN)}).status_code == 303
    assert world.browser().post(f"/b/{token}", data=form).location == where
    assert world.browser().post(f"{where}/cancel").status_code == 303
    assert world.browser().post(f"/b/{token}", data=form).location == where
    world.execute("UPDATE calendars SET is_open = false")
    assert world.browser().post(f"/b/{token}", data=form).location == where


def test_a_retry_is_known_by_its_request_and_not_by_what_was_typed(world: World) -> None:
    token = world.link()
    form = form_for(world, token)
    where = world.browser().post(f"/b/{token}", data=form).location
    assert world.browser().post(f"/b/{token}", data=form | {"start": z(TEN), "name": ""}).location == where
    for other in ("another request", ""):
        assert world.browser().post(f"/b/{token}", data=form | {"request_id": other}).status_code == 410


def test_a_request_id_counts_within_its_link_only_and_may_be_any_string(world: World) -> None:
    calendar = world.calendar()
    odd = "\0 é 🙂 ' \" %"
    places = set()
    for start in slots_from(NINE, 2):
        token = world.link(calendar)
        form = JANE | {"start": z(start), "request_id": odd}
        answers = [world.browser().post(f"/b/{token}", data=form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        places |= {answer.location for answer in answers}
    assert len(places) == 2


def test_a_refused_attempt_does_not_use_its_request_up(world: World) -> None:
    calendar = world.calendar()
    token = world.link(calendar)
    form = form_for(world, token)
    world.book(world.link(calendar), NINE)
    assert world.browser().post(f"/b/{token}", data=form).status_code == 409
    assert world.browser().post(f"/b/{token}", data=form | {"email": "nope"}).status_code == 422
    assert world.browser().post(f"/b/{token}", data=form | {"start": z(TEN)}).status_code == 303


# 6. A refusal loses nothing


def test_when_the_slot_went_meanwhile_the_link_stays_and_all_that_was_typed_too(world: World) -> None:
    calendar = world.calendar()
    token = world.link(calendar)
    form = form_for(world, token)
    world.book(world.link(calendar), NINE)
    answer = world.browser().post(f"/b/{token}", data=form)
    assert answer.status_code == 409
    assert {name: field(answer, name) for name in JANE} == JANE
    assert field(answer, "request_id") == form["request_id"]
    assert starts(answer)
    assert z(NINE) not in starts(answer)
    assert "Nothing was booked" in answer.text
    again = world.browser().post(f"/b/{token}", data=form | {"start": starts(answer)[0]})
    assert again.status_code == 303


def test_other_days_can_be_looked_at_without_losing_what_was_typed(world: World) -> None:
    token = world.link()
    typed = JANE | {"request_id": "r1", "look": "1", "email": "not yet an email"}
    day = world.browser().post(f"/b/{token}?date=2026-12-02&tz=Europe/Berlin", data=typed)
    assert (day.status_code, starts(day)[0]) == (200, "2026-12-02T08:00:00Z")
    form = world.browser().post(f"/b/{token}?start={starts(day)[0]}&tz=Europe/Berlin", data=typed)
    assert form.status_code == 200
    assert {name: field(form, name) for name in typed if name != "look"} == {
        n: v for n, v in typed.items() if n != "look"
    }
    assert world.bookings() == []


def test_a_wrong_field_is_named_and_the_rest_kept(world: World) -> None:
    token = world.link()
    form = form_for(world, token) | {"email": "nope"}
    answer = world.browser().post(f"/b/{token}", data=form)
    assert answer.status_code == 422
    assert {name: field(answer, name) for name in form} == form
    assert 'id="email-error"' in answer.text
    assert 'href="#email"' in answer.text
    assert world.row(token).used_at is None


# 7. A link tells a stranger nothing


def test_a_spent_link_names_its_owner_and_nobody_else(world: World) -> None:
    token = world.link(label="For Jane's surgery")
    world.book(token, NINE)
    answer = world.browser().get(f"/b/{token}")
    assert answer.status_code == 410
    assert "This link has already been used" in answer.text
    assert "Olivia Ownerson" in answer.text
    assert "olivia@example.com" in answer.text
    for secret in ("Jane", "jane@", "9:00", "30 November", "30-minute meeting", "garden", "+49", "surgery"):
        assert secret not in answer.text


def test_an_unknown_link_is_a_plain_404(world: World) -> None:
    world.link()
    for path in (
        "/b/abc",
        "/b/" + "1" * 18,
        "/b/%00",
        "/b/" + "x" * 5000,
        "/booking/abc",
        "/booking/abc.ics",
        "/b/ä%ff",
    ):
        answer = world.browser().get(path)
        assert answer.status_code == 404, path
        assert "Olivia" not in answer.text


def test_the_invitees_pages_are_closed_to_the_outside_in_every_state(world: World) -> None:
    calendar = world.calendar()
    token = world.link(calendar)
    manage = world.manage_token(world.book(world.link(calendar), NINE))
    spent = world.link(calendar)
    world.book(spent, TEN)
    b = world.browser()
    answers = [
        b.get(f"/b/{token}"), b.get(f"/b/{token}", headers=HTMX), b.get(f"/b/{token}?start={z(ELEVEN)}"),
        b.get(f"/b/{token}?start=gone"), b.get(f"/b/{spent}"), b.get("/b/unknown"), b.post(f"/b/{token}", data={}),
        b.post(f"/b/{token}", data={"notes": "x" * 1_100_000}), b.delete(f"/b/{token}"), b.get(f"/booking/{manage}"),
        b.get(f"/booking/{manage}.ics"), b.get(f"/booking/{manage}/reschedule"), b.get("/booking/unknown"),
        b.post(f"/booking/{manage}/cancel"), b.get(f"/booking/{manage}"), b.get("/b/a/b"), b.get("/nowhere"),
    ]  # fmt: skip
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 200, 200, 409, 410, 404, 422, 413, 405, 200, 200, 200, 404, 303, 200, 404, 404]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, answer.request.path


def test_no_token_reaches_a_log_even_when_the_code_fails(world: World, caplog: pytest.LogCaptureFixture) -> None:
    token = world.link()
    caplog.set_level("DEBUG")
    world.execute("ALTER TABLE bookings RENAME TO lost")
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    for answer in (
        world.browser().get(f"/b/{token}"),
        world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)}),
    ):
        assert answer.status_code in (500, 503)
    assert token not in caplog.text
    assert "jane@example.com" not in caplog.text


# 8. Owners are walled off


@dataclass
class Walls:
    """What Olivia owns, by its address; and the browsers of another owner and of a visitor without an account."""

    addresses: list[tuple[str, str]]
    """Method and path of every route that names one of her rows."""
    oscars: Browser
    nobody: Browser


@pytest.fixture
def walls(world: World) -> Walls:
    olivia, oscar = world.owner(), world.owner("oscar@example.com", "Oscar")
    calendar = world.calendar(olivia)
    booking = world.book(world.link(calendar), NINE)
    with world.inside():
        busy = add_busy_time(olivia.id, TEN, ELEVEN)
    ids = {"calendar_id": calendar.id, "link_id": world.row(world.link(calendar)).id, "booking_id": booking.id}
    world.signed_in(olivia)
    ids |= {"colleague_id": olivia.id, "invitation_id": 1, "session_id": 1}
    ids |= {"busy_id": busy.id, "message_id": world.message(booking).id, "batch_id": world.batch(calendar).id}
    ids |= {"request_id": world.request(world.link(calendar)).id, "source_id": add_source_row(world, olivia.id)}
    with world.app.test_request_context():
        addresses = [
            (method, url_for(rule.endpoint, **{name: ids[name] for name in rule.arguments}))
            for rule in world.app.url_map.iter_rules()
            if rule.arguments & ids.keys()
            for method in sorted(rule.methods & {"GET", "POST"})
        ]
    assert len(addresses) >= 19
    return Walls(addresses, world.signed_in(oscar), world.browser())


def test_what_belongs_to_another_owner_is_not_there_and_stays_as_it_is(world: World, walls: Walls) -> None:
    before = world.dump()
    for method, path in walls.addresses:
        data = {"csrf_token": walls.oscars.csrf_token(), "name": "Mine now", "label": "Mine now"}
        answer = walls.oscars.open(path, method=method, data=data if method == "POST" else None)
        assert answer.status_code == 404, path
    assert world.dump() == before


def test_without_a_session_each_address_of_an_owner_leads_to_the_login(world: World, walls: Walls) -> None:
    before = world.dump()
    for method, path in walls.addresses:
        assert walls.nobody.open(path, method=method).location == "/login", path
    assert world.dump() == before


def test_an_owner_does_not_see_the_calendars_and_bookings_of_another(walls: Walls) -> None:
    for path in ("/settings/calendars", "/bookings"):
        assert "30-minute meeting" not in walls.oscars.get(path).text


def test_the_database_refuses_rows_that_mix_owners(world: World) -> None:
    calendar = world.calendar(world.owner())
    oscar = world.owner("oscar@example.com", "Oscar")
    booking = world.book(world.link(calendar), NINE)
    with pytest.raises(IntegrityError):
        world.execute("UPDATE links SET owner_id = :oscar WHERE id = :id", oscar=oscar.id, id=booking.link_id)
    with pytest.raises(IntegrityError):
        world.execute("UPDATE bookings SET owner_id = :oscar", oscar=oscar.id)


# 9. A stolen database opens nothing


def test_no_token_is_in_the_database(world: World) -> None:
    owner = world.owner()
    calendar = world.calendar(owner)
    token = world.link(calendar)
    manage = world.manage_token(world.book(token, NINE, request_id="a request"))
    world.signed_in(owner)
    kept = repr(world.dump())
    for secret in (token, manage, "a request", PASSWORD):
        assert secret not in kept


def test_a_changed_key_kills_no_link_that_is_out(world: World, database_url: str, app_on: AppOn) -> None:
    owner = world.owner()
    calendar = world.calendar(owner)
    token, other = world.link(calendar), world.link(calendar)
    manage = world.manage_token(world.book(other, NINE))
    later = World(app_on(database_url, SECRET_KEY=KEY[::-1]))
    assert later.browser().get(f"/b/{token}").status_code == 200
    assert later.browser().get(f"/booking/{manage}").status_code == 200
    shown = later.signed_in(owner).get(f"/settings/links/{world.row(token).id}")
    assert "can’t be shown again" in shown.text
    assert "/b/" not in shown.text
    assert later.browser().post(f"/b/{token}", data=JANE | {"start": z(TEN)}).status_code == 303


def test_tokens_are_short_unmistakable_and_hard_to_guess(world: World) -> None:
    calendar = world.calendar()
    made = [world.link(calendar) for _ in range(20)]
    assert len(set(made)) == 20
    assert all(len(token) == 18 and set(token) <= set(tokens.LETTERS) for token in made)
    assert math.log2(len(tokens.LETTERS)) * 18 >= 96
