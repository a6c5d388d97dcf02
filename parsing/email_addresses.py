"""What counts as an email address, and whose it is."""

from dataclasses import dataclass

import email_validator

# In-house mail has such domains, and so have people who try things out.
for name in ("local", "test"):
    if name in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(name)


@dataclass(frozen=True)
class Person:
    """Who writes or reads a mail; the name may be empty."""

    name: str
    address: str


def is_email(text: str) -> bool:
    """Return whether `text` is an email address; whether anybody reads it there is not asked."""
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def split_address(address: str) -> tuple[str, str]:
    """Return what is before the @ of an email address, and the domain as mail has it: in ASCII (RFC 5891)."""
    valid = email_validator.validate_email(address, check_deliverability=False)
    return valid.local_part, valid.ascii_domain
