"""Characters that nobody sees do not count as typed, but joiners within names stay."""

import pytest

from parsing.email_addresses import clean_email
from parsing.invisible import strip_invisible, strip_invisible_ends

UNSEEN = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u180e",
    "\u202e",
    "\u2066",
    "\u3164",
    "\u2800",
    "\U000e0041",
]


@pytest.mark.parametrize("sign", UNSEEN)
def test_an_address_is_taken_without_what_nobody_sees(sign: str) -> None:
    for typed in (f"ann@example.com{sign}", f"{sign}ann@example.com", f"ann@exa{sign}mple.com"):
        assert clean_email(typed) == "ann@example.com"
        assert strip_invisible(typed) == "ann@example.com"


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_name_of_such_characters_only_is_empty(sign: str) -> None:
    assert strip_invisible_ends(f" {sign} {sign}") == ""
    assert strip_invisible_ends(f"{sign}Ann {sign}") == "Ann"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d💻", "Ann"])
def test_joiners_within_a_name_stay(name: str) -> None:
    assert strip_invisible_ends(name) == name


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ann <ann@example.com>", "ann@example.com"),
        ('"Doe, Ann" <ann@example.com>,', "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("MAILTO:ann@example.com", "ann@example.com"),
        ("<mailto:ann@example.com>", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@example.com,", "ann@example.com"),
        ("ann@example.com; ", "ann@example.com"),
        ("ann@example.com", "ann@example.com"),
        ("ann", "ann"),
        ("Ann <a@example.com> <b@example.com>", "Ann <a@example.com> <b@example.com>"),
    ],
)
def test_an_address_is_found_in_what_was_pasted(typed: str, address: str) -> None:
    assert clean_email(typed) == address
