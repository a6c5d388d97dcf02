"""The server as a control: it books as other schedulers do, so that what the proof looks for can be seen to happen.

BREAK says how. `look-then-insert`: looks whether link and slot are free, then inserts, then marks the link used, each
in a transaction of its own. `claim-first`: marks the link used, and books when that is kept. `answer-first`: says
"confirmed" and commits afterwards.
"""

import os
import threading
from typing import Any

from flask import current_app

from app import create_app
from blueprints import public
from clock import utcnow
from database import db, writing
from models import Booking, Link
from scheduling import bookings
from scheduling.bookings import Wish, is_free, made_by
from scheduling.links import find, require_active
from scheduling.refusals import SlotTaken
from server import serve


def book(key: str, token: str, wish: Wish) -> Booking:
    """Do what `scheduling.bookings.book` does, but not in one transaction and behind no lock."""
    session = db.session()
    link = find(session, token)
    if earlier := made_by(session, link, wish.request_id):
        return earlier
    now = utcnow()
    require_active(link, now)
    if wish.start is None or not is_free(session, link.calendar, wish.start, now):
        raise SlotTaken
    booking = bookings._new(key, link, wish, wish.start, now)
    session.rollback()
    steps = [lambda: _insert(booking), lambda: _mark(link.id)]
    if os.environ["BREAK"] == "claim-first":
        steps.reverse()
    if os.environ["BREAK"] == "answer-first":
        threading.Thread(target=_later, args=(current_app._get_current_object(), steps)).start()
    else:
        for step in steps:
            step()
    return booking


def _insert(booking: Booking) -> None:
    with writing() as session:
        session.add(booking)


def _mark(link_id: int) -> None:
    with writing() as session:
        session.get_one(Link, link_id).used_at = utcnow()


def _later(app: Any, steps: list[Any]) -> None:
    with app.app_context():
        for step in steps:
            step()


if __name__ == "__main__":
    public.book = book
    serve(create_app())
