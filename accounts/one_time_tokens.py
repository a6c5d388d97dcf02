"""One-time addresses of accounts: for a new password, a new email, a colleague. Each works once, and for a while.

The database has a hash and a salt; the token is derived again from the server's key when a mail is composed.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import config
import tokens
from accounts.errors import TokenGone
from database import db, lock_owner, utcnow
from enums import TokenPurpose
from models import AccountToken
from scheduling.errors import NotFound

LIFETIMES = {
    TokenPurpose.PASSWORD: timedelta(hours=1),
    TokenPurpose.EMAIL: timedelta(days=1),
    TokenPurpose.INVITATION: timedelta(days=7),
}


def add_token(session: Session, owner_id: int, purpose: TokenPurpose, name: str = "", email: str = "") -> AccountToken:
    """Add a new token of the owner's and return its row; `name` and `email` are what it is for, if anything.

    The caller is in a transaction, with the owner's lock.
    """
    now, salt = utcnow(), tokens.new_salt()
    row = AccountToken(
        owner_id=owner_id,
        purpose=purpose,
        salt=salt,
        token_hash=tokens.digest(derive_token(purpose, salt)),
        name=name,
        email=email,
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    session.add(row)
    session.flush()
    return row


def derive_token(purpose: TokenPurpose, salt: bytes) -> str:
    """Return the token that was derived from this salt."""
    return tokens.derive(config.current().secret_key, f"account {purpose}", salt)


def get_token(token: str, purpose: TokenPurpose) -> AccountToken:
    """Return the row of a token that works now. Raises NotFound, TokenGone."""
    return _checked(_find(token, purpose), purpose, utcnow())


def use_token(token: str, purpose: TokenPurpose) -> AccountToken:
    """End a token that works now and return its row, with the lock of its owner. The caller is in a transaction.

    Raises NotFound, TokenGone.
    """
    row = _find(token, purpose)
    lock_owner(row.owner_id)
    now = utcnow()
    _checked(row := _find(token, purpose), purpose, now).ended_at = now
    return row


def end_tokens(session: Session, owner_id: int, purpose: TokenPurpose) -> None:
    """End all of an owner's tokens for this purpose. The caller is in a transaction, with the owner's lock."""
    mine = (AccountToken.owner_id == owner_id, AccountToken.purpose == purpose, AccountToken.ended_at.is_(None))
    session.execute(update(AccountToken).where(*mine).values(ended_at=utcnow()))


def _find(token: str, purpose: TokenPurpose) -> AccountToken:
    query = select(AccountToken).where(AccountToken.token_hash == tokens.digest(token), AccountToken.purpose == purpose)
    row = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _checked(row: AccountToken, purpose: TokenPurpose, now: datetime) -> AccountToken:
    if row.ended_at is not None or row.expires_at <= now:
        raise TokenGone(purpose)
    return row
