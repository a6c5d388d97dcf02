"""Checking and splitting email addresses."""

from dataclasses import dataclass

import email_validator

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
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def split_address(address: str) -> tuple[str, str]:
    """Return the local part and the domain, in ASCII (RFC 5891), of a valid email address."""
    valid = email_validator.validate_email(address, check_deliverability=False)
    return valid.local_part, valid.ascii_domain
