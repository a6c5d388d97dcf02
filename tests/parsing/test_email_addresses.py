"""Ordinary email addresses are taken without the long check, which would take them, too."""

import email_validator
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parsing.email_addresses import ORDINARY, is_email


@given(st.from_regex(ORDINARY, fullmatch=True))
def test_an_ordinary_address_that_is_taken_passes_the_long_check(address: str) -> None:
    assume(is_email(address))
    email_validator.validate_email(address, check_deliverability=False)


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.localhost",
        "jane@example.invalid",
        "jane@home.arpa",
        "jane@example",
        f"jane@{'e' * 64}.com",
        "jane@example.com\n",
        "jané@xn--a.com",
    ],
)
def test_what_only_looks_ordinary_is_refused(address: str) -> None:
    assert not is_email(address)


def test_an_address_that_is_not_ordinary_is_checked_at_length() -> None:
    assert is_email("jürgen@müller.de")
    assert is_email(f"{'j' * 64}@example.com")
