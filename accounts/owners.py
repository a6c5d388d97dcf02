"""Owners: create an account, find it, change profile and password."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from accounts.account_log import logged
from accounts.account_mail import enqueue_account_mail
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.login_throttle import NO_OWNER, Attempt, count_attempt, forget_attempts
from accounts.one_time_tokens import end_tokens
from accounts.password_checks import password_check
from database import db, lock_owner, transaction, utcnow
from enums import AccountMessageKind, AccountRole, TokenPurpose
from models import BrowserSession, Owner, Practice, SetupToken
from scheduling.calendars import new_calendar
from scheduling.errors import NotFound


def has_owner() -> bool:
    """Return whether any owner exists."""
    return bool(db.session.scalar(select(exists().where(Owner.id.is_not(None)))))


def create_owner(email: str, name: str, timezone: str, password: str) -> Owner:
    """Create an owner, whose contact is the email at first, and return it. Raises EmailTaken."""
    password_hash = generate_password_hash(password)
    with transaction() as session:
        lock_owner(NO_OWNER)
        return add_owner(session, email, name, timezone, password_hash)


def create_first_owner(email: str, name: str, timezone: str, password: str, calendar: str) -> Owner:
    """Create the first owner with a calendar named `calendar`, and return the owner.

    Raises NotFound if an owner exists, TooManyChecks.
    """
    with password_check():  # a hash takes as long as a check
        password_hash = generate_password_hash(password)
    with transaction() as session:
        lock_owner(NO_OWNER)
        if has_owner():
            raise NotFound
        owner = add_owner(session, email, name, timezone, password_hash)
        session.add(new_calendar(owner.id, name=calendar, timezone=timezone))
    return owner


def find_owner(email: str) -> Owner | None:
    """Return the owner with this email, ignoring case; None if there is none."""
    return db.session.scalars(select(Owner).where(Owner.email == normalize_email(email))).one_or_none()


def list_owners() -> Sequence[Owner]:
    """Return all owners, in the order of their accounts."""
    return db.session.scalars(select(Owner).order_by(Owner.id)).all()


def normalize_email(email: str) -> str:
    """Return the email as it is stored for accounts: lower case, without white space around it."""
    return email.strip().lower()


def change_profile(owner_id: int, name: str, timezone: str, contact: str) -> None:
    """Set the owner's name, contact and time zone."""
    with transaction() as session:
        lock_owner(owner_id)
        owner = session.get_one(Owner, owner_id)
        owner.name, owner.timezone, owner.contact = name, timezone, contact


def change_privacy(owner_id: int, retention_days: int | None, contact: str) -> None:
    """Set for how many days after an appointment details are kept, None for ever, and whom invitees ask about them."""
    with transaction() as session:
        lock_owner(owner_id)
        owner = session.get_one(Owner, owner_id)
        owner.retention_days, owner.privacy_contact = retention_days, contact


def change_password(owner_id: int, current: str, new: str, address: str) -> Owner:
    """Set the password, end all of the owner's sessions, and return the owner.

    `address` is the client's: wrong guesses at `current` are limited as those of the login are.
    Raises InvalidCredentials if `current` is wrong, or not the password any more when the change is made;
    TooManyAttempts, TooManyChecks.
    """
    with logged("password change", owner_id, address):
        with password_check():
            attempt = count_attempt(db.session.get_one(Owner, owner_id).email, address, signed_in=True)
            checked = db.session.get_one(Owner, owner_id).password_hash
            if not check_password_hash(checked, current):
                raise InvalidCredentials
            password_hash = generate_password_hash(new)
        with transaction() as session:
            owner = get_owner_for_update(session, owner_id, checked)
            set_password(session, owner, password_hash)
            forget_attempts(attempt)
    return owner


def set_password(session: Session, owner: Owner, password_hash: str) -> None:
    """Set the password, end all of the owner's sessions and open resets, and tell them. The caller holds their lock."""
    owner.password_hash = password_hash
    end_tokens(session, owner.id, TokenPurpose.PASSWORD)
    session.execute(delete(BrowserSession).where(BrowserSession.owner_id == owner.id))
    enqueue_account_mail(owner, AccountMessageKind.PASSWORD_CHANGED, utcnow())


def check_own_password(owner_id: int, password: str, address: str) -> tuple[str, Attempt]:
    """Check the owner's password; return the hash against which it was checked, and the counted attempt.

    `address` is the client's: wrong guesses are limited as those of the login are.
    Raises InvalidCredentials, TooManyAttempts, TooManyChecks.
    """
    with password_check():
        attempt = count_attempt(db.session.get_one(Owner, owner_id).email, address, signed_in=True)
        checked = db.session.get_one(Owner, owner_id).password_hash
        if not check_password_hash(checked, password):
            raise InvalidCredentials
    return checked, attempt


def get_owner_for_update(session: Session, owner_id: int, checked: str) -> Owner:
    """Return the owner, holding their lock until the transaction ends.

    Checking a password takes too long for a transaction. So whoever checked it before says against which hash.
    Raises InvalidCredentials if the owner's password hash is not `checked` any more.
    """
    lock_owner(owner_id)
    owner = session.get_one(Owner, owner_id, populate_existing=True)
    if owner.password_hash != checked:
        raise InvalidCredentials
    return owner


def add_owner(session: Session, email: str, name: str, timezone: str, password_hash: str) -> Owner:
    """Add an owner to the practice and return the owner: the first one founds it and manages it.

    The caller is in a transaction, with the lock of NO_OWNER. Raises EmailTaken.
    """
    email, now = normalize_email(email), utcnow()
    if find_owner(email) is not None:
        raise EmailTaken
    role = AccountRole.MEMBER if has_owner() else AccountRole.MANAGER
    practice = session.scalars(select(Practice).order_by(Practice.id).limit(1)).one_or_none()
    if practice is None:
        session.add(practice := Practice(created_at=now))
        session.flush()
    owner = Owner(
        email=email,
        name=name,
        timezone=timezone,
        contact=email,
        password_hash=password_hash,
        practice_id=practice.id,
        role=role,
        created_at=now,
    )
    session.add(owner)
    session.flush()
    session.execute(delete(SetupToken))
    return owner
