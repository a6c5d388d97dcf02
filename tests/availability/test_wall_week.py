"""A week on the wall: pieces of days, over midnight, when the clock changes, and beside each other."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from availability.slots import DAY
from availability.wall_week import Piece, pieces, side_by_side, wall_minutes, week_bounds

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0, first: date = MONDAY) -> datetime:
    return datetime.combine(first + day * DAY, datetime.min.time(), BERLIN).replace(hour=hour, minute=minute)


def spans(found: list[Piece]) -> list[tuple[int, int, int]]:
    return [(piece.day, piece.opens, piece.closes) for piece in found]


@pytest.mark.parametrize(("first", "hours"), [(MONDAY, 168), (date(2026, 10, 19), 169), (date(2027, 3, 22), 167)])
def test_a_week_has_the_hours_that_its_zone_gives_it(first: date, hours: int) -> None:
    since, until = week_bounds(first, BERLIN)
    assert until - since == timedelta(hours=hours)


def test_what_goes_on_past_midnight_is_two_pieces_and_what_lies_outside_is_none() -> None:
    night = at(1, 23), at(2, 1, 30)
    found = pieces([night, (at(-1, 9), at(-1, 10)), (at(7, 0), at(7, 1))], MONDAY, BERLIN)
    assert spans(found) == [(1, 23 * 60, 1440), (2, 0, 90)]
    assert [piece.begins for piece in found] == [True, False]


def test_what_ends_at_midnight_is_one_piece() -> None:
    assert spans(pieces([(at(1, 23), at(2, 0))], MONDAY, BERLIN)) == [(1, 1380, 1440)]


def test_what_begins_before_the_week_and_ends_after_it_fills_its_days() -> None:
    found = pieces([(at(-3, 9), at(9, 9))], MONDAY, BERLIN)
    assert spans(found) == [(day, 0, 1440) for day in range(7)]
    assert not any(piece.begins for piece in found)


def test_when_the_clock_is_set_back_a_piece_is_as_long_as_it_takes() -> None:
    """2:45 in summer time to 2:15 in winter time are 30 minutes."""
    start = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    found = pieces([(start, start + timedelta(minutes=30))], date(2026, 10, 19), BERLIN)
    assert spans(found) == [(6, 165, 195)]


def test_when_the_clock_is_set_forward_a_piece_reaches_to_the_time_on_the_wall() -> None:
    start = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    assert spans(pieces([(start, start + timedelta(hours=1))], date(2027, 3, 22), BERLIN)) == [(6, 90, 210)]


def test_pieces_at_the_same_time_lie_beside_each_other() -> None:
    intervals = [(at(0, 9), at(0, 11)), (at(0, 10), at(0, 12)), (at(0, 11), at(0, 12)), (at(0, 13), at(0, 14))]
    found = side_by_side(pieces(intervals, MONDAY, BERLIN), 30)
    assert [(piece.number, piece.lane, piece.lanes) for piece in found] == [(0, 0, 2), (1, 1, 2), (2, 0, 2), (3, 0, 1)]


def test_short_pieces_that_would_be_drawn_over_each_other_lie_beside_each_other() -> None:
    close = [(at(0, 9), at(0, 9, 10)), (at(0, 9, 10), at(0, 9, 20))]
    assert [piece.lanes for piece in side_by_side(pieces(close, MONDAY, BERLIN), 30)] == [2, 2]
    assert [piece.lanes for piece in side_by_side(pieces(close, MONDAY, BERLIN), 10)] == [1, 1]


def test_pieces_of_two_days_never_lie_beside_each_other() -> None:
    found = side_by_side(pieces([(at(0, 9), at(0, 10)), (at(1, 9), at(1, 10))], MONDAY, BERLIN), 30)
    assert [piece.lanes for piece in found] == [1, 1]


def test_minutes_of_another_day_are_outside_of_it() -> None:
    assert wall_minutes(at(1, 1), MONDAY, BERLIN) == 25 * 60
    assert wall_minutes(at(-1, 23), MONDAY, BERLIN) == -60
