"""The rate limit of the login: failures count by account and client address, across all processes."""

from datetime import timedelta
from math import ceil

from sqlalchemy import delete, func, select

import tokens
from accounts.errors import TooManyAttempts
from database import db, lock_owner, transaction, utcnow
from models import LoginAttempt

NO_OWNER = 0
MAX_FAILURES = 10
WINDOW = timedelta(minutes=10)


def throttle_key(email: str, address: str) -> bytes:
    """Return the 32 bytes under which the attempts of this account from this address are counted."""
    return tokens.digest(f"{email} {address}")


def count_attempt(key: bytes) -> None:
    """Count an attempt before the password is checked, so that parallel attempts get no more tries.

    After 10 failures in 10 minutes login is refused, even with the correct password. Raises TooManyAttempts.
    """
    now = utcnow()
    with transaction() as session:
        lock_owner(NO_OWNER)
        session.execute(delete(LoginAttempt).where(LoginAttempt.created_at <= now - WINDOW))
        query = select(func.count(), func.min(LoginAttempt.created_at)).where(LoginAttempt.throttle_key == key)
        failures, oldest = session.execute(query).one()
        if failures >= MAX_FAILURES:
            raise TooManyAttempts(max(1, ceil((oldest + WINDOW - now).total_seconds())))
        session.add(LoginAttempt(throttle_key=key, created_at=now))


def forget_attempts(key: bytes) -> None:
    """Delete the counted attempts after a successful login. The caller is in a transaction."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.throttle_key == key))
