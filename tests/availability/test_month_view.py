"""The weeks that a picker shows: six of them, and no day is left out between one view and the next."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from availability.month_view import WEEKS, Picker, build_picker
from availability.opening_hours import parse_availability
from availability.slots import Agenda, BusyTimes, Rules

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HALF_AN_HOUR = timedelta(days=1), timedelta(minutes=30)
EVERY_DAY = parse_availability(["mon-sun 09:00-10:00"])


def picker(now: datetime, first_weekday: int = 0, horizon: int = 200, **chosen: date) -> Picker:
    rules = Rules(BERLIN, EVERY_DAY, HALF_AN_HOUR, HALF_AN_HOUR, horizon=horizon)
    return build_picker(rules, Agenda(BusyTimes()), now, BERLIN, **chosen, first_weekday=first_weekday)


def days(found: Picker) -> list[date]:
    return [day for week in found.weeks for day in week]


@pytest.mark.parametrize("first_weekday", [0, 5, 6])
def test_the_first_view_begins_with_this_week_and_each_later_one_has_its_whole_month(first_weekday: int) -> None:
    for since in range(0, 800, 7):
        now = datetime(2026, 1, 1, 6, tzinfo=UTC) + since * DAY
        found = picker(now, first_weekday)
        today = now.astimezone(BERLIN).date()
        assert found.first <= today < found.first + 7 * DAY
        assert found.first.weekday() == first_weekday
        assert len(days(found)) == WEEKS * 7
        later = picker(now, first_weekday, month=(today.replace(day=1) + 62 * DAY).replace(day=1))
        whole = [later.month + i * DAY for i in range(31) if (later.month + i * DAY).month == later.month.month]
        assert set(whole) <= set(days(later))
        assert later.first <= later.month


@pytest.mark.parametrize("first_weekday", [0, 6])
def test_each_bookable_day_is_seen_by_going_on_also_where_only_five_weeks_are_shown(first_weekday: int) -> None:
    for since in range(0, 400, 5):
        now = datetime(2026, 1, 1, 6, tzinfo=UTC) + since * DAY
        found, seen = picker(now, first_weekday), set[date]()
        bookable = set(found.bookable)
        while found:
            shown = days(found) if found.needs_last_week else days(found)[:35]
            seen |= {day for day in shown if day in found.bookable}
            bookable |= found.bookable
            if found.next is None:
                break
            later = picker(now, first_weekday, month=found.next)
            assert later.first > found.first
            assert later.previous is not None
            found = later
        assert bookable <= seen
        assert max(seen) == now.astimezone(BERLIN).date() + 200 * DAY


def test_a_day_is_shown_in_the_view_that_is_open_if_that_has_it() -> None:
    now = datetime(2026, 11, 28, 6, tzinfo=UTC)
    assert picker(now, day=date(2026, 12, 20)).month == date(2026, 11, 1)
    assert picker(now, day=date(2026, 12, 30), month=date(2026, 12, 1)).month == date(2026, 12, 1)
    assert picker(now, day=date(2027, 2, 20), month=date(2026, 11, 1)).month == date(2027, 2, 1)
    assert picker(now, month=date(2026, 12, 1)).day == date(2026, 12, 1)


def test_the_months_of_the_heading_have_a_week_or_more() -> None:
    november = picker(datetime(2026, 11, 25, 6, tzinfo=UTC))
    assert november.first == date(2026, 11, 23)
    assert november.months == (date(2026, 11, 1), date(2026, 12, 1))  # and three days of January
