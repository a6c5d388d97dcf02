"""Old names of time zones are taken, and today's are shown."""

from datetime import UTC, datetime

import pytest

from i18n.timezones import all_timezones, common_timezones, parse_timezone, present_name

SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "present"),
    [
        ("Europe/Kiev", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Kolkata"), ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Rangoon", "Asia/Yangon"), ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("US/Pacific", "America/Los_Angeles"), ("Africa/Asmera", "Africa/Asmara"), ("Iceland", "Atlantic/Reykjavik"),
        ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("Etc/GMT-14", "Etc/GMT-14"),
    ],
)  # fmt: skip
def test_a_zone_has_its_present_name(old: str, present: str) -> None:
    zone = parse_timezone(old)
    assert zone is not None
    assert zone.key == present_name(old) == present


def test_every_old_name_means_the_same_times() -> None:
    for name in all_timezones():
        zone, present = parse_timezone(name), parse_timezone(present_name(name))
        assert zone is not None
        assert present is not None
        assert zone.key in all_timezones()
        from zoneinfo import ZoneInfo

        for at in (SUMMER, WINTER):
            assert at.astimezone(ZoneInfo(name)).utcoffset() == at.astimezone(present).utcoffset(), name
    assert all(present_name(name) == name for name in common_timezones())
