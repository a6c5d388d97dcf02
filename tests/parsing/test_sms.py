"""How many SMS a text takes, by the tables of 3GPP TS 23.038."""

import pytest

from parsing.sms import SmsSize, sms_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", SmsSize(1, 0, 160, "")),
        ("a" * 160, SmsSize(1, 160, 160, "")),
        ("a" * 161, SmsSize(2, 161, 306, "")),
        ("a" * 306, SmsSize(2, 306, 306, "")),
        ("a" * 307, SmsSize(3, 307, 459, "")),
        ("äöüßéñ€", SmsSize(1, 8, 160, "")),
        ("€" * 81, SmsSize(2, 162, 306, "")),
        ("a" * 152 + "€" + "a" * 152, SmsSize(3, 306, 459, "")),  # the € is not cut in two
        ("ç" + "a" * 69, SmsSize(1, 70, 70, "ç")),
        ("Hello “Jane”" + "a" * 59, SmsSize(2, 71, 134, "“")),
        ("😀" * 35, SmsSize(1, 70, 70, "😀")),
        ("a" * 66 + "😀" + "a" * 66, SmsSize(3, 134, 201, "😀")),
    ],
)
def test_messages_are_counted(text: str, size: SmsSize) -> None:
    assert sms_size(text) == size
