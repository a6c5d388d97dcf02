"""Opening hours as people write them."""

import pytest

from availability.opening_hours import HoursError, parse_availability, parse_time, parse_windows
from availability.slots import Window


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("9", 540), ("9:00", 540), ("09.00", 540), ("0900", 540), ("2130", 1290), ("9h", 540), ("9h30", 570),
        ("9 am", 540), ("9 a.m.", 540), ("9 A.M.", 540), ("5 p.m.", 1020), ("12 a.m.", 0), ("12pm", 720),
        ("24:00", 1440),
    ],
)  # fmt: skip
def test_a_time_of_day_can_be_written_in_many_ways(text: str, minutes: int) -> None:
    assert parse_time(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "x", "9x", "900", "2460", "13 p.m.", "0 a.m.", "9:0", "9:60", "25", "09000", "9hh"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(HoursError, match="not_a_time"):
        parse_time(text)


@pytest.mark.parametrize("text", ["10pm-12am", "22:00-00:00", "22-24", "10 p.m. – 12 a.m.", "2200-0000", "22h-0h"])
def test_a_window_may_end_at_midnight(text: str) -> None:
    assert parse_windows(text) == (Window(22 * 60, 24 * 60),)


@pytest.mark.parametrize("text", ["22:00-02:00", "12-9", "9-9"])
def test_a_window_past_midnight_is_refused(text: str) -> None:
    with pytest.raises(HoursError, match="ends_before_start"):
        parse_windows(text)


@pytest.mark.parametrize("days", ["mon-fri", "Mon–Fri", "MON—FRI", "mon‑fri"])
def test_days_may_be_joined_by_any_dash(days: str) -> None:
    week = parse_availability([f"{days} 9-12"]).week
    assert [bool(windows) for windows in week] == [True] * 5 + [False] * 2


@pytest.mark.parametrize("days", ["mon-fri-sun", "mon–", "–fri", "montag"])
def test_what_is_no_day_is_refused(days: str) -> None:
    with pytest.raises(HoursError, match="not_weekly_hours"):
        parse_availability([f"{days} 9-12"])
