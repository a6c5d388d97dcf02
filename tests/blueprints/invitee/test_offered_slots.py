"""Booking and moving within a link's offer, and pages that are kept."""

from datetime import date

import pytest
from support.world import JANE, World, at, field, starts, z

from availability.offers import Offer
from models import Owner
from scheduling import links
from scheduling.links import LinkDetails

NINE, TEN, SUNDAY = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-12-06 18:10")


def filled(start: str, **more: str) -> dict[str, str]:
    return JANE | {"start": start} | more


def offering(world: World, owner: Owner, **offer: object) -> str:
    return world.link(world.calendar(owner), details=LinkDetails(offer=Offer(**offer)))  # type: ignore[arg-type]


def test_exact_times_are_all_that_is_offered_and_only_they_are_booked(world: World, owner: Owner) -> None:
    token = offering(world, owner, starts=(TEN, SUNDAY), duration=45)
    jane = world.browser()
    assert starts(jane.get(f"/b/{token}")) == [z(TEN)]
    assert starts(jane.get(f"/b/{token}?date=2026-12-06")) == [z(SUNDAY)]
    assert "45 min" in jane.get(f"/b/{token}").text
    refused = jane.post(f"/b/{token}", data=filled(z(NINE)))
    assert (refused.status_code, starts(refused)) == (409, [z(TEN), z(SUNDAY)])
    assert "19:10–19:55" in jane.get(f"/b/{token}?start={z(SUNDAY)}").text
    booked = jane.post(f"/b/{token}", data=filled(z(SUNDAY)))
    assert booked.status_code == 303
    (booking,) = world.bookings()
    assert (booking.starts_at, booking.ends_at) == (SUNDAY, at("2026-12-06 18:55"))


def test_dates_bound_what_can_be_booked(world: World, owner: Owner) -> None:
    token = offering(world, owner, earliest=date(2026, 12, 2), latest=date(2026, 12, 3))
    jane = world.browser()
    assert starts(jane.get(f"/b/{token}"))[0].startswith("2026-12-02")
    assert starts(jane.get(f"/b/{token}?date=2026-12-04")) == []
    for wrong in (NINE, at("2026-12-04 09:00")):
        assert jane.post(f"/b/{token}", data=filled(z(wrong))).status_code == 409
    assert jane.post(f"/b/{token}", data=filled("2026-12-03T09:00:00Z")).status_code == 303


def test_an_appointment_moves_within_its_offer_and_keeps_its_duration(world: World, owner: Owner) -> None:
    token = offering(world, owner, latest=date(2026, 12, 1), duration=60)
    booking = world.book(token, NINE)
    world.execute("UPDATE calendars SET duration = 15")
    address = f"/booking/{world.manage_token(booking)}/reschedule"
    jane = world.browser()
    assert starts(jane.get(f"{address}?date=2026-12-02")) == []
    assert jane.post(address, data={"start": "2026-12-02T09:00:00Z"}).status_code == 409
    assert jane.post(address, data={"start": "2026-12-01T10:00:00Z"}).status_code == 303
    (moved,) = world.bookings()
    assert (moved.starts_at, moved.ends_at) == (at("2026-12-01 10:00"), at("2026-12-01 11:00"))


def test_without_an_offer_it_moves_with_the_calendars_duration(world: World, owner: Owner) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    world.execute("UPDATE calendars SET duration = 15")
    assert world.move(booking, TEN).ends_at == at("2026-11-30 10:15")


def test_name_and_email_are_filled_in_and_can_be_changed(world: World, owner: Owner) -> None:
    details = LinkDetails("VIP, never mind", "Jane Doe", "jane@example.com")
    token = world.link(world.calendar(owner), details=details)
    jane = world.browser()
    form = jane.get(f"/b/{token}?start={z(NINE)}")
    assert (field(form, "name"), field(form, "email")) == ("Jane Doe", "jane@example.com")
    assert "VIP" not in form.text
    assert "Jane" not in jane.get(f"/b/{token}").text
    jane.post(f"/b/{token}", data=filled(z(NINE), name="John"))
    assert world.bookings()[0].name == "John"


def test_a_kept_page_of_an_offer_is_shown_for_no_other_link(world: World, owner: Owner) -> None:
    calendar = world.calendar(owner)
    plain, offered = world.link(calendar), world.link(calendar, details=LinkDetails(offer=Offer(starts=(TEN,))))
    longer = world.link(calendar, details=LinkDetails(offer=Offer(duration=120)))
    jane = world.browser()
    for _ in range(2):
        assert len(starts(jane.get(f"/b/{plain}"))) == 16
        assert starts(jane.get(f"/b/{offered}")) == [z(TEN)]
        assert "2 h" in jane.get(f"/b/{longer}").text


@pytest.mark.parametrize("query", ["", "?tz=Asia/Tokyo"])
def test_a_kept_page_changes_with_its_offer(world: World, owner: Owner, query: str) -> None:
    token = world.link(world.calendar(owner))
    link, jane = world.row(token), world.browser()
    assert len(starts(jane.get(f"/b/{token}{query}"))) > 1
    for offered in (TEN, at("2026-11-30 11:00")):
        with world.inside():
            links.change_details(owner.id, link.id, LinkDetails(offer=Offer(starts=(offered,))))
        assert starts(jane.get(f"/b/{token}{query}")) == [z(offered)]
    with world.inside():
        links.change_expiry(owner.id, link.id, date(2026, 11, 30))
    assert jane.get(f"/b/{token}{query}").status_code == 200
    world.execute(
        "UPDATE links SET expires_at = '2026-11-30 06:00:00.000000+00:00'"
        if not world.on_sqlite
        else "UPDATE links SET expires_at = '2026-11-30 06:00:00.000000'"
    )
    assert jane.get(f"/b/{token}{query}").status_code == 410


def test_the_offer_of_a_closed_calendar_offers_nothing(world: World, owner: Owner) -> None:
    token = offering(world, owner, starts=(TEN,))
    booking = world.book(token, TEN)
    world.execute("UPDATE calendars SET is_open = false")
    answer = world.browser().get(f"/booking/{world.manage_token(booking)}/reschedule")
    assert starts(answer) == []
