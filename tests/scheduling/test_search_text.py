"""A search finds names by what a keyboard has."""

import pytest

from scheduling.search import normalize_for_search


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Łukasz", "lukasz"), ("Søren", "soren"), ("Đorđe", "dorde"), ("Işıl", "isil"), ("İpek", "ipek"),
        ("Æsa", "aesa"), ("Œuvrard", "oeuvrard"), ("Guðrún", "gudrun"), ("Þór", "thor"), ("Groß", "gross"),
        ("O’Brien", "o'brien"), ("O‘Brien", "o'brien"), ("Oʼbrien", "o'brien"), ("D`Arcy", "d'arcy"),
        ("Anne‐Marie", "anne-marie"), ("Anne–Marie", "anne-marie"), ("André", "andre"), ("Nguyễn", "nguyen"),
    ],
)  # fmt: skip
def test_what_looks_alike_is_found(stored: str, typed: str) -> None:
    assert normalize_for_search(stored) == normalize_for_search(typed) == typed
