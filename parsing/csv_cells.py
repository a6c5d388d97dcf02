"""Texts as cells of a CSV file that a spreadsheet program opens."""

import re

_NUMBER_OR_PHONE = re.compile(r"[+-][\d ()/.-]*")


def safe_cell(text: str) -> str:
    """Return the text, behind an apostrophe if a spreadsheet program would run it as a formula.

    Source: OWASP, CSV Injection. Numbers and phone numbers stay as they are.
    """
    runs = text[:1] in ("=", "@", "\t", "\r") or (text[:1] in ("+", "-") and not _NUMBER_OR_PHONE.fullmatch(text))
    return f"'{text}" if runs else text
