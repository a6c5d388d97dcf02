"""The server as a control: it books as other schedulers do, so that what the proof looks for can be seen to happen.

BREAK says how. `look-then-insert`: looks whether link and slot are free, then inserts, then marks the link used, each
in a transaction of its own. `claim-first`: marks the link used, and books when that is kept. `answer-first`: says
"confirmed" and commits afterwards.
"""

import os
import threading
from typing import Any

from flask import current_app

import tokens
from app import create_app
from blueprints.invitee import book as book_page
from database import db, transaction, utcnow
from middleware import booking_line
from models import Booking, Link
from scheduling import bookings
from scheduling.bookings import Booked, BookingRequest, all_columns, find_by_request_id, is_free, told_columns
from scheduling.errors import SlotTaken
from scheduling.links import get_link_by_token, require_active
from server.serve import serve


def book(key: str, token: str, booking_request: BookingRequest, *, notify: bool) -> Booked:
    """Do what `scheduling.bookings.book` does, but not in one transaction and behind no lock."""
    session = db.session()
    link = get_link_by_token(token)
    if earlier := find_by_request_id(link, booking_request.request_id):
        return Booked(earlier.id, bookings.manage_token(key, earlier))
    now = utcnow()
    require_active(link, now)
    if booking_request.start is None or not is_free(link.calendar, link.rules, booking_request.start, now):
        raise SlotTaken
    salt = tokens.new_salt()
    manage = tokens.derive(key, bookings.PURPOSE, salt)
    booking = Booking(**all_columns(told_columns(booking_request, salt, manage), link, booking_request.start, now))
    session.rollback()
    steps = [lambda: _insert(booking), lambda: _mark(link.id)]
    if os.environ["BREAK"] == "claim-first":
        steps.reverse()
    if os.environ["BREAK"] == "answer-first":
        threading.Thread(target=_later, args=(current_app._get_current_object(), steps)).start()
    else:
        for step in steps:
            step()
    return Booked(booking.id, manage)


def _insert(booking: Booking) -> None:
    with transaction() as session:
        session.add(booking)


def _mark(link_id: int) -> None:
    with transaction() as session:
        session.get_one(Link, link_id).used_at = utcnow()


def _later(app: Any, steps: list[Any]) -> None:
    with app.app_context():
        for step in steps:
            step()


if __name__ == "__main__":
    book_page.book = book
    booking_line.PATIENCE = 0
    serve(create_app())
