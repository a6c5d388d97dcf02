"""How often a booking can be changed: each change costs two mails, one to an address that somebody merely typed."""

import re
from datetime import timedelta

import pytest
import time_machine
from support.racing import race
from support.world import Browser, World, at, z

from models import Booking, Calendar, Owner
from scheduling import changes
from scheduling.booking_queries import history
from scheduling.changes import MAX_CHANGES, MAX_INVITEE_CHANGES, InviteeActor, OwnerActor
from scheduling.errors import ChangeLimitReached, TooManyChanges

START = at("2026-12-03 09:00")


@pytest.fixture
def calendar(world: World, owner: Owner) -> Calendar:
    return world.calendar(owner, "mon-sun 00:00-24:00")


@pytest.fixture
def booking(world: World, calendar: Calendar) -> Booking:
    return world.book(world.link(calendar), START)


@pytest.fixture
def path(world: World, booking: Booking) -> str:
    return f"/booking/{world.manage_token(booking)}"


def count(world: World, booking: Booking) -> int:
    with world.inside():
        return len(history(booking))


def by_invitee(world: World, path: str, number: int) -> int:
    """Cancel it, or put it back at another time; return the status."""
    if number % 2:
        form = {"start": z(START + timedelta(hours=number))}
        return world.browser().post(f"{path}/reschedule", data=form).status_code
    return world.browser().post(f"{path}/cancel").status_code


def test_an_invitee_changes_it_five_times_an_hour(
    world: World, booking: Booking, path: str, frozen: time_machine.Traveller
) -> None:
    statuses = [by_invitee(world, path, number) for number in range(8)]
    assert statuses == [303] * MAX_INVITEE_CHANGES + [429, 303, 429]  # it is cancelled: doing that again is no change
    answer = world.browser().post(f"{path}/reschedule", data={"start": z(START)})
    assert answer.headers["Retry-After"] == "3600"
    assert "please try again after" in answer.text.lower().replace(" 2026", "")
    assert "or contact Olivia Ownerson" in answer.text
    assert world.browser().get(f"{path}/reschedule").status_code == 429
    page = world.browser().get(path)
    assert (page.status_code, "or contact Olivia Ownerson" in page.text) == (200, True)
    frozen.shift(timedelta(minutes=59))
    assert by_invitee(world, path, 5) == 429
    frozen.shift(timedelta(minutes=1))
    assert by_invitee(world, path, 5) == 303
    assert count(world, booking) == MAX_INVITEE_CHANGES + 1


def test_a_cancellation_that_must_wait_keeps_the_reason(world: World, path: str) -> None:
    for number in range(5):
        by_invitee(world, path, number)
    world.execute("UPDATE bookings SET status = 'confirmed'")
    answer = world.browser().post(f"{path}/cancel", data={"reason": "I broke my leg"})
    assert answer.status_code == 429
    assert ">I broke my leg</textarea>" in re.sub(r">\s+", ">", answer.text)


def test_a_booking_is_changed_twenty_times_in_all_and_its_owner_can_still_cancel_it(
    world: World, booking: Booking, browser: Browser, path: str, frozen: time_machine.Traveller
) -> None:
    for number in range(MAX_CHANGES):
        assert by_invitee(world, path, number) == 303
        frozen.shift(timedelta(minutes=13))
    assert by_invitee(world, path, 21) == 409
    answer = world.browser().post(f"{path}/cancel")
    page = world.browser().get(path)
    assert (answer.status_code, page.status_code) == (409, 200)
    for text in (answer.text, page.text):
        assert "was changed as often as it can be. Please contact Olivia Ownerson." in text
    theirs = f"/bookings/{booking.id}"
    refused = browser.change(f"{theirs}/reschedule", {"start": z(START)})
    assert (refused.status_code, "You can still cancel it" in refused.text) == (409, True)
    shown = browser.get(theirs).text
    assert f"Show all {MAX_CHANGES} changes" in shown
    assert shown.count("Put back by") + shown.count("Cancelled by") + shown.count("Moved by") == MAX_CHANGES
    assert browser.change(f"{theirs}/cancel").status_code == 303
    assert count(world, booking) == MAX_CHANGES + 1


def test_the_owner_need_not_wait_for_what_the_invitee_did(
    world: World, owner: Owner, booking: Booking, path: str
) -> None:
    for number in range(5):
        by_invitee(world, path, number)
    with world.inside():
        for hours in range(10):
            actor = OwnerActor(owner.id, booking.id)
            changes.reschedule(actor, START + timedelta(days=1, hours=hours), notify=False)
        with pytest.raises(TooManyChanges):
            changes.cancel(InviteeActor(world.manage_token(booking)), notify=False)
    assert count(world, booking) == 15


@pytest.mark.parametrize(("done", "left", "refusal"), [(0, 5, TooManyChanges), (17, 3, ChangeLimitReached)])
def test_of_many_changes_at_once_only_as_many_are_made_as_may_be(
    world: World, owner: Owner, booking: Booking, done: int, left: int, refusal: type[Exception]
) -> None:
    token = world.manage_token(booking)
    with world.inside():
        for hours in range(done):
            changes.reschedule(OwnerActor(owner.id, booking.id), START + timedelta(days=1, hours=hours), notify=False)

    def attempt(number: int) -> Booking:
        with world.inside():
            return changes.reschedule(InviteeActor(token), START + timedelta(days=2, hours=number), notify=True)

    outcomes = race([lambda number=number: attempt(number) for number in range(12)])
    assert [type(each) for each in outcomes if isinstance(each, Exception)] == [refusal] * (12 - left)
    assert count(world, booking) == done + left
    assert len(world.execute("SELECT 1 FROM messages WHERE kind <> 'booked'")) == 2 * left
