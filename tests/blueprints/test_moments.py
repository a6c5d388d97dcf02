"""How pages are kept: so many of them, and one for all instants between two whole minutes."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.world import at

from availability.month_view import build_picker
from availability.opening_hours import parse_availability
from availability.slots import Agenda, BusyTimes, Rules
from blueprints.kept_pages import Choice, KeptPages, Key, moment
from scheduling.stamps import Stamped

MINUTE = timedelta(minutes=1)
A_BIT = (timedelta.resolution, timedelta(seconds=1), timedelta(seconds=29.5), MINUTE - timedelta.resolution)


@pytest.mark.parametrize(
    ("start", "zone", "reader", "fields"),
    [
        ("2026-11-30 07:50", "Europe/Berlin", "Asia/Kathmandu", {"min_notice": 7 * MINUTE}),
        ("2026-10-25 00:30", "Europe/Berlin", "Europe/Berlin", {"min_notice": timedelta()}),
        ("2027-03-28 00:30", "Europe/Berlin", "America/New_York", {"horizon": 1}),
        ("2026-11-30 23:30", "Australia/Lord_Howe", "UTC", {"horizon": 0, "step": 7 * MINUTE}),
    ],
)
def test_between_two_whole_minutes_nothing_changes(start: str, zone: str, reader: str, fields: dict[str, Any]) -> None:
    rules = Rules(
        ZoneInfo(zone),
        parse_availability(["mon-sun 00:00-24:00"]),
        **({"duration": 30 * MINUTE, "step": 15 * MINUTE, "horizon": 3} | fields),
    )
    busy = at(start) + timedelta(minutes=40, seconds=17)
    agenda = Agenda(BusyTimes([(busy, busy + MINUTE)]))

    def picker(now: datetime) -> Any:
        return build_picker(rules, agenda, now, ZoneInfo(reader))

    seen = set()
    for minute in (at(start) + n * MINUTE for n in range(60)):
        assert moment(minute) == minute
        assert {moment(minute + bit) for bit in A_BIT} == {minute + MINUTE / 2}
        seen.add(picker(minute))
        for bit in A_BIT:
            assert picker(minute + bit) == picker(moment(minute + bit))
    assert len(seen) > 1


def test_the_oldest_pages_go_first() -> None:
    pages = KeptPages(None, most=2)  # type: ignore[arg-type]
    keys = [
        Key(Stamped(number, "stamp", None, None, None, ""), at("2026-11-30 07:00"), Choice("en_GB"))
        for number in range(3)
    ]
    for key in keys:
        pages.keep(key, (b"", b""))
    assert list(pages._pages) == keys[1:]
