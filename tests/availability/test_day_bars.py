"""Days as bars: open, free, taken."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from availability.day_bars import DayBar, day_bars, hours_shown, merged
from availability.month_view import upcoming_days
from availability.opening_hours import parse_availability
from availability.slots import Agenda, BusyTimes, Rules

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)  # 8:00 in Berlin


def bars(*hours: str, busy: tuple[tuple[int, int], ...] = (), minutes: int = 30, now: datetime = NOW) -> list[DayBar]:
    """Return the bars of a week; `busy` are hours of Monday in UTC."""
    length = timedelta(minutes=minutes)
    rules = Rules(BERLIN, parse_availability(hours), duration=length, step=timedelta(minutes=30))
    taken = BusyTimes((NOW.replace(hour=since), NOW.replace(hour=until)) for since, until in busy)
    agenda = Agenda(busy=taken)
    return day_bars(rules, agenda, upcoming_days(rules, agenda, now, 7))


def test_a_free_day_is_one_bar_a_window() -> None:
    monday, tuesday, *_rest = bars("mon 09:00-12:00", "mon 13:00-17:00")
    assert monday.free == monday.open == ((540, 720), (780, 1020))
    assert (monday.taken, len(monday.starts)) == ((), 14)
    assert (tuesday.open, tuesday.free, tuesday.taken) == ((), (), ())


def test_what_is_taken_is_not_free_and_ends_with_the_window() -> None:
    (monday, *_rest) = bars("mon 09:00-12:00", busy=((9, 10), (10, 15)))
    assert monday.taken == ((600, 720),)
    assert monday.free == ((540, 600),)


def test_what_was_taken_before_the_day_opens_begins_with_the_window() -> None:
    (monday, *_rest) = bars("mon 09:00-12:00", busy=((7, 9),))
    assert monday.taken == ((540, 600),)


def test_what_is_over_is_neither_free_nor_taken() -> None:
    (monday, *_rest) = bars("mon 09:00-12:00", now=NOW.replace(hour=9, minute=10))
    assert monday.free == ((630, 720),)
    assert monday.taken == ()


def test_a_whole_day_reaches_from_midnight_to_midnight() -> None:
    (_monday, tuesday, *_rest) = bars("mon-sun 00:00-24:00", minutes=60)
    assert tuesday.free == ((0, 1440),)
    assert hours_shown([tuesday]) == (0, 1440)


def test_the_hours_that_are_shown_are_whole_and_nine_to_five_if_there_are_none() -> None:
    assert hours_shown(bars("mon 09:30-12:10")) == (540, 780)
    assert hours_shown(bars()) == (540, 1020)


def test_spans_that_touch_become_one() -> None:
    assert merged([(1, 2), (2, 4), (3, 3), (5, 6)]) == ((1, 4), (5, 6))
