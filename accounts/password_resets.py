"""A new password for whoever forgot theirs: asked for by email, or by the command line."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

import config
from accounts.account_log import logged
from accounts.account_mail import enqueue_account_mail
from accounts.known_places import remember_place
from accounts.login_throttle import NO_OWNER, count_request, forget_failures
from accounts.one_time_tokens import LIFETIMES, add_token, derive_token, get_token, use_token
from accounts.owners import find_owner, set_password
from accounts.password_checks import password_check
from database import lock_owner, transaction, utcnow
from enums import AccountMessageKind, TokenPurpose
from models import AccountMessage, AccountToken, Owner

MAX_MAILS, WINDOW = 3, timedelta(hours=1)
"""Of an account."""
MAX_REQUESTS = 10
"""Of an address, in an hour."""


def request_reset(email: str, address: str) -> None:
    """Mail the owner with this email, if there is one, an address at which a new password is set.

    Nothing tells the caller whether there is one: without one, or after 3 mails in an hour, the same is written on
    behalf of another owner and taken back. `address` is the client's: after 10 requests in an hour it raises
    TooManyAttempts. Where no mail is sent, nothing is written.
    """
    if not config.current().sends_mail:
        return
    found = find_owner(email)
    with logged("password request", found.id if found else None, address), transaction() as session:
        lock_owner(NO_OWNER)
        count_request("password", address, MAX_REQUESTS)
        owner, first = find_owner(email), _first_owner(session)
        stand_in = owner or first
        if stand_in is None:
            return
        lock_owner(stand_in.id)
        may_be_mailed = _recent_mails(session, stand_in.id) < MAX_MAILS and owner is not None and owner.ended_at is None
        with session.begin_nested() as attempt:
            row = add_token(session, stand_in.id, TokenPurpose.PASSWORD)
            kind, useful_for = AccountMessageKind.PASSWORD_RESET, LIFETIMES[TokenPurpose.PASSWORD]
            enqueue_account_mail(stand_in, kind, row.created_at, useful_for=useful_for, salt=row.salt.hex())
            session.flush()
            if not may_be_mailed:
                attempt.rollback()


def create_reset(email: str) -> str | None:
    """Return a new token at which the owner with this email sets a password; None if there is no such owner, or
    their account has ended."""
    with transaction() as session:
        owner = find_owner(email)
        if owner is None or owner.ended_at is not None:
            return None
        lock_owner(owner.id)
        return derive_token(TokenPurpose.PASSWORD, add_token(session, owner.id, TokenPurpose.PASSWORD).salt)


def get_reset(token: str) -> AccountToken:
    """Return the row of a token that sets a new password now. Raises NotFound, TokenGone."""
    return get_token(token, TokenPurpose.PASSWORD)


def reset_password(token: str, password: str, address: str) -> None:
    """Set the password of the token's owner, end all of their sessions and their other tokens for a new password.

    The client's `address` becomes a known place of theirs, and its failed sign-ins are forgotten.
    Raises NotFound, TokenGone, TooManyChecks.
    """
    with logged("password reset", get_token(token, TokenPurpose.PASSWORD).owner_id, address):
        with password_check():  # a hash takes as long as a check
            password_hash = generate_password_hash(password)
        with transaction() as session:
            owner_id = use_token(token, TokenPurpose.PASSWORD).owner_id
            owner = session.get_one(Owner, owner_id, populate_existing=True)
            set_password(session, owner, password_hash)
            forget_failures(owner.email, address)
            remember_place(owner_id, address)


def _first_owner(session: Session) -> Owner | None:
    return session.scalars(select(Owner).order_by(Owner.id).limit(1)).one_or_none()


def _recent_mails(session: Session, owner_id: int) -> int:
    query = select(func.count()).where(
        AccountMessage.owner_id == owner_id,
        AccountMessage.kind == AccountMessageKind.PASSWORD_RESET,
        AccountMessage.created_at > utcnow() - WINDOW,
    )
    return session.execute(query).scalar_one()
