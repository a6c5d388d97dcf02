"""The places (addresses; a /48 for IPv6) from which an owner has signed in; the database has keyed hashes of them."""

import hmac

from sqlalchemy import delete, exists, select

import config
from database import db
from models import KnownPlace, Owner
from parsing.client_ip import IPV6_SITE, rate_limit_key

MAX_PLACES = 100
"""Of an owner: the latest."""


def is_known_place(email: str, address: str) -> bool:
    """Return whether the account with this email has signed in from the place of this address before."""
    of_account = exists().where(
        KnownPlace.owner_id == Owner.id, Owner.email == email, KnownPlace.place_hash == _place_hash(address)
    )
    return bool(db.session.scalar(select(of_account)))


def remember_place(owner_id: int, address: str) -> None:
    """Note that the owner has signed in from this address's place. The caller is in a transaction, with the lock."""
    place = _place_hash(address)
    session, own = db.session(), KnownPlace.owner_id == owner_id
    session.execute(delete(KnownPlace).where(own, KnownPlace.place_hash == place))
    session.add(KnownPlace(owner_id=owner_id, place_hash=place))
    session.flush()
    latest = select(KnownPlace.id).where(own).order_by(KnownPlace.id.desc()).limit(MAX_PLACES)
    session.execute(delete(KnownPlace).where(own, KnownPlace.id.not_in(latest)))


def _place_hash(address: str) -> bytes:
    """Return a hash that needs the server's key: of all IPv4 addresses the plain hashes could be tried."""
    key = config.current().secret_key.encode()
    return hmac.digest(key, b"place\0" + rate_limit_key(address, IPV6_SITE).encode(), "sha256")
