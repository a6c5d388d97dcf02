"""The rule for slots, section by section. Pure: no database, and it is always the `now` that the test says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.world import at

from availability.opening_hours import WEEKDAYS, parse_availability
from availability.slots import (
    Agenda,
    BusyTimes,
    Rules,
    Window,
    first_slot,
    instant,
    is_offered,
    nearest_slots,
    offered_slots,
    within,
)

MINUTE = timedelta(minutes=1)
NEVER, ALWAYS = at("0002-01-01"), at("9998-01-01")


def rules(*hours: str, zone: str = "UTC", duration: int = 60, step: int = 60, **more: Any) -> Rules:
    overrides = more.pop("overrides", ())
    minutes = {
        name: more.pop(name) * MINUTE for name in ("buffer_before", "buffer_after", "min_notice") if name in more
    }
    return Rules(
        zone=ZoneInfo(zone),
        availability=parse_availability(hours, overrides),
        duration=duration * MINUTE,
        step=step * MINUTE,
        **minutes,
        **({"horizon": 3000} | more),
    )


def slots(rules: Rules, day: str, now: str = "2026-01-01", agenda: Agenda | None = None) -> list[str]:
    """Return the slots that start on a date of the calendar's zone, as wall times with their offset."""
    first = instant(date.fromisoformat(day), 0, rules.zone) - timedelta(days=1)
    found = offered_slots(rules, agenda or Agenda(), at(now), first, first + timedelta(days=3))
    local = [start.astimezone(rules.zone) for start in found]
    return [f"{start:%H:%M%z}" for start in local if start.date().isoformat() == day]


def busy(*intervals: tuple[str, str]) -> Agenda:
    return Agenda(busy=BusyTimes((at(start), at(end)) for start, end in intervals))


def test_candidates_start_at_the_windows_start_and_end_within_it() -> None:
    assert slots(rules("thu 09:00-11:30"), "2026-01-08") == ["09:00+0000", "10:00+0000"]
    assert slots(rules("thu 09:00-11:30", step=30), "2026-01-08") == [
        "09:00+0000",
        "09:30+0000",
        "10:00+0000",
        "10:30+0000",
    ]


def test_a_window_as_long_as_the_duration_has_one_slot_and_a_shorter_one_none() -> None:
    assert slots(rules("thu 09:00-10:00"), "2026-01-08") == ["09:00+0000"]
    assert slots(rules("thu 09:00-09:59"), "2026-01-08") == []


def test_several_windows_a_day_count_their_steps_each_from_its_own_start() -> None:
    assert slots(rules("thu 09:00-10:30", "thu 13:15-14:15"), "2026-01-08") == ["09:00+0000", "13:15+0000"]


def test_a_day_may_end_at_24_00_and_the_next_begin_at_once() -> None:
    round_the_clock = rules("thu-fri 22:00-24:00", "fri 00:00-01:00")
    assert slots(round_the_clock, "2026-01-08") == ["22:00+0000", "23:00+0000"]
    assert slots(round_the_clock, "2026-01-09")[0] == "00:00+0000"


def test_an_override_stands_in_for_the_weekday_and_may_close_it() -> None:
    r = rules(
        "mon-sun 09:00-11:00", overrides=["2026-01-08 closed", "2026-01-09 15:00-16:00", "2026-01-09 18:00-19:00"]
    )
    assert slots(r, "2026-01-08") == []
    assert slots(r, "2026-01-09") == ["15:00+0000", "18:00+0000"]
    assert slots(r, "2026-01-10") == ["09:00+0000", "10:00+0000"]


