"""The rule for slots beside a slow one that walks minute by minute, on thousands of calendars and every clock change.

The reference knows nothing of folds and of how instants are made from wall times: it looks at what the clock on the
wall shows in each minute of UTC.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from support.cases import how_many, same_each_time
from support.world import at

from availability.slots import (
    Agenda,
    Availability,
    BusyTimes,
    Rules,
    Window,
    Windows,
    bookable_dates,
    first_slot,
    is_offered,
    offered_slots,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = [
    "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns",
    "Africa/Casablanca", "Asia/Kolkata",
]  # fmt: skip
Interval = tuple[datetime, datetime]


@cache
def clock_changes(zone: str) -> list[datetime]:
    """Return the hours of 2026 to 2028 after which the zone's offset is another."""
    found, hour = [], at("2026-01-01 00:00")
    while hour < at("2029-01-01 00:00"):
        if hour.astimezone(ZoneInfo(zone)).utcoffset() != (hour + HOUR).astimezone(ZoneInfo(zone)).utcoffset():
            found.append(hour)
        hour += HOUR
    return found


@cache
def walls(zone: str, day: date) -> list[tuple[datetime, datetime]]:
    """Return each minute of UTC from a day before `day` to two days after it, with what the clock shows."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = [midnight + i * MINUTE for i in range(-24 * 60, 3 * 24 * 60)]
    return [(minute, minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for minute in minutes]


@cache
def when_the_clock_shows(zone: str, day: date, minutes: int) -> datetime:
    """Return the first minute that shows this wall time; if it is skipped, as if the clock had gone on (RFC 5545)."""
    wanted = datetime(day.year, day.month, day.day) + minutes * MINUTE  # noqa: DTZ001 (a wall time)
    shown = walls(zone, day)
    for minute, wall in shown:
        if wall == wanted:
            return minute
    before, wall = next(pair for pair, after in zip(shown, shown[1:], strict=False) if pair[1] < wanted < after[1])
    return before + (wanted - wall)


@dataclass(frozen=True)
class Case:
    """A calendar, what stands in its way, and when it is looked at."""

    zone: str
    week: tuple[Windows, ...]
    overrides: Mapping[date, Windows]
    duration: int
    step: int
    before: int
    after: int
    notice: int
    horizon: int
    limit: int | None
    busy: Sequence[Interval]
    booked: Mapping[date, int]
    now: datetime
    since: datetime

    @property
    def until(self) -> datetime:
        return self.since + 2 * DAY

    def rules(self) -> Rules:
        return Rules(
            zone=ZoneInfo(self.zone),
            availability=Availability(self.week, self.overrides),
            duration=self.duration * MINUTE,
            step=self.step * MINUTE,
            buffer_before=self.before * MINUTE,
            buffer_after=self.after * MINUTE,
            min_notice=self.notice * MINUTE,
            horizon=self.horizon,
            daily_limit=self.limit,
        )

    def agenda(self) -> Agenda:
        return Agenda(BusyTimes(self.busy), self.booked)

    @cached_property
    def taken(self) -> set[int]:
        """All minutes in which the owner is busy."""
        return {minute for start, end in self.busy for minute in minutes_from(start, (end - start) // MINUTE)}

    def date_of(self, minute: datetime) -> date:
        return minute.astimezone(ZoneInfo(self.zone)).date()


def reference(case: Case) -> list[datetime]:
    """Return the slots that start in `[since, until)`, section by section of the rule."""
    found = set()
    day = case.date_of(case.since) - 2 * DAY
    while day <= case.date_of(case.until) + DAY:
        for window in case.overrides.get(day, case.week[day.weekday()]):  # 1
            opens, closes = (when_the_clock_shows(case.zone, day, m) for m in (window.opens, window.closes))  # 2
            minute = opens
            while minute + case.duration * MINUTE <= closes:  # 3
                if case.since <= minute < case.until and is_free(case, minute):  # 4
                    found.add(minute)
                minute += case.step * MINUTE
        day += DAY
    return sorted(found)


def is_free(case: Case, start: datetime) -> bool:
    if start < case.now + case.notice * MINUTE:
        return False
    if case.date_of(start) > case.date_of(case.now) + case.horizon * DAY:
        return False
    if case.limit is not None and case.booked.get(case.date_of(start), 0) >= case.limit:
        return False
    first = start - case.before * MINUTE
    return case.taken.isdisjoint(minutes_from(first, case.before + case.duration + case.after))


def minutes_from(start: datetime, count: int) -> range:
    """Return minutes as whole numbers, counted from 1970."""
    first = (start - at("1970-01-01 00:00")) // MINUTE
    return range(first, first + count)


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    """Up to three windows of a day that do not overlap; many begin or end where clocks change."""
    edges = st.one_of(
        st.sampled_from([0, 30, 60, 90, 120, 150, 180, 1380, 1440]), st.integers(0, 288).map(lambda i: i * 5)
    )
    ends = sorted(set(draw(st.lists(edges, max_size=6))))
    return tuple(Window(*pair) for pair in zip(ends[::2], ends[1::2], strict=False))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Calendars of all kinds; most are looked at near a change of the clock."""
    zone = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from([*clock_changes(zone), at("2026-06-15 00:00"), at("2028-02-28 22:00")]))
    minutes = st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda m: near + m * MINUTE)
    days = st.integers(-3, 4).map(lambda d: near.astimezone(ZoneInfo(zone)).date() + d * DAY)
    busy = draw(st.lists(st.tuples(minutes, st.integers(1, 400)), max_size=4))
    since = near + draw(st.integers(-30, 6)) * HOUR
    return Case(
        zone=zone,
        week=tuple(draw(st.lists(windows(), min_size=7, max_size=7))),
        overrides=draw(st.dictionaries(days, windows(), max_size=3)),
        duration=draw(st.sampled_from([5, 15, 30, 45, 60, 90, 180, 600])),
        step=draw(st.sampled_from([5, 10, 15, 20, 30, 45, 60, 120])),
        before=draw(st.sampled_from([0, 0, 10, 45])),
        after=draw(st.sampled_from([0, 0, 15, 60])),
        notice=draw(st.sampled_from([0, 0, 60, 1440, 2000])),
        horizon=draw(st.integers(0, 4)),
        limit=draw(st.sampled_from([None, None, 1, 2])),
        busy=[(start, start + length * MINUTE) for start, length in busy],
        booked=draw(st.dictionaries(days, st.integers(0, 2), max_size=4)),
        now=since + draw(st.integers(-36, 24)) * HOUR + draw(st.sampled_from([0, 1, 59, 1799])) * timedelta(seconds=1),
        since=since,
    )


