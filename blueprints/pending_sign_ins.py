"""Sign-ins at another service that an owner began in this browser: kept in its session, good once, for ten minutes.

So whoever comes back with a state of another session, or of another owner, or for the second time, connects nothing.
"""

import secrets
import time
from typing import NamedTuple

from flask import session

MINUTES = 10
MOST = 3
_KEY = "sign_ins"


class SignIn(NamedTuple):
    """What was begun: at which service, for which source (None for a new one), and with the right to write or not."""

    service: str
    source_id: int | None
    writing: bool
    verifier: str
    began: float


def begin(service: str, source_id: int | None, writing: bool) -> tuple[str, str]:
    """Remember a sign-in; return its state and its verifier (RFC 7636), which nobody can guess."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    kept = list(session.get(_KEY, {}).items())[1 - MOST :]
    session[_KEY] = dict(kept) | {state: SignIn(service, source_id, writing, verifier, time.time())}
    return state, verifier


def take(service: str, state: str) -> SignIn | None:
    """Return the sign-in with this state, which is forgotten by that; None if there is none, or it is too old."""
    pending = session.get(_KEY, {})
    if state not in pending:
        return None
    begun = SignIn(*pending[state])
    session[_KEY] = {key: value for key, value in pending.items() if key != state}
    return begun if begun.service == service and time.time() - begun.began < 60 * MINUTES else None
