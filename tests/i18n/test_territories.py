"""The week and the clock are the territory's, also where there is no English of that territory."""

import pytest
from babel import Locale

from i18n.locales import locale_from_header

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.mark.parametrize(
    ("header", "first_weekday", "twelve_hours"),
    [
        ("pt-BR", SUNDAY, False), ("es-MX", SUNDAY, True), ("ko-KR", SUNDAY, True), ("ar-EG", SATURDAY, True),
        ("ja-JP", SUNDAY, False), ("he-IL", SUNDAY, False), ("zh-TW", SUNDAY, True), ("hi-IN", SUNDAY, True),
        ("de-DE", MONDAY, False), ("fr", MONDAY, False), ("pt-PT", SUNDAY, False), ("en-US", SUNDAY, True),
        ("en-GB", MONDAY, False), ("", MONDAY, False), ("xx-QQ", MONDAY, False),
    ],
)  # fmt: skip
def test_week_and_clock_are_the_territorys(header: str, first_weekday: int, twelve_hours: bool) -> None:
    locale = Locale.parse(locale_from_header(header))
    assert locale.language == "en"
    assert locale.first_week_day == first_weekday
    assert ("a" in locale.time_formats["short"].pattern) is twelve_hours