class Different(AssertionError):
    """A calendar is not as the reference says."""


def compare(examples: int, variant: Callable[[Case], Case] = lambda case: case) -> None:
    """Compare so many calendars. Raises Different at the first that differs."""

    @same_each_time(examples, phases=[Phase.generate], report_multiple_bugs=False)
    @given(cases())
    def each(case: Case) -> None:
        judged = variant(case)
        if offered_slots(judged.rules(), judged.agenda(), judged.now, case.since, case.until) != reference(case):
            raise Different(case)

    each()


@pytest.mark.slow
@pytest.mark.generated
@pytest.mark.long
def test_calendars_are_as_the_reference_says() -> None:
    compare(how_many(1500))


@pytest.mark.slow
@pytest.mark.generated
@same_each_time(how_many(300))
@given(cases(), st.integers(0, 100))
def test_one_slot_and_the_first_one_are_as_the_reference_says(case: Case, which: int) -> None:
    slots = reference(case)
    rules, agenda = case.rules(), case.agenda()
    assert first_slot(rules, agenda, case.now, case.since) in (slots[:1] or [None, *_later(case)])
    for start in slots[which % len(slots) :][:2] if slots else [case.since]:
        for shift in (-5 * MINUTE, -MINUTE, timedelta(), MINUTE):
            near = replace(case, since=start - HOUR)
            assert is_offered(rules, agenda, case.now, start + shift) == (start + shift in reference(near))


@pytest.mark.slow
@pytest.mark.generated
@same_each_time(how_many(300))
@given(cases(), st.sampled_from(ZONES))
def test_bookable_dates_are_those_of_the_slots(case: Case, zone: str) -> None:
    reader = ZoneInfo(zone)
    found = bookable_dates(case.rules(), case.agenda(), case.now, case.since, case.until, reader)
    assert found == {slot.astimezone(reader).date() for slot in reference(case)}


def _later(case: Case) -> list[datetime]:
    """Return the slots after `until` that are within reach."""
    return [slot for days in (2, 4, 6) for slot in reference(replace(case, since=case.since + days * DAY))]


CHANGES = [(zone, change) for zone in ZONES for change in clock_changes(zone)]


def test_the_clock_changes_were_found() -> None:
    count = {zone: len(clock_changes(zone)) for zone in ZONES}
    assert [count[zone] for zone in ZONES if zone != "Africa/Casablanca"] == [6, 6, 6, 0, 0, 6, 0]
    assert count["Africa/Casablanca"] >= 6  # it follows the moon


@pytest.mark.parametrize(
    ("zone", "change"), CHANGES, ids=lambda value: f"{value:%Y-%m-%d}" if value != str(value) else value
)
@pytest.mark.slow
@pytest.mark.parametrize("opens", range(0, 240, 30))
def test_every_change_of_the_clock_is_as_the_reference_says(zone: str, change: datetime, opens: int) -> None:
    for closes, duration, step in ((1440, 60, 45), (opens + 90, 30, 15), (opens + 150, 90, 60)):
        case = Case(
            zone=zone, week=((Window(opens, closes),),) * 7, overrides={}, duration=duration, step=step, before=0,
            after=0, notice=0, horizon=5, limit=None, busy=(), booked={}, now=change - 3 * DAY, since=change - DAY,
        )  # fmt: skip
        found = reference(case)
        assert found
        assert offered_slots(case.rules(), case.agenda(), case.now, case.since, case.until) == found


@pytest.mark.parametrize(
    "variant",
    [
        lambda case: replace(case, before=case.after, after=case.before),
        lambda case: replace(case, horizon=case.horizon + 1),
        lambda case: replace(case, notice=case.notice + 1),
        lambda case: replace(case, booked={}),
        lambda case: replace(case, zone="UTC"),
        lambda case: replace(case, overrides={}),
    ],
    ids=["buffers", "horizon", "notice", "limit", "zone", "overrides"],
)
@pytest.mark.slow
def test_control_a_rule_that_is_a_little_wrong_differs(variant: Callable[[Case], Case]) -> None:
    with pytest.raises(Different):
        compare(400, variant)
