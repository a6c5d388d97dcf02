"""The rate limit of the login: failures count by account, by address, and by both, across all processes."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy import delete, func, or_, select

import tokens
from accounts.errors import TooManyAttempts
from accounts.known_places import is_known_place
from database import db, lock_owner, transaction, utcnow
from models import LoginAttempt
from parsing.client_ip import IPV6_SITE, rate_limit_key

NO_OWNER = 0
MAX_FAILURES = 10
MAX_FAILURES_OF_ADDRESS = 50
"""Over all accounts: more than for one, since a whole office may have one address."""
MAX_FAILURES_FROM_UNKNOWN_PLACES = 30
WINDOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """A counted attempt: the key of its account and address, and the ids of its rows."""

    key: bytes
    ids: tuple[int, ...]


def count_attempt(email: str, address: str, signed_in: bool = False) -> Attempt:
    """Count an attempt before the password is checked, so that parallel attempts get no more tries; return it.

    After 10 failures in 10 minutes for an account and address (IPv6: a /64), or 50 from an address for any accounts
    (IPv6: a /48), login is refused, even with the correct password. So it is after 30 for an account from places where
    it never signed in, but only at those: a stranger can't lock the owner out. With `signed_in` the place
    counts as known. Raises TooManyAttempts.
    """
    now = utcnow()
    key = tokens.digest(f"{email} {rate_limit_key(address)}")
    limits = {key: MAX_FAILURES, tokens.digest(rate_limit_key(address, IPV6_SITE)): MAX_FAILURES_OF_ADDRESS}
    with transaction() as session:
        if not signed_in and not is_known_place(email, address):
            limits[tokens.digest(f"{email} from unknown places")] = MAX_FAILURES_FROM_UNKNOWN_PLACES
        lock_owner(NO_OWNER)
        session.execute(delete(LoginAttempt).where(LoginAttempt.created_at <= now - WINDOW))
        for each, limit in limits.items():
            query = select(func.count(), func.min(LoginAttempt.created_at)).where(LoginAttempt.throttle_key == each)
            failures, oldest = session.execute(query).one()
            if failures >= limit:
                raise TooManyAttempts(max(1, ceil((oldest + WINDOW - now).total_seconds())))
        rows = [LoginAttempt(throttle_key=each, created_at=now) for each in limits]
        session.add_all(rows)
        session.flush()
        ids = tuple(row.id for row in rows)
    return Attempt(key, ids)


def forget_attempts(attempt: Attempt) -> None:
    """Delete a successful attempt, and the failures of its account and address before it.

    Failures with other accounts still count for the address. The caller is in a transaction.
    """
    db.session.execute(
        delete(LoginAttempt).where(or_(LoginAttempt.throttle_key == attempt.key, LoginAttempt.id.in_(attempt.ids)))
    )
