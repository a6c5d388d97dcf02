"""Login, logout and sessions. A session is a row, so it can be revoked; the cookie holds its token."""

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from werkzeug.security import check_password_hash, generate_password_hash

import tokens
from accounts.account_log import logged
from accounts.errors import InvalidCredentials
from accounts.known_places import remember_place
from accounts.login_throttle import Attempt, count_attempt, forget_attempts
from accounts.owners import find_owner, get_owner_for_update, normalize_email
from accounts.password_checks import password_check
from database import Instant, db, transaction, utcnow
from models import BrowserSession, Owner, PublicProfile
from scheduling import source_troubles
from scheduling.notifications import FAILED_MAILS, LATE_MAILS, WARN_AFTER
from scheduling.source_troubles import TROUBLED_SOURCES

LIFETIME = timedelta(days=30)


class SignedIn(NamedTuple):
    """Who is signed in, as their pages show it, with how many of their mails failed, how many are late,
    and how many of their other calendars can't be read."""

    id: int
    email: str
    name: str
    timezone: str
    contact: str
    feed_salt: bytes | None
    feed_hash: bytes | None
    accent: str
    logo: str
    failed_mails: int
    late_mails: int
    troubled_sources: int

    @property
    def public_profile(self) -> PublicProfile:
        """What invitees see of the owner."""
        return PublicProfile(self.name, self.contact, self.accent, self.logo)


# It runs with each of an owner's pages.
_SIGNED_IN = (
    select(*(Owner.__table__.c[name] for name in SignedIn._fields[:-3]), FAILED_MAILS, LATE_MAILS, TROUBLED_SOURCES)
    .join(BrowserSession.__table__, BrowserSession.owner_id == Owner.id)
    .where(BrowserSession.token_hash == bindparam("hash"), BrowserSession.expires_at > bindparam("now", type_=Instant))
)

# Checked if the account does not exist, so that the response takes as long as for an existing one.
_DUMMY_HASH = generate_password_hash("nobody's")


def log_in(email: str, password: str, address: str, locale: str = "") -> str:
    """Log in and return the token of the new session.

    `address` is the client's, for the rate limit; `locale` is that of mails to the owner.
    Raises InvalidCredentials, TooManyAttempts, TooManyChecks.
    """
    known = find_owner(email)
    with logged("sign-in", known.id if known else None, address):
        with password_check():
            attempt = count_attempt(normalize_email(email), address)
            owner = find_owner(email)
            correct = check_password_hash(owner.password_hash if owner else _DUMMY_HASH, password)
        if owner is None or not correct:
            raise InvalidCredentials
        return start_session(owner, attempt, locale, address)


def start_session(owner: Owner, attempt: Attempt | None = None, locale: str = "", address: str = "") -> str:
    """Create a session of 30 days and return its token; forget the `attempt` that succeeded.

    `locale` becomes that of mails to the owner; '' keeps the previous one. The client's `address`
    becomes a known place of the owner.
    Raises InvalidCredentials if the password was changed since `owner` was read.
    """
    token = secrets.token_urlsafe(24)
    now = utcnow()
    owner_id, checked = owner.id, owner.password_hash
    with transaction() as session:
        current = get_owner_for_update(session, owner_id, checked)
        session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
        if attempt is not None:
            forget_attempts(attempt)
        if address:
            remember_place(owner_id, address)
        if locale:
            current.locale = locale
        session.add(BrowserSession(owner_id=owner_id, token_hash=tokens.digest(token), expires_at=now + LIFETIME))
    return token


def find_signed_in(token: str) -> SignedIn | None:
    """Return whose session has this token; None if there is none or it has expired."""
    now = utcnow()
    values = {"hash": tokens.digest(token), "now": now}
    values |= {"late": now - WARN_AFTER, "failing": now - source_troubles.WARN_AFTER}
    row = db.session.connection().execute(_SIGNED_IN, values).one_or_none()
    return SignedIn._make(row) if row else None


def log_out(token: str) -> None:
    """End the session with this token."""
    with transaction() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.token_hash == tokens.digest(token)))
