"""How many SMS a text takes (3GPP TS 23.038), and because of which letter it takes more than it looks."""

from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = "^{}\\[~]|€\f"
ONE, ONE_OF_MORE = 160, 153
ONE_UNICODE, ONE_OF_MORE_UNICODE = 70, 67


@dataclass(frozen=True)
class SmsSize:
    """How many SMS; signs used, and for how many there is room; the first letter that is not in their alphabet."""

    count: int
    used: int
    room: int
    because: str


def sms_size(text: str) -> SmsSize:
    """Return how many SMS the text takes."""
    because = next((sign for sign in text if sign not in _BASIC and sign not in _TWICE), "")
    if because:
        units = [len(sign.encode("utf-16-le")) // 2 for sign in text]
        return _sized(units, ONE_UNICODE, ONE_OF_MORE_UNICODE, because)
    return _sized([2 if sign in _TWICE else 1 for sign in text], ONE, ONE_OF_MORE, "")


def _sized(units: list[int], one: int, one_of_more: int, because: str) -> SmsSize:
    """Fill one SMS after the other; a sign of two units is not cut in two."""
    used = sum(units)
    if used <= one:
        return SmsSize(1, used, one, because)
    count, left = 1, one_of_more
    for unit in units:
        if unit > left:
            count, left = count + 1, one_of_more
        left -= unit
    return SmsSize(count, used, count * one_of_more, because)
