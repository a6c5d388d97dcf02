"""Whether a new password is among those that guessers try first."""

import gzip
from pathlib import Path

LIST = Path(__file__).with_name("common_passwords.txt.gz")
"""8,346 passwords of 8 and more ASCII characters, in lower case, a line each.

From Django 5.2.8 (`django/contrib/auth/common-passwords.txt.gz`, BSD licence), which took it from Royce Williams'
list of the passwords that were seen most often in leaks.
"""


def is_common_password(password: str) -> bool:
    """Return whether the password is on the list, in any case. It reads the file each time, for a millisecond."""
    return password.strip().lower() in gzip.decompress(LIST.read_bytes()).decode().split("\n")
