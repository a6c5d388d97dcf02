"""Sign-ins, new passwords and their refusals in the log: a line each, as fail2ban can read it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.errors import (
    AccountError,
    AppointmentsComing,
    EmailTaken,
    InvalidCredentials,
    LastManager,
    TokenGone,
    TooManyAttempts,
    TooManyChecks,
)

REASONS = {
    InvalidCredentials: "wrong password",
    TooManyAttempts: "too many attempts",
    TooManyChecks: "too many checks",
    TokenGone: "old address",
    EmailTaken: "email taken",
    AppointmentsComing: "appointments are coming",
    LastManager: "nobody else manages",
}

log = logging.getLogger("bookonce.account")


@contextmanager
def logged(what: str, account: int | None, address: str) -> Iterator[None]:
    """Log whether what happens inside, such as a sign-in, succeeds; if not, a warning says why.

    `account` is the owner's id, None for an email of nobody; `address` is the client's. No email is logged: somebody
    may have typed a password there.
    """
    where = {"account": account, "address": address}
    try:
        yield
    except AccountError as error:
        log.warning(f"{what} refused", extra={"fields": {"why": REASONS[type(error)]} | where})
        raise
    log.info(what, extra={"fields": where})
