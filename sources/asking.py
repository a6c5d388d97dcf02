"""Asking other calendars once more at the moment of booking, where they can answer at once: CalDAV, Google, Microsoft.

It happens before the booking's transaction. An answer that says "busy" is kept, so that the slot is gone from every
page; no answer in time never refuses a booking.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import bindparam, insert, select

import tokens
from availability.slots import Rules
from database import db, lock_owner, transaction, utcnow
from models import ANSWERS_AT_ONCE, ImportedTime, Link, Owner, Source
from remote_calendars.messages import reading_from_json
from remote_calendars.process import ask
from remote_calendars.reading import Interval, ReadingFailed, Scope
from scheduling.active_links import find_active
from scheduling.errors import SlotTaken
from sources.access import Access, Ask
from sources.readings import scope_request, times_of
from sources.scope import scope_of
from sources.sign_in import opened, works_at

SECONDS, GRACE = 1.7, 0.3
MOST = 4
_asking = BoundedSemaphore(MOST)
ASK_AT_ONCE: Ask = partial(ask, seconds=SECONDS, grace=GRACE)

_OF_LINK = (
    select(Source)
    .join(Link, Link.owner_id == Source.owner_id)
    .where(Link.token_hash == bindparam("hash"), Link.used_at.is_(None), ANSWERS_AT_ONCE)
)


def ask_before_booking(access: Access, token: str, start: datetime | None, ask: Ask = ASK_AT_ONCE) -> None:
    """Ask the calendars of the link's owner about the slot at `start`. Raises SlotTaken if they are busy then."""
    sources = db.session.scalars(_OF_LINK, {"hash": tokens.digest(token)}).all()
    if not sources or start is None:
        return
    if link := find_active(db.session.connection(), token):
        _ask_all(access, list(sources), link.rules, start, ask)


def ask_before_moving(
    access: Access, owner_id: int, rules: Rules, start: datetime | None, ask: Ask = ASK_AT_ONCE
) -> None:
    """Ask the owner's calendars about the slot at `start`. Raises SlotTaken if they are busy then."""
    sources = db.session.scalars(select(Source).where(Source.owner_id == owner_id, ANSWERS_AT_ONCE)).all()
    if sources and start is not None:
        _ask_all(access, list(sources), rules, start, ask)


def _ask_all(access: Access, sources: list[Source], rules: Rules, start: datetime, ask: Ask) -> None:
    since, until = rules.blocked(start)
    owner_id = sources[0].owner_id
    scope = replace(scope_of(db.session.get_one(Owner, owner_id), utcnow()), since=since, until=until)
    requests = {source.id: request for source in sources if (request := _request(source, scope, access))}
    db.session.rollback()  # nothing of the database is held meanwhile
    if not requests or not _asking.acquire(blocking=False):
        return
    try:
        with ThreadPoolExecutor(max_workers=MOST) as threads:
            answers = list(threads.map(partial(_busy, ask), requests.values()))
    finally:
        _asking.release()
    busy = [(source_id, stretches) for source_id, stretches in zip(requests, answers, strict=True) if stretches]
    if busy:
        for source_id, stretches in busy:
            _keep(owner_id, source_id, stretches)
        raise SlotTaken


def _request(source: Source, scope: Scope, access: Access) -> dict[str, Any] | None:
    try:
        secret = opened(source, access)
        if source.kind.has_sign_in and not works_at(secret, utcnow()):
            return None  # there is no time to renew the token
        return scope_request(source, secret, scope, access) | {"kind": f"{source.kind} now"}
    except ReadingFailed:
        return None


def _busy(ask: Ask, request: dict[str, Any]) -> list[Interval]:
    try:
        return reading_from_json(ask(request)).busy
    except ReadingFailed:
        return []


def _keep(owner_id: int, source_id: int, stretches: list[Interval]) -> None:
    """Add what is not known yet to the source's busy times, and let the whole of it be read soon."""
    with transaction() as session:
        lock_owner(owner_id)
        query = select(Source).where(Source.owner_id == owner_id, Source.id == source_id, Source.paused_at.is_(None))
        source = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if source is None:
            return
        rows = session.execute(select(ImportedTime.starts_at, ImportedTime.ends_at).where(times_of(source))).all()
        known = [tuple(row) for row in rows]
        new = [
            {"owner_id": owner_id, "source_id": source_id, "starts_at": start, "ends_at": end}
            for start, end in stretches
            if not any(starts_at <= start and end <= ends_at for starts_at, ends_at in known)
        ]
        if new:
            session.execute(insert(ImportedTime), new)
        source.marks, source.due_at = "{}", utcnow()
