"""The owner's calendar feed: its private address, and the appointments in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

import tokens
from database import db, lock_owner, transaction
from models import CONFIRMED, Booking, Owner
from scheduling.lookup import get_or_not_found

PURPOSE = "feed"
KEEP_PAST = timedelta(days=365)
"""How long past appointments stay in the feed."""


def renew_feed(key: str, owner_id: int) -> None:
    """Give the owner's feed a new address; the previous one stops working."""
    salt = tokens.new_salt()
    _set(owner_id, salt, tokens.digest(tokens.derive(key, PURPOSE, salt)))


def turn_off_feed(owner_id: int) -> None:
    """Remove the feed's address."""
    _set(owner_id, None, None)


def feed_token(key: str, salt: bytes | None, feed_hash: bytes | None) -> str | None:
    """Return the token of an owner's feed; None if there is no feed, or its token was made with another key."""
    if salt is None or feed_hash is None:
        return None
    return tokens.derive_again(key, PURPOSE, salt, feed_hash)


def get_feed_owner(token: str) -> Owner:
    """Return the owner whose feed has this token. Raises NotFound."""
    owner: Owner = get_or_not_found(select(Owner).where(Owner.feed_hash == tokens.digest(token)))
    return owner


def feed_bookings(owner_id: int, now: datetime) -> Sequence[Booking]:
    """Return the owner's confirmed appointments with their calendars, from a year ago on, sorted by start."""
    query = (
        select(Booking)
        .join(Booking.calendar)
        .options(contains_eager(Booking.calendar))
        .where(Booking.owner_id == owner_id, CONFIRMED, Booking.starts_at > now - KEEP_PAST)
        .order_by(Booking.starts_at, Booking.id)
    )
    return db.session.scalars(query).all()


def _set(owner_id: int, salt: bytes | None, token_hash: bytes | None) -> None:
    with transaction() as session:
        lock_owner(owner_id)
        owner = session.get_one(Owner, owner_id)
        owner.feed_salt, owner.feed_hash = salt, token_hash
