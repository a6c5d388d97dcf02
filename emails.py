"""What counts as an email address."""

import email_validator

# In-house mail has such domains, and so have people who try things out.
for name in ("local", "test"):
    if name in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(name)


def is_email(text: str) -> bool:
    """Return whether `text` is an email address; whether anybody reads it there is not asked."""
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True
