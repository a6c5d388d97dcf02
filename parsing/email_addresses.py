"""Checking and splitting email addresses."""

import re
from dataclasses import dataclass

import email_validator

from parsing.invisible import strip_invisible

ORDINARY = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}")
"""Nearly all addresses, for which the long checks are left out."""
_SHORT = 63
"""No part of an address of this length is too long: a label of a domain may have as many characters."""
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>[.,;]?")

# In-house mail has such domains, and so have people who try things out.
for name in ("local", "test"):
    if name in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(name)


@dataclass(frozen=True)
class Mailbox:
    """A name, which may be empty, and an email address (RFC 5322, section 3.4)."""

    name: str
    address: str


def is_email(text: str) -> bool:
    """Return whether `text` is an email address; delivery is not checked."""
    if len(text) <= _SHORT and ORDINARY.fullmatch(text) and not _is_special(text):
        return True
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def _is_special(address: str) -> bool:
    """Return whether the domain may be one that is nobody's (RFC 6761)."""
    return address.rpartition(".")[2] in email_validator.SPECIAL_USE_DOMAIN_NAMES


def clean_email(text: str) -> str:
    """Return the bare address of `Ann <ann@example.com>`, `mailto:ann@example.com` or `ann@example.com.`.

    Characters that nobody sees are left out. A text that holds no address stays as it is.
    """
    text = strip_invisible(text).strip()
    if found := _IN_BRACKETS.fullmatch(text):
        text = found[1].strip()
    text = text[len("mailto:") :] if text.lower().startswith("mailto:") else text
    return text.rstrip(".,;")


def split_address(address: str) -> tuple[str, str]:
    """Return the local part and the domain, in ASCII (RFC 5891), of a valid email address."""
    valid = email_validator.validate_email(address, check_deliverability=False)
    return valid.local_part, valid.ascii_domain
