"""Errors of accounts and the login. Views show each as a page or as a field's error."""

from enums import TokenPurpose


class AccountError(Exception):
    """A request about an account that can't be fulfilled; nothing was changed."""


class InvalidCredentials(AccountError):
    """The email or the password is wrong; which of them is not disclosed."""


class TooManyAttempts(AccountError):
    """Too many failed logins for this account from this address, or from this address; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("TooManyAttempts")
        self.wait = wait


class TokenGone(AccountError):
    """A one-time address that was used, revoked, or is too old; `purpose` is what it was for."""

    def __init__(self, purpose: TokenPurpose) -> None:
        super().__init__(f"TokenGone: {purpose}")
        self.purpose = purpose


class EmailTaken(AccountError):
    """There is an account with this email already."""


class TooManyChecks(AccountError):
    """This process checks as many passwords as it may at once; nothing was checked or counted."""


class LastManager(AccountError):
    """A practice needs a manager: another one has to be named first."""


class AppointmentsComing(AccountError):
    """Appointments are coming: they have to take place or be cancelled first."""
