"""Why something about an account can't be done. Each is mapped to a page or a field's error by its view."""


class AccountError(Exception):
    """Nothing was changed."""


class InvalidCredentials(AccountError):
    """The email or the password is wrong; which of them is not told."""


class TooManyAttempts(AccountError):
    """Too many failed logins for this account from this address; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("TooManyAttempts")
        self.wait = wait


class EmailTaken(AccountError):
    """There is an account with this email already."""
