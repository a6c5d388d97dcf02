"""The manage link: see, add to a calendar, cancel, reschedule."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from icalendar import Calendar as ICalendar
from support.racing import race
from support.world import World, at, starts, z

from middleware.static_files import static_url
from models import Booking
from scheduling import changes
from scheduling.changes import InviteeActor, OwnerActor
from scheduling.errors import RescheduleLimitReached

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


@pytest.fixture
def booking(world: World) -> Booking:
    return world.book(world.link(world.calendar(location="Room 5", description="Bring tea")), NINE)


@pytest.fixture
def path(world: World, booking: Booking) -> str:
    return f"/booking/{world.manage_token(booking)}"


def event_at(world: World, path: str) -> dict:
    answer = world.browser().get(f"{path}.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    (event,) = ICalendar.from_ical(answer.data).walk("VEVENT")
    return event


def test_the_appointment_as_icalendar(world: World, path: str) -> None:
    event = event_at(world, path)
    assert event["DTSTART"].dt == NINE
    assert event["DTEND"].dt == NINE + timedelta(minutes=30)
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 0
    assert event["SUMMARY"] == "30-minute meeting with Olivia Ownerson"
    assert event["LOCATION"] == "Room 5"
    assert event["URL"] == f"http://localhost{path}"


def test_uid_never_changes_and_sequence_is_one_higher_at_each_change(world: World, path: str) -> None:
    browser = world.browser()
    first = event_at(world, path)
    browser.post(f"{path}/reschedule", data={"start": z(TEN)})
    moved = event_at(world, path)
    browser.post(f"{path}/cancel")
    cancelled = event_at(world, path)
    browser.post(f"{path}/cancel")
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert [event["SEQUENCE"] for event in (first, moved, cancelled, event_at(world, path))] == [0, 1, 2, 2]
    assert moved["DTSTART"].dt == TEN
    assert cancelled["STATUS"] == "CANCELLED"


def test_cancelling_twice_is_the_same_as_once_(world: World, booking: Booking, path: str) -> None:
    for _ in range(2):
        answer = world.browser().post(f"{path}/cancel")
        assert (answer.status_code, answer.location) == (303, path)
    assert "Your appointment is cancelled" in world.browser().get(path).text
    assert world.execute("SELECT status FROM bookings WHERE id = :id", id=booking.id) == [("cancelled",)]


def test_a_cancelled_slot_can_be_booked_by_another_link_but_not_by_the_same(world: World) -> None:
    calendar = world.calendar()
    token, other = world.link(calendar), world.link(calendar)
    manage = world.manage_token(world.book(token, NINE))
    world.browser().post(f"/booking/{manage}/cancel")
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert world.book(other, NINE)


def test_rescheduling_moves_the_booking_and_keeps_its_address(world: World, path: str) -> None:
    browser = world.browser()
    picker = browser.get(f"{path}/reschedule?date=2026-11-30")
    assert picker.status_code == 200
    assert z(NINE) in starts(picker)  # as if the old time were free
    assert browser.get(f"{path}/reschedule?start={z(TEN)}").status_code == 200
    answer = browser.post(f"{path}/reschedule", data={"start": z(TEN), "timezone": "Asia/Tokyo"})
    assert (answer.status_code, answer.location) == (303, path)
    (booking,) = world.bookings()
    assert (booking.starts_at, booking.ends_at) == (TEN, TEN + timedelta(minutes=30))
    assert booking.timezone == "Asia/Tokyo"
    assert world.browser().get(path).status_code == 200


def test_it_may_move_into_its_own_old_time(world: World) -> None:
    booking = world.book(world.link(world.calendar(duration=60, step=15, buffer_after=30)), NINE)
    path = f"/booking/{world.manage_token(booking)}"
    later = NINE + timedelta(minutes=15)
    assert world.browser().post(f"{path}/reschedule", data={"start": z(later)}).status_code == 303
    (booking,) = world.bookings()
    assert (booking.blocked_from, booking.blocked_until) == (later, later + timedelta(minutes=90))


def test_sent_twice_it_moves_once(world: World, path: str) -> None:
    for _ in range(2):
        assert world.browser().post(f"{path}/reschedule", data={"start": z(TEN)}).status_code == 303
    assert event_at(world, path)["SEQUENCE"] == 1


def test_a_move_to_a_slot_that_is_gone_changes_nothing(world: World, path: str) -> None:
    for start in (z(at("2026-11-30 03:00")), "nope", "2020-01-01T09:00:00Z"):
        answer = world.browser().post(f"{path}/reschedule", data={"start": start})
        assert answer.status_code == 409
        assert starts(answer)
    assert world.browser().post(f"{path}/reschedule", data={}).status_code == 422
    assert event_at(world, path)["SEQUENCE"] == 0


def test_a_cancelled_booking_can_be_put_back_at_a_free_time(world: World, path: str) -> None:
    world.browser().post(f"{path}/cancel")
    assert world.browser().post(f"{path}/reschedule", data={"start": z(NINE)}).status_code == 303
    (booking,) = world.bookings()
    assert booking.is_confirmed
    assert event_at(world, path)["SEQUENCE"] == 2


def test_the_daily_limit_does_not_count_the_booking_that_moves(world: World) -> None:
    calendar = world.calendar(daily_limit=1)
    path = f"/booking/{world.manage_token(world.book(world.link(calendar), NINE))}"
    assert world.browser().get(f"/b/{world.link(calendar)}?start={z(TEN)}").status_code == 409
    assert world.browser().post(f"{path}/reschedule", data={"start": z(TEN)}).status_code == 303


def test_a_closed_calendar_offers_no_new_time_but_the_appointment_stays(world: World, path: str) -> None:
    world.execute("UPDATE calendars SET is_open = false")
    assert world.browser().post(f"{path}/reschedule", data={"start": z(TEN)}).status_code == 409
    picker = world.browser().get(f"{path}/reschedule")
    assert starts(picker) == []
    assert "confirmed" in world.browser().get(path).text


def test_what_has_begun_can_not_be_changed_any_more(world: World, path: str, frozen: time_machine.Traveller) -> None:
    frozen.move_to(NINE - timedelta(seconds=1))
    assert world.browser().get(f"{path}/reschedule").status_code == 200
    frozen.move_to(NINE)
    assert world.browser().post(f"{path}/cancel").status_code == 409
    assert world.browser().post(f"{path}/reschedule", data={}).status_code == 409
    assert world.browser().post(f"{path}/reschedule", data={"start": z(TEN)}).status_code == 409
    assert world.browser().get(f"{path}/reschedule").status_code == 409
    assert world.browser().get(path).status_code == 200
    assert event_at(world, path)["STATUS"] == "CONFIRMED"


def test_the_picker_of_a_move_is_in_the_calendars_zone_unless_told_otherwise(world: World) -> None:
    path = f"/booking/{world.manage_token(world.book(world.link(), NINE, timezone='Asia/Tokyo'))}"
    assert 'data-zone="Europe/Berlin"' in world.browser().get(f"{path}/reschedule?date=2026-12-03").text
    page = world.browser().get(path).text
    assert "Tokyo (UTC+9)" in page
    assert f'href="{path}/reschedule?tz=Asia/Tokyo"' in page.replace("%2F", "/")


def test_a_body_over_64_kb_changes_nothing(world: World, path: str) -> None:
    for action in ("cancel", "reschedule"):
        answer = world.browser().post(f"{path}/{action}", data={"start": z(TEN), "more": "x" * 64_001})
        assert answer.status_code == 413
    assert event_at(world, path)["SEQUENCE"] == 0


def test_an_unknown_manage_link_is_404_for_every_request(world: World) -> None:
    browser = world.browser()
    for path in ("/booking/nope", "/booking/nope.ics", "/booking/nope/reschedule"):
        assert browser.get(path).status_code == 404
    assert browser.post("/booking/nope/cancel").status_code == 404
    assert browser.post("/booking/nope/reschedule", data={"start": z(NINE)}).status_code == 404


# What the calendar allows


def changed(world: World, path: str, start: datetime) -> int:
    return world.browser().post(f"{path}/reschedule", data={"start": z(start)}).status_code


def test_changes_are_open_until_the_calendars_latest_time(world: World, frozen: time_machine.Traveller) -> None:
    calendar = world.calendar(change_notice=120)
    path = f"/booking/{world.manage_token(world.book(world.link(calendar), TEN))}"
    assert "It can be changed until Monday, 30 November, 9:00." in world.browser().get(path).text
    frozen.move_to(TEN - timedelta(minutes=120, seconds=1))
    assert world.browser().get(f"{path}/reschedule").status_code == 200
    frozen.move_to(TEN - timedelta(minutes=120))
    for answer in (
        world.browser().get(f"{path}/reschedule"),
        world.browser().post(f"{path}/cancel"),
        world.browser().post(f"{path}/reschedule", data={"start": z(at("2026-12-01 10:00"))}),
    ):
        assert answer.status_code == 409
        assert "too close to its start" in answer.text
        assert "Questions?" in answer.text
        assert "/reschedule" not in answer.text
    assert event_at(world, path)["SEQUENCE"] == 0
    assert "can’t be changed here any more" in world.browser().get(path).text


def test_it_can_be_moved_as_often_as_the_calendar_allows(world: World) -> None:
    path = f"/booking/{world.manage_token(world.book(world.link(world.calendar(max_moves=2)), NINE))}"
    assert "You can move it 2 more times." in world.browser().get(path).text
    assert changed(world, path, TEN) == 303
    assert changed(world, path, TEN) == 303  # sent twice, it moves once
    assert "You can move it one more time." in world.browser().get(path).text
    assert world.browser().post(f"{path}/cancel").status_code == 303
    assert changed(world, path, NINE) == 303  # to put it back counts too
    assert changed(world, path, TEN) == 409
    assert "as often as it can be" in world.browser().post(f"{path}/reschedule", data={"start": z(TEN)}).text
    assert changed(world, path, NINE) == 303  # where it is already
    assert "/reschedule" not in world.browser().get(path).text
    assert world.browser().post(f"{path}/cancel").status_code == 303


def test_moves_by_the_owner_do_not_count(world: World) -> None:
    booking = world.book(world.link(world.calendar(max_moves=1)), NINE)
    with world.inside():
        changes.reschedule(OwnerActor(booking.owner_id, booking.id), TEN, notify=False)
    path = f"/booking/{world.manage_token(booking)}"
    assert changed(world, path, NINE) == 303
    assert changed(world, path, TEN) == 409


def test_moves_raced_for_never_pass_the_limit(world: World) -> None:
    booking = world.book(world.link(world.calendar(max_moves=1)), NINE)
    who = InviteeActor(world.manage_token(booking))

    def move(start: datetime) -> Booking:
        with world.inside():
            return changes.reschedule(who, start, notify=False)

    later = [TEN + i * timedelta(minutes=30) for i in range(6)]
    outcomes = race([lambda start=start: move(start) for start in later])
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {RescheduleLimitReached}


def test_a_cancelled_one_stays_so_where_the_calendar_says_so(world: World) -> None:
    path = f"/booking/{world.manage_token(world.book(world.link(world.calendar(allow_rebooking=False)), NINE))}"
    assert changed(world, path, TEN) == 303
    world.browser().post(f"{path}/cancel")
    assert "Choose a new time" not in world.browser().get(path).text
    assert world.browser().get(f"{path}/reschedule").status_code == 409
    assert changed(world, path, NINE) == 409
    assert "can’t be put back" in world.browser().post(f"{path}/reschedule", data={"start": z(NINE)}).text


def test_the_reason_for_cancelling_is_kept(world: World, path: str) -> None:
    world.browser().post(f"{path}/cancel", data={"reason": " I am <ill> "})
    assert "I am &lt;ill&gt;" in world.browser().get(path).text
    world.browser().post(f"{path}/cancel", data={"reason": "another"})
    assert "another" not in world.browser().get(path).text


def test_the_picker_of_a_move_leads_to_nothing_else(world: World, path: str) -> None:
    page = world.browser().get(f"{path}/reschedule").text
    assert {href.partition("?")[0] for href in re.findall(r'(?:href|action|hx-get)="(/[^"#]*)', page)} <= {
        path, f"{path}/reschedule", static_url("icon.svg"), static_url("style.css"),
    }  # fmt: skip