# Where the clock changes. Each row: zone, window, step, date, what is offered. A wall time in a gap takes the offset
# before the gap, one that occurs twice is the first (RFC 5545, 3.3.5); lengths are real minutes.
CLOCK_CHANGES = [
    ("Europe/Berlin", "01:00-04:00", 60, "2026-03-29", ["01:00+0100", "03:00+0200"]),
    ("Europe/Berlin", "01:00-04:00", 60, "2026-10-25", ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]),
    ("Europe/Berlin", "02:30-05:00", 60, "2026-03-29", ["03:30+0200"]),  # begins in the gap: 02:30+01:00 is 03:30+02:00
    ("Europe/Berlin", "01:00-02:30", 60, "2026-03-29", ["01:00+0100"]),  # ends in the gap, at 03:30+02:00
    ("Europe/Berlin", "02:30-04:00", 60, "2026-10-25", ["02:30+0200", "02:30+0100"]),  # begins twice: the first counts
    ("Europe/Berlin", "01:00-02:30", 30, "2026-10-25", ["01:00+0200", "01:30+0200"]),  # ends twice: the first counts
    ("America/New_York", "01:00-04:00", 60, "2026-03-08", ["01:00-0500", "03:00-0400"]),
    ("America/New_York", "00:00-03:00", 60, "2026-11-01", ["00:00-0400", "01:00-0400", "01:00-0500", "02:00-0500"]),
    ("America/Santiago", "00:00-02:00", 60, "2026-09-06", ["01:00-0300"]),  # midnight itself is skipped
    ("Australia/Sydney", "01:00-04:00", 60, "2026-10-04", ["01:00+1000", "03:00+1100"]),
    ("Australia/Sydney", "01:00-04:00", 60, "2026-04-05", ["01:00+1100", "02:00+1100", "02:00+1000", "03:00+1000"]),
    ("Australia/Lord_Howe", "01:00-04:00", 60, "2026-10-04", ["01:00+1030", "02:30+1100"]),  # half an hour
    ("Australia/Lord_Howe", "01:00-03:00", 60, "2026-04-05", ["01:00+1100", "01:30+1030"]),
    ("Asia/Kathmandu", "09:00-11:00", 60, "2026-03-29", ["09:00+0545", "10:00+0545"]),
    ("Asia/Kolkata", "23:00-24:00", 60, "2026-03-29", ["23:00+0530"]),
    ("Africa/Casablanca", "01:00-04:00", 60, "2026-02-15", ["01:00+0100", "02:00+0100", "02:00+0000", "03:00+0000"]),
]


@pytest.mark.parametrize(("zone", "window", "step", "day", "expected"), CLOCK_CHANGES)
def test_a_day_on_which_the_clock_changes_has_the_slots_that_really_fit(
    zone: str, window: str, step: int, day: str, expected: list[str]
) -> None:
    assert slots(rules(f"mon-sun {window}", zone=zone, step=step), day) == expected


def test_windows_that_a_gap_pushes_together_offer_each_slot_once() -> None:
    r = rules("sun 02:00-03:00", "sun 03:00-04:00", zone="Europe/Berlin", duration=30, step=30)
    assert slots(r, "2026-03-29") == ["03:00+0200", "03:30+0200"]


def test_a_day_that_a_zone_skipped_is_the_next_one() -> None:
    """Samoa had no 30 December 2011: its wall times are a day on, in the offset before (RFC 5545, 3.3.5)."""
    r = rules("fri 09:00-10:00", zone="Pacific/Apia")
    assert slots(r, "2011-12-31", now="2011-12-01") == ["09:00+1400"]


def test_notice_counts_to_the_second() -> None:
    r = rules("thu 09:00-12:00", min_notice=120)
    assert slots(r, "2026-01-08", now="2026-01-08 08:00:00") == ["10:00+0000", "11:00+0000"]
    assert slots(r, "2026-01-08", now="2026-01-08 08:00:01") == ["11:00+0000"]


def test_without_notice_a_slot_can_be_had_until_it_starts() -> None:
    assert slots(rules("thu 09:00-10:00"), "2026-01-08", now="2026-01-08 09:00:00") == ["09:00+0000"]
    assert slots(rules("thu 09:00-10:00"), "2026-01-08", now="2026-01-08 09:00:01") == []


def test_the_horizon_counts_dates_of_the_calendars_zone() -> None:
    r = rules("mon-sun 00:00-24:00", zone="Pacific/Auckland", horizon=1)
    now = at("2026-01-08 12:00")  # the 9th in Auckland
    found = [start.astimezone(r.zone).date().isoformat() for start in offered_slots(r, Agenda(), now, NEVER, ALWAYS)]
    assert sorted(set(found)) == ["2026-01-09", "2026-01-10"]
    only_today = offered_slots(rules("mon-sun 00:00-24:00", horizon=0), Agenda(), now, NEVER, ALWAYS)
    assert {start.date() for start in only_today} == {date(2026, 1, 8)}


def test_busy_times_are_half_open_and_may_overlap_one_another() -> None:
    agenda = busy(("2026-01-08 10:00", "2026-01-08 11:00"), ("2026-01-08 10:30", "2026-01-08 10:40"))
    assert slots(rules("thu 09:00-13:00"), "2026-01-08", agenda=agenda) == ["09:00+0000", "11:00+0000", "12:00+0000"]


