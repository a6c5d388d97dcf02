"""The change of an owner's email: with their password, and confirmed at the new address where mail is sent."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from accounts.account_log import logged
from accounts.account_mail import enqueue_account_mail
from accounts.errors import EmailTaken, TooManyAttempts
from accounts.login_throttle import NO_OWNER, forget_attempts
from accounts.one_time_tokens import LIFETIMES, add_token, end_tokens, get_token, use_token
from accounts.owners import check_own_password, find_owner, get_owner_for_update, normalize_email
from database import lock_owner, transaction, utcnow
from enums import AccountMessageKind, TokenPurpose
from models import AccountToken, Owner

MAX_MAILS, WINDOW = 5, timedelta(hours=1)
"""Of an owner: the address that they type may be a stranger's."""


def change_email(owner_id: int, password: str, email: str, address: str) -> bool:
    """Change the owner's email, or mail the new one an address that confirms it; return whether it is changed.

    `address` is the client's, for the rate limit. Raises InvalidCredentials, EmailTaken, TooManyAttempts,
    TooManyChecks.
    """
    email = normalize_email(email)
    with logged("email change", owner_id, address):
        checked, attempt = check_own_password(owner_id, password, address)
        with transaction() as session:
            lock_owner(NO_OWNER)  # as each new account does: no two get one email
            owner = get_owner_for_update(session, owner_id, checked)
            forget_attempts(attempt)
            if not config.current().sends_mail:
                _set_email(session, owner, email)
                return True
            _check_free(owner, email)
            _check_mails(session, owner_id)
            end_tokens(session, owner_id, TokenPurpose.EMAIL)
            row = add_token(session, owner_id, TokenPurpose.EMAIL, email=email)
            kind, useful_for = AccountMessageKind.EMAIL_CONFIRM, LIFETIMES[TokenPurpose.EMAIL]
            salt = row.salt.hex()
            enqueue_account_mail(owner, kind, row.created_at, address=email, useful_for=useful_for, salt=salt)
    return False


def get_email_change(token: str) -> AccountToken:
    """Return the row of a token that confirms an email now. Raises NotFound, TokenGone."""
    return get_token(token, TokenPurpose.EMAIL)


def confirm_email(token: str, address: str) -> None:
    """Change the email of the token's owner to that for which it was made; the old one is told.

    Raises NotFound, TokenGone, EmailTaken.
    """
    with logged("email confirmation", get_email_change(token).owner_id, address), transaction() as session:
        lock_owner(NO_OWNER)
        row = use_token(token, TokenPurpose.EMAIL)
        _set_email(session, session.get_one(Owner, row.owner_id, populate_existing=True), row.email)


def _set_email(session: Session, owner: Owner, email: str) -> None:
    """Set the email, and the contact where it was the email; tell the old address, whose resets end."""
    _check_free(owner, email)
    old = owner.email
    owner.email = email
    if owner.contact == old:
        owner.contact = email
    end_tokens(session, owner.id, TokenPurpose.PASSWORD)
    if email != old:
        enqueue_account_mail(owner, AccountMessageKind.EMAIL_CHANGED, utcnow(), address=old, email=email)


def _check_free(owner: Owner, email: str) -> None:
    found = find_owner(email)
    if found is not None and found.id != owner.id:
        raise EmailTaken


def _check_mails(session: Session, owner_id: int) -> None:
    recent = select(func.count()).where(
        AccountToken.owner_id == owner_id,
        AccountToken.purpose == TokenPurpose.EMAIL,
        AccountToken.created_at > utcnow() - WINDOW,
    )
    if session.execute(recent).scalar_one() >= MAX_MAILS:
        raise TooManyAttempts(int(WINDOW.total_seconds()))
