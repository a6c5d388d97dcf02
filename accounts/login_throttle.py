"""The rate limit of the login: failures count by account, by address, and by both, across all processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

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
WINDOW, HOUR = timedelta(minutes=10), timedelta(hours=1)


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
        session.execute(delete(LoginAttempt).where(LoginAttempt.created_at <= now - HOUR))
        for each, limit in limits.items():
            _check(session, each, limit, WINDOW, now)
        rows = [LoginAttempt(throttle_key=each, created_at=now) for each in limits]
        session.add_all(rows)
        session.flush()
        ids = tuple(row.id for row in rows)
    return Attempt(key, ids)


def count_request(what: str, address: str, limit: int) -> None:
    """Count a request that costs a mail, such as that for a new password; all of them count.

    The caller is in a transaction, with the lock of NO_OWNER. Raises TooManyAttempts if `limit` of them came from the
    client's address (IPv6: a /64) within an hour.
    """
    session, now, key = db.session(), utcnow(), tokens.digest(f"{what} asked for {rate_limit_key(address)}")
    session.execute(delete(LoginAttempt).where(LoginAttempt.created_at <= now - HOUR))
    _check(session, key, limit, HOUR, now)
    session.add(LoginAttempt(throttle_key=key, created_at=now))


def forget_failures(email: str, address: str) -> None:
    """Forget the failed logins for this account, from this address. The caller is in a transaction."""
    key = tokens.digest(f"{email} {rate_limit_key(address)}")
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.throttle_key == key))


def forget_attempts(attempt: Attempt) -> None:
    """Delete a successful attempt, and the failures of its account and address before it.

    Failures with other accounts still count for the address. The caller is in a transaction.
    """
    db.session.execute(
        delete(LoginAttempt).where(or_(LoginAttempt.throttle_key == attempt.key, LoginAttempt.id.in_(attempt.ids)))
    )


def _check(session: Session, key: bytes, limit: int, window: timedelta, now: datetime) -> None:
    """Raise TooManyAttempts if there were `limit` attempts with this key within the window."""
    recent = (LoginAttempt.throttle_key == key, LoginAttempt.created_at > now - window)
    count, oldest = session.execute(select(func.count(), func.min(LoginAttempt.created_at)).where(*recent)).one()
    if count >= limit:
        raise TooManyAttempts(max(1, ceil((oldest + window - now).total_seconds())))
