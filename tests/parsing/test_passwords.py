"""New passwords that guessers try first."""

import pytest

from cli.seed import PASSWORD as DEMO
from parsing.passwords import is_common_password


@pytest.mark.parametrize(
    "password", ["password", "12345678", "PASSWORD1", "Qwerty123", " password ", "iloveyou", "1q2w3e4r5t6y", "letmein1"]
)
def test_a_password_that_many_people_have_is_refused(password: str) -> None:
    assert is_common_password(password)


@pytest.mark.parametrize("password", [DEMO, "correct horse", "Tr0ub4dor&3", "pässwörter", "", "\n", "abababa\nabcabc"])
def test_another_password_is_taken(password: str) -> None:
    assert not is_common_password(password)
