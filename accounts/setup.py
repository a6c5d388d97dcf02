"""The token of the page that makes the first owner's account: new at each start, gone once there is an owner."""

from sqlalchemy import delete, exists, select

import tokens
from accounts.login_throttle import NO_OWNER
from accounts.owners import has_owner
from database import db, lock_owner, transaction
from models import SetupToken

MAX_TOKENS = 16
"""Those of the latest starts: several processes may start at once, and each prints its own."""


def new_setup_token() -> str | None:
    """Return a new random token of the set-up page; None if there is an owner. The database has only its hash."""
    with transaction() as session:
        lock_owner(NO_OWNER)
        if has_owner():
            return None
        token = tokens.new_token()
        session.add(SetupToken(token_hash=tokens.digest(token)))
        session.flush()
        latest = select(SetupToken.id).order_by(SetupToken.id.desc()).limit(MAX_TOKENS)
        session.execute(delete(SetupToken).where(SetupToken.id.not_in(latest)))
    return token


def is_setup_token(token: str) -> bool:
    """Return whether the token opens the set-up page: some start printed it, and there is no owner yet."""
    found = exists().where(SetupToken.token_hash == tokens.digest(token))
    return bool(db.session.scalar(select(found))) and not has_owner()
