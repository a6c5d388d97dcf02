"""Names in another direction are isolated, and others are left as they are."""

import pytest

from i18n.bidi import FIRST_STRONG_ISOLATE, POP_ISOLATE, isolate


@pytest.mark.parametrize("name", ["\u202eevil", "محمد", "דוד", "Ann \u202b"])
def test_a_name_that_could_turn_the_line_is_isolated(name: str) -> None:
    assert isolate(name) == f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}"


@pytest.mark.parametrize("name", ["Jane Doe", "Łukasz 2", "王小明", "", "O’Brien, Ann-Marie (2)"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert isolate(name) == name
