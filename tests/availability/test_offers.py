"""An offer of a link changes the arguments of the slot rule: duration, dates, exact times."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.world import at

from availability.month_view import build_picker
from availability.offers import Offer
from availability.opening_hours import parse_availability
from availability.slots import Agenda, BusyTimes, Rules, first_slot, is_offered, offered_slots

BERLIN = ZoneInfo("Europe/Berlin")
NOW = at("2026-11-30 07:00")
RULES = Rules(
    BERLIN, parse_availability(["mon-fri 09:00-10:00"]), timedelta(minutes=30), timedelta(minutes=30), horizon=30
)
ALL = (NOW, at("2027-01-31 00:00"))


def slots(offer: Offer, agenda: Agenda | None = None) -> list[str]:
    return [f"{at:%m-%d %H:%M}" for at in offered_slots(offer.applied_to(RULES), agenda or Agenda(), NOW, *ALL)]


def test_no_offer_leaves_the_rules_as_they_are() -> None:
    assert Offer().applied_to(RULES) is RULES
    assert not Offer()
    assert Offer(duration=30)


def test_a_duration_takes_the_place_of_the_calendars() -> None:
    assert slots(Offer(duration=60))[:2] == ["11-30 08:00", "12-01 08:00"]
    assert slots(Offer(duration=61)) == []


@pytest.mark.parametrize(
    ("offer", "first", "last", "count"),
    [
        (Offer(earliest=date(2026, 12, 2)), "12-02 08:00", "12-30 08:30", 42),
        (Offer(latest=date(2026, 12, 1)), "11-30 08:00", "12-01 08:30", 4),
        (Offer(earliest=date(2026, 12, 1), latest=date(2026, 12, 1)), "12-01 08:00", "12-01 08:30", 2),
        (Offer(latest=date(2027, 5, 1)), "11-30 08:00", "12-30 08:30", 46),
    ],
)
def test_dates_bound_it_and_never_widen_it(offer: Offer, first: str, last: str, count: int) -> None:
    found = slots(offer)
    assert (found[0], found[-1], len(found)) == (first, last, count)


def test_exact_times_need_no_hours_and_no_step_but_all_else_holds() -> None:
    starts = (at("2026-11-30 07:30"), at("2026-12-05 20:17"), at("2026-12-06 10:00"), at("2027-02-01 10:00"))
    busy = Agenda(BusyTimes([(at("2026-12-06 10:15"), at("2026-12-06 11:00"))]))
    assert slots(Offer(starts=starts), busy) == ["11-30 07:30", "12-05 20:17"]
    rules = Offer(starts=starts).applied_to(RULES)
    assert is_offered(rules, Agenda(), NOW, starts[2])
    assert not is_offered(rules, Agenda(), NOW, at("2026-12-01 08:00"))
    assert first_slot(rules, Agenda(), NOW, at("2026-12-01 00:00")) == starts[1]


def test_a_picker_opens_on_the_first_day_of_the_offer() -> None:
    rules = Offer(starts=(at("2026-12-05 20:17"),)).applied_to(RULES)
    picker = build_picker(rules, Agenda(), NOW, BERLIN)
    assert (picker.day, [start.hour for start in picker.starts]) == (date(2026, 12, 5), [21])
    assert picker.next is None


def test_a_picker_of_an_offer_that_is_over_shows_this_month_and_nothing_free() -> None:
    picker = build_picker(Offer(latest=date(2026, 10, 1)).applied_to(RULES), Agenda(), NOW, BERLIN)
    assert (picker.month, picker.starts, picker.bookable) == (date(2026, 11, 1), (), frozenset())