def test_buffers_must_be_free_too() -> None:
    r = rules("thu 09:00-14:00", buffer_before=15, buffer_after=30)
    agenda = busy(("2026-01-08 11:00", "2026-01-08 12:00"))
    assert slots(r, "2026-01-08", agenda=agenda) == ["09:00+0000", "13:00+0000"]
    assert r.blocked(at("2026-01-08 09:00")) == (at("2026-01-08 08:45"), at("2026-01-08 10:30"))


def test_the_daily_limit_counts_the_date_on_which_a_slot_starts() -> None:
    r = rules("mon-sun 09:00-11:00", daily_limit=2)
    agenda = Agenda(booked={date(2026, 1, 8): 2, date(2026, 1, 9): 1})
    assert slots(r, "2026-01-08", agenda=agenda) == []
    assert slots(r, "2026-01-09", agenda=agenda) == ["09:00+0000", "10:00+0000"]


def test_is_offered_says_the_same_as_offered_for_every_minute_of_a_day() -> None:
    r = rules("sun 01:00-04:00", zone="Europe/Berlin", duration=45, step=20, buffer_before=10)
    agenda = busy(("2026-10-25 00:30", "2026-10-25 00:50"))
    now = at("2026-10-01")
    first = at("2026-10-24 20:00")
    found = set(offered_slots(r, agenda, now, first, first + timedelta(days=1)))
    assert found
    for minute in range(24 * 60):
        start = first + minute * MINUTE
        assert is_offered(r, agenda, now, start) == (start in found), start
    assert not is_offered(r, agenda, now, min(found) + timedelta(seconds=1))


def test_the_first_slot_may_be_weeks_away_or_nowhere() -> None:
    r = rules(overrides=["2026-02-20 09:00-10:00"])
    assert first_slot(r, Agenda(), at("2026-01-01"), at("2026-01-01")) == at("2026-02-20 09:00")
    assert first_slot(rules(), Agenda(), at("2026-01-01"), at("2026-01-01")) is None


def test_instants_out_of_reach_are_answered_with_nothing() -> None:
    r = rules("mon-sun 00:00-24:00")
    assert offered_slots(r, Agenda(), at("2026-01-01"), at("9998-12-30"), at("9998-12-31")) == []
    assert offered_slots(r, Agenda(), at("2026-01-01"), at("0002-01-01"), at("0002-01-02")) == []
    assert not is_offered(
        r, Agenda(), at("2026-01-01"), datetime.max.replace(tzinfo=UTC, microsecond=0) - timedelta(days=1)
    )


@pytest.mark.parametrize(("opens", "closes"), [(60, 60), (120, 60), (0, 1441), (-1, 60)])
def test_a_window_that_is_none_can_not_be_made(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Window(opens, closes)


def test_the_nearest_slots_are_before_and_after_and_in_order() -> None:
    r = rules("thu 09:00-18:00", "fri 09:00-10:00")
    agenda = busy(("2026-01-08 12:00", "2026-01-08 13:00"))
    now = at("2026-01-01")
    for start, expected in (
        ("2026-01-08 12:00", ["08 10:00", "08 11:00", "08 13:00"]),
        ("2026-01-08 12:10", ["08 11:00", "08 13:00", "08 14:00"]),
        ("2026-01-09 03:00", ["08 16:00", "08 17:00", "09 09:00"]),
        ("2025-12-01 09:00", ["01 09:00"]),  # none within a week: the first one after it
        ("2040-01-01 09:00", []),
    ):
        found = [f"{slot:%d %H:%M}" for slot in nearest_slots(r, agenda, now, at(start), 3)]
        assert found == expected, start


@pytest.mark.parametrize(
    ("zone", "window", "day"),
    [(zone, window, day) for zone, window, _step, day, _slots in CLOCK_CHANGES]
    + [("Pacific/Apia", "09:00-10:00", "2011-12-30"), ("Europe/Berlin", "22:00-24:00", "2026-03-28")],
)
def test_what_is_offered_is_within_the_hours_and_a_minute_more_is_not(zone: str, window: str, day: str) -> None:
    weekday = date.fromisoformat(day).weekday()
    r = rules(f"{WEEKDAYS[weekday]} {window}", zone=zone, duration=30, step=30)
    start = instant(date.fromisoformat(day), 0, r.zone) - timedelta(days=1)
    found = offered_slots(r, Agenda(), start - timedelta(days=9), start, start + timedelta(days=3))
    assert found
    for slot in found:
        assert within(r.availability, r.zone, slot, slot + r.duration)
    last = instant(date.fromisoformat(day), r.availability.week[weekday][0].closes, r.zone)
    assert within(r.availability, r.zone, last - MINUTE, last)
    assert not within(r.availability, r.zone, last - MINUTE, last + MINUTE)
