"""Login, logout and sessions. A session is a row, so it can be revoked; the cookie holds its token.

It ends after 30 days without use: the first use of each day renews it.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from werkzeug.security import check_password_hash, generate_password_hash

import tokens
from accounts.account_log import logged
from accounts.errors import InvalidCredentials
from accounts.known_places import remember_place
from accounts.login_throttle import Attempt, count_attempt, forget_attempts
from accounts.owners import find_owner, get_owner_for_update, normalize_email
from accounts.password_checks import password_check
from database import Instant, db, lock_owner, transaction, utcnow
from database.prepared import Prepared
from enums import AccountRole
from models import BrowserSession, Owner
from public_profile import PublicProfile
from scheduling import source_troubles
from scheduling.errors import NotFound
from scheduling.notifications import FAILED_MAILS, LATE_MAILS, WARN_AFTER
from scheduling.requests import OPEN_REQUESTS
from scheduling.source_troubles import TROUBLED_SOURCES

LIFETIME = timedelta(days=30)


class SignedIn(NamedTuple):
    """Who is signed in, as their pages show it: the owner, the day on which the session was last used (in UTC), how
    many of the owner's mails failed, how many are late, how many people ask for a new link (up to 100), and how many
    of the owner's other calendars can't be read.
    """

    id: int
    email: str
    name: str
    timezone: str
    contact: str
    feed_salt: bytes | None
    feed_hash: bytes | None
    accent: str
    logo: str
    practice_id: int | None
    practice_name: str
    shares_practice: bool
    role: AccountRole
    retention_days: int | None
    privacy_contact: str
    used_on: date
    failed_mails: int
    late_mails: int
    open_requests: int
    troubled_sources: int

    @property
    def public_profile(self) -> PublicProfile:
        """What invitees see of the owner."""
        return PublicProfile(self.name, self.contact, self.accent, self.logo, self.practice_name)

    @property
    def is_manager(self) -> bool:
        """Whether the owner manages the practice."""
        return self.role is AccountRole.MANAGER


# It runs with each of an owner's pages.
_SIGNED_IN = Prepared(
    select(*(Owner.__table__.c[name] for name in SignedIn._fields[:-5]))
    .add_columns(BrowserSession.__table__.c.used_on, FAILED_MAILS, LATE_MAILS, OPEN_REQUESTS, TROUBLED_SOURCES)
    .join(BrowserSession.__table__, BrowserSession.owner_id == Owner.id)
    .where(BrowserSession.token_hash == bindparam("hash"), BrowserSession.expires_at > bindparam("now", type_=Instant))
)

# Checked if the account does not exist, so that the response takes as long as for an existing one.
_DUMMY_HASH = generate_password_hash("nobody's")


def log_in(email: str, password: str, address: str, locale: str = "", browser: str = "") -> str:
    """Log in and return the token of the new session.

    `address` is the client's, for the rate limit; `locale` is that of mails to the owner; `browser` is a name.
    Raises InvalidCredentials, TooManyAttempts, TooManyChecks.
    """
    owner = find_owner(email)
    with logged("sign-in", owner.id if owner else None, address):
        with password_check():
            attempt = count_attempt(normalize_email(email), address)
            correct = check_password_hash(owner.password_hash if owner else _DUMMY_HASH, password)
        if owner is None or not correct:
            raise InvalidCredentials
        return start_session(owner, attempt, locale, address, browser)


def start_session(
    owner: Owner, attempt: Attempt | None = None, locale: str = "", address: str = "", browser: str = ""
) -> str:
    """Create a session of 30 days and return its token; forget the `attempt` that succeeded.

    `locale` becomes that of mails to the owner; '' keeps the previous one. The client's `address`
    becomes a known place of the owner.
    Raises InvalidCredentials if the password was changed since `owner` was read, or the account has ended.
    """
    token = secrets.token_urlsafe(24)
    now = utcnow()
    owner_id, checked = owner.id, owner.password_hash
    with transaction() as session:
        current = get_owner_for_update(session, owner_id, checked)
        if current.ended_at is not None:
            raise InvalidCredentials
        session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
        if attempt is not None:
            forget_attempts(attempt)
        if address:
            remember_place(owner_id, address)
        if locale:
            current.locale = locale
        session.add(
            BrowserSession(
                owner_id=owner_id,
                token_hash=tokens.digest(token),
                expires_at=now + LIFETIME,
                browser=browser,
                created_at=now,
                used_on=now.date(),
            )
        )
    return token


def find_signed_in(token: str) -> SignedIn | None:
    """Return whose session has this token; None if there is none or it has expired."""
    now = utcnow()
    late, failing = now - WARN_AFTER, now - source_troubles.WARN_AFTER
    row = _SIGNED_IN.row(db.session.connection(), hash=tokens.digest(token), now=now, late=late, failing=failing)
    return SignedIn._make(row) if row else None


def renew_session(token: str) -> None:
    """Note that the session with this token is used today, and let it last for 30 days from now."""
    now = utcnow()
    renewed = {"used_on": now.date(), "expires_at": now + LIFETIME}
    with transaction() as session:
        mine = (BrowserSession.token_hash == tokens.digest(token), BrowserSession.used_on < now.date())
        session.execute(update(BrowserSession).where(*mine).values(renewed))


def list_sessions(owner_id: int) -> Sequence[BrowserSession]:
    """Return the owner's sessions that have not ended, the last used first."""
    query = select(BrowserSession).where(BrowserSession.owner_id == owner_id, BrowserSession.expires_at > utcnow())
    return db.session.scalars(query.order_by(BrowserSession.used_on.desc(), BrowserSession.id.desc())).all()


def end_session(owner_id: int, session_id: int) -> None:
    """End one of the owner's sessions. Raises NotFound."""
    with transaction() as session:
        lock_owner(owner_id)
        mine = (BrowserSession.owner_id == owner_id, BrowserSession.id == session_id)
        if session.scalar(select(BrowserSession.id).where(*mine)) is None:
            raise NotFound
        session.execute(delete(BrowserSession).where(*mine))


def end_other_sessions(owner_id: int, token: str) -> None:
    """End all of the owner's sessions but the one with this token."""
    with transaction() as session:
        lock_owner(owner_id)
        others = (BrowserSession.owner_id == owner_id, BrowserSession.token_hash != tokens.digest(token))
        session.execute(delete(BrowserSession).where(*others))


def log_out(token: str) -> None:
    """End the session with this token."""
    with transaction() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.token_hash == tokens.digest(token)))
