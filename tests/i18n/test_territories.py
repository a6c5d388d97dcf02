"""The week and the clock are the territory's, also where there is no English of that territory."""

import subprocess
import sys

import pytest
from babel import Locale
from support.server_process import HOUSE

from i18n.locales import CUSTOMS, DEFAULT, locale_from_header

BABEL = """
from babel import Locale
from babel.localedata import exists

def customs(name):
    locale = Locale.parse(name)
    return locale.first_week_day, "h" in locale.time_formats["short"].pattern

for territory in Locale.parse("en").territories:
    if len(territory) == 2 and territory.isalpha() and not exists(f"en_{territory}"):
        try:
            print(territory, *customs(f"und_{territory}"))
        except ValueError:
            pass
        except Exception as error:
            assert type(error).__name__ == "UnknownLocaleError", error
"""
"""Run in a process of its own, which it makes three hundred megabytes larger."""

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


@pytest.mark.slow
def test_territories_without_an_english_of_their_own_have_one_with_their_week_and_clock() -> None:
    said = subprocess.run([sys.executable, "-c", BABEL], capture_output=True, text=True, check=True).stdout.splitlines()
    offered = {_customs(name): name for name in (DEFAULT, *CUSTOMS.values())}
    assert len(said) > 130
    for territory, first_weekday, twelve_hours in map(str.split, said):
        fitting = offered.get((int(first_weekday), twelve_hours == "True"), DEFAULT)
        assert locale_from_header(f"en-{territory}") == fitting, territory


def _customs(name: str) -> tuple[int, bool]:
    locale = Locale.parse(name)
    return locale.first_week_day, "h" in locale.time_formats["short"].pattern


def test_a_reader_from_anywhere_costs_no_more_locale_data_than_one_english() -> None:
    code = """
from babel import localedata
from i18n.locales import CUSTOMS, DEFAULT, locale_from_header, parse_locale
for tag in ("de-DE", "fr-FR", "ja-JP", "ar-EG", "ko", "pt-BR", "en-US", "xx-QQ"):
    parse_locale(locale_from_header(tag)).first_week_day
print(*sorted(localedata._cache))
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE).stdout
    assert {name.partition("_")[0] for name in loaded.split()} == {"root", "en"}
    assert len(loaded.split()) <= 12
