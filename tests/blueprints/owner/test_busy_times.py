"""Settings → Busy times: what the owner blocks by hand."""

from datetime import timedelta
from typing import Any

import pytest
from support.world import Browser, World, at, starts, z

from database import db
from models import BusyTime, Owner
from scheduling.busy_times import add_busy_time

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
PATH = "/settings/busy"
HOLIDAY = {"from_day": "2026-12-24", "until_day": "2027-01-02", "note": "Holiday"}


def busy_times(world: World) -> list[tuple[str, str, str]]:
    with world.inside():
        found = db.session.scalars(db.select(BusyTime).order_by(BusyTime.id))
        return [(z(busy.starts_at), z(busy.ends_at), busy.note) for busy in found]


@pytest.mark.parametrize(
    ("sent", "start", "end"),
    [
        (HOLIDAY, "2026-12-23T23:00:00Z", "2027-01-02T23:00:00Z"),
        ({"from_day": "2026-12-24"}, "2026-12-23T23:00:00Z", "2026-12-24T23:00:00Z"),
        ({"from_day": "2026-12-24", "from_time": "14:30"}, "2026-12-24T13:30:00Z", "2026-12-24T23:00:00Z"),
        ({"from_day": "2026-12-24", "until_time": "9.15"}, "2026-12-23T23:00:00Z", "2026-12-24T08:15:00Z"),
        (
            {"from_day": "2026-12-24", "from_time": "22:00", "until_day": "2026-12-25", "until_time": "06:00"},
            "2026-12-24T21:00:00Z",
            "2026-12-25T05:00:00Z",
        ),
        ({"from_day": "2027-03-28"}, "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"),  # a day of 23 hours
    ],
)
def test_days_and_times_are_meant_in_the_owners_zone(
    world: World, browser: Browser, sent: dict[str, str], start: str, end: str
) -> None:
    assert "No time is blocked" in browser.get(PATH).text
    assert browser.change(PATH, sent).status_code == 303
    assert busy_times(world) == [(start, end, sent.get("note", ""))]
    assert sent.get("note", "blocked") in browser.get(PATH).text
    page = browser.get(f"{PATH}/1").text
    for name in ("from_day", "from_time", "until_time"):
        assert f'value="{sent.get(name, "").replace("9.15", "09:15")}"' in page
    again = {name: value for name, value in sent.items() if name != "note"} | {"note": "Other"}
    assert browser.change(f"{PATH}/1", again).status_code == 303
    assert busy_times(world) == [(start, end, "Other")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_day": ""}, "from_day"), ({"from_day": "2026-02-30"}, "from_day"), ({"from_day": "soon"}, "from_day"),
        ({"from_day": "9999-12-31"}, "from_day"), ({"until_day": "tomorrow"}, "until_day"),
        ({"until_day": "2026-12-23"}, "until_day"), ({"from_time": "25:00"}, "from_time"),
        ({"until_time": "noon"}, "until_time"), ({"note": "x" * 201}, "note"), ({"note": "\0"}, "note"),
        ({"until_day": "", "from_time": "10:00", "until_time": "09:00"}, "until_day"),
        ({"from_day": "2026-11-01", "until_day": "2026-11-29"}, "until_day"),  # over already
    ],
)  # fmt: skip
def test_a_wrong_field_is_told_and_nothing_is_lost(
    world: World, browser: Browser, changes: dict[str, str], field: str
) -> None:
    answer = browser.change(PATH, HOLIDAY | changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert (HOLIDAY | changes)["from_day"] in answer.text
    assert busy_times(world) == []


def test_it_holds_in_all_calendars_with_their_buffers(world: World, owner: Owner) -> None:
    calendars = [world.calendar(owner), world.calendar(owner, buffer_after=30)]
    with world.inside():
        add_busy_time(owner.id, TEN, TEN + timedelta(minutes=30), "Dentist")
    for calendar, gone in zip(calendars, ([TEN], [TEN - timedelta(minutes=30), TEN]), strict=True):
        token = world.link(calendar)
        offered = starts(world.browser().get(f"/b/{token}?date=2026-11-30"))
        for slot in (NINE, TEN - timedelta(minutes=30), TEN, TEN + timedelta(minutes=30)):
            assert (z(slot) in offered) == (slot not in gone)
        answer = world.browser().post(f"/b/{token}", data={"start": z(TEN), "name": "J", "email": "j@example.com"})
        assert answer.status_code == 409
        assert "Dentist" not in answer.text


def test_appointments_within_it_stay_and_are_told(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    for start in (NINE, TEN):
        world.book(world.link(calendar), start)
    world.cancel(world.book(world.link(calendar), at("2026-11-30 11:00")))
    browser.change(PATH, {"from_day": "2026-11-30", "from_time": "10:15", "until_time": "11:15"})
    page = browser.get(PATH).text
    assert page.count("2 appointments are within it, and stay.") == 2  # after it was made, and in the list
    assert all(booking.starts_at for booking in world.bookings())
    assert sum(booking.is_confirmed for booking in world.bookings()) == 2


def test_an_appointment_is_not_within_it_for_its_buffer(world: World, owner: Owner, browser: Browser) -> None:
    world.book(world.link(world.calendar(owner, buffer_after=60)), NINE)  # until 10:30 in Berlin
    browser.change(PATH, {"from_day": "2026-11-30", "from_time": "10:30", "until_time": "11:15"})
    assert "within it" not in browser.get(PATH).text


def test_a_removed_one_can_be_booked_again(world: World, owner: Owner, browser: Browser) -> None:
    token = world.link(world.calendar(owner))
    browser.change(PATH, {"from_day": "2026-11-30"})
    assert starts(world.browser().get(f"/b/{token}?date=2026-11-30")) == []
    assert browser.change(f"{PATH}/1/remove").status_code == 303
    assert z(NINE) in starts(world.browser().get(f"/b/{token}?date=2026-11-30"))
    assert browser.change(f"{PATH}/1/remove").status_code == 404


def test_what_is_over_is_not_listed(world: World, owner: Owner, browser: Browser, frozen: Any) -> None:
    with world.inside():
        add_busy_time(owner.id, NINE, TEN, "Dentist")
    assert "Dentist" in browser.get(PATH).text
    frozen.move_to(TEN)
    assert "Dentist" not in browser.get(PATH).text
