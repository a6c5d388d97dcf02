"""Owners: their accounts, their profile, and their sessions in browsers."""

import secrets
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

import tokens
from clock import utcnow
from database import Instant, db, lock_owner, writing
from models import Owner, SignIn, SignInAttempt
from scheduling.calendars import new_calendar
from scheduling.refusals import EmailTaken, SignInRefused, TooManyAttempts, Unknown

SETUP = "setup"
NO_OWNER = 0
SESSION_LIFE = timedelta(days=30)
MOST_FAILURES = 10
FAILURES_COUNT_FOR = timedelta(minutes=10)

# Built once: it is asked with each of an owner's pages.
_SIGNED_IN = (
    select(Owner)
    .join(SignIn, SignIn.owner_id == Owner.id)
    .where(SignIn.token_hash == bindparam("hash"), SignIn.expires_at > bindparam("now", type_=Instant))
)

# Checked when there is no such account, so that the answer takes as long as for one that exists.
_NOBODYS_HASH = generate_password_hash("nobody's")


def setup_token(key: str) -> str:
    """Return the token of the address at which the first owner is made: the same for every process with this key."""
    return tokens.derive(key, SETUP)


def anybody() -> bool:
    """Return whether there is an owner."""
    return bool(db.session.scalar(select(exists().where(Owner.id.is_not(None)))))


def create_owner(email: str, name: str, timezone: str, password: str) -> Owner:
    """Return a new owner, whose contact is the email until they change it. Raises EmailTaken."""
    password_hash = generate_password_hash(password)
    with writing() as session:
        lock_owner(session, NO_OWNER)
        return _add_owner(session, email, name, timezone, password_hash)


def set_up(email: str, name: str, timezone: str, password: str, calendar: str) -> Owner:
    """Return the first owner, with a first calendar of the name `calendar`. Raises Unknown if there is an owner."""
    password_hash = generate_password_hash(password)
    with writing() as session:
        lock_owner(session, NO_OWNER)
        if anybody():
            raise Unknown
        owner = _add_owner(session, email, name, timezone, password_hash)
        session.add(new_calendar(owner.id, name=calendar, timezone=timezone))
    return owner


def find_owner(email: str) -> Owner | None:
    """Return the owner with this email, however it is capitalised."""
    return db.session.scalars(select(Owner).where(Owner.email == normal_email(email))).one_or_none()


def normal_email(email: str) -> str:
    """Return the email as accounts are known by."""
    return email.strip().lower()


def change_profile(owner_id: int, name: str, timezone: str, contact: str) -> None:
    """Set what invitees read of the owner, and the zone of the owner's own pages."""
    with writing() as session:
        owner = session.get_one(Owner, owner_id)
        owner.name, owner.timezone, owner.contact = name, timezone, contact


def change_password(owner_id: int, current: str, new: str) -> None:
    """Set the password and end all sessions, this one too. Raises SignInRefused if `current` is wrong."""
    owner = db.session.get_one(Owner, owner_id)
    if not check_password_hash(owner.password_hash, current):
        raise SignInRefused
    password_hash = generate_password_hash(new)
    with writing() as session:
        session.get_one(Owner, owner_id).password_hash = password_hash
        session.execute(delete(SignIn).where(SignIn.owner_id == owner_id))


def sign_in(email: str, password: str, address: str, locale: str = "") -> str:
    """Return a session's token for the owner with this email and password; `locale` is how they are written to.

    After 10 failures in 10 minutes for the email from the address nobody gets in, with the right password neither.
    An attempt is counted before the password is looked at, so that many at once are not more than one after another.
    Raises SignInRefused, TooManyAttempts.
    """
    place = tokens.digest(f"{normal_email(email)} {address}")
    _count_attempt(place)
    owner = find_owner(email)
    right = check_password_hash(owner.password_hash if owner else _NOBODYS_HASH, password)
    if owner is None or not right:
        raise SignInRefused
    return start_session(owner, place, locale)


def start_session(owner: Owner, place: bytes | None = None, locale: str = "") -> str:
    """Return the token of a new session of 30 days; the failed attempts of `place` are forgotten.

    `locale` is the one in which the owner reads, and is written to from now on.
    """
    token = secrets.token_urlsafe(24)
    now = utcnow()
    owner_id = owner.id
    with writing() as session:
        session.execute(delete(SignIn).where(SignIn.expires_at <= now))
        if place is not None:
            session.execute(delete(SignInAttempt).where(SignInAttempt.place == place))
        if locale:
            session.get_one(Owner, owner_id).locale = locale
        session.add(SignIn(owner_id=owner_id, token_hash=tokens.digest(token), expires_at=now + SESSION_LIFE))
    return token


def signed_in(token: str) -> Owner | None:
    """Return the owner whose session this token is, if it has not ended."""
    return db.session.scalars(_SIGNED_IN, {"hash": tokens.digest(token), "now": utcnow()}).one_or_none()


def sign_out(token: str) -> None:
    """End the session with this token."""
    with writing() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == tokens.digest(token)))


def _add_owner(session: Session, email: str, name: str, timezone: str, password_hash: str) -> Owner:
    email = normal_email(email)
    if find_owner(email) is not None:
        raise EmailTaken
    owner = Owner(
        email=email, name=name, timezone=timezone, contact=email, password_hash=password_hash, created_at=utcnow()
    )
    session.add(owner)
    session.flush()
    return owner


def _count_attempt(place: bytes) -> None:
    now = utcnow()
    with writing() as session:
        lock_owner(session, NO_OWNER)
        session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - FAILURES_COUNT_FOR))
        query = select(func.count(), func.min(SignInAttempt.at)).where(SignInAttempt.place == place)
        failures, oldest = session.execute(query).one()
        if failures >= MOST_FAILURES:
            raise TooManyAttempts(_seconds_until(oldest + FAILURES_COUNT_FOR, now))
        session.add(SignInAttempt(place=place, at=now))


def _seconds_until(then: datetime, now: datetime) -> int:
    return max(1, ceil((then - now).total_seconds()))
