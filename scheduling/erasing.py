"""Erase what is known of an invitee: by the owner, or when the owner's retention period is over.

Times, counts and the link's state stay. A new column or table that holds something of an invitee belongs here.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

import tokens
from database import db, lock_owner, transaction, utcnow, wipe_deleted
from enums import MessageState
from models import Booking, Change, Link, LinkRequest, Message, Owner
from scheduling.booking_queries import get_booking
from scheduling.errors import NotErasable
from scheduling.lookup import read_under_lock

AT_ONCE = 200

_NOTHING_OF_LINK = {"label": "", "name": "", "email": "", "search_text": "", "cells": None}


def erase_booking(owner_id: int, booking_id: int) -> None:
    """Erase the invitee's data in the owner's booking; a second time changes nothing. Raises NotFound, NotErasable."""
    with transaction() as session:
        booking = read_under_lock(lambda: get_booking(owner_id, booking_id))
        now = utcnow()
        if booking.is_confirmed and booking.ends_at > now:
            raise NotErasable
        if not booking.is_erased:
            _erase(session, owner_id, [booking], now)
    wipe_deleted()


def erase_due(now: datetime) -> int:
    """Erase what is kept for longer than its owner's retention period; return how many bookings."""
    erased = 0
    periods = select(Owner.id, Owner.retention_days).where(Owner.retention_days.is_not(None))
    for owner_id, days in db.session.execute(periods).all():
        while count := _erase_before(owner_id, now - timedelta(days=days or 0), now):
            erased += count
    if erased:
        wipe_deleted()
    return erased


def _erase_before(owner_id: int, end: datetime, now: datetime) -> int:
    """Erase up to 200 bookings of the owner that ended until `end`; return how many."""
    with transaction() as session:
        lock_owner(owner_id)
        due = (Booking.owner_id == owner_id, Booking.starts_at < end, Booking.ends_at <= end)
        query = select(Booking).where(*due, Booking.erased_at.is_(None)).limit(AT_ONCE)
        found = session.scalars(query).all()
        if found:
            _erase(session, owner_id, found, now)
        return len(found)


def _erase(session: Session, owner_id: int, bookings: Sequence[Booking], now: datetime) -> None:
    """Erase in each table. The manage link opens nothing any more: its row has the hash of no token."""
    for booking in bookings:
        booking.name = booking.email = booking.phone = booking.notes = booking.search_text = ""
        booking.answers, booking.request_hash, booking.erasure_asked_at = (), None, None
        booking.salt, booking.manage_hash = tokens.new_salt(), secrets.token_bytes(32)
        booking.erased_at = now
    session.flush()
    ids, links = [booking.id for booking in bookings], [booking.link_id for booking in bookings]
    changes = (Change.owner_id == owner_id, Change.booking_id.in_(ids))
    session.execute(update(Change).where(*changes).values(reason=""))
    session.execute(update(Link).where(Link.owner_id == owner_id, Link.id.in_(links)).values(_NOTHING_OF_LINK))
    asked = or_(LinkRequest.link_id.in_(links), LinkRequest.answer_id.in_(links))
    session.execute(delete(LinkRequest).where(LinkRequest.owner_id == owner_id, asked))
    messages = (Message.owner_id == owner_id, Message.booking_id.in_(ids))
    dropped = {"state": MessageState.DROPPED, "done_at": now}
    session.execute(update(Message).where(*messages, Message.is_undelivered()).values(dropped))
    session.execute(update(Message).where(*messages).values(error=""))  # a mail server's words may name the address
