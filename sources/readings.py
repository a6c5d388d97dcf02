"""Reading a source: what it says is fetched by a child process, outside of any transaction, and then kept in one.

A reading that failed changes nothing but what is said of it: the last good busy times stay.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from accounts.account_mail import enqueue_account_mail
from database import db, lock_owner, transaction
from enums import AccountMessageKind, SourceKind
from models import ImportedTime, Owner, Source
from remote_calendars.messages import notes_to_json, reading_from_json, scope_to_json
from remote_calendars.process import ask
from remote_calendars.reading import Interval, Reading, ReadingFailed, Scope
from scheduling.source_troubles import CONNECT_AGAIN, WARN_AFTER
from sources.access import Access, Ask
from sources.leases import next_due, retry_due
from sources.scope import scope_of
from sources.secret_box import Secret
from sources.sign_in import ask_source, may_write

MANY = 20
CONFIRM_AFTER = timedelta(hours=1)
"""So many busy times are not believed to be gone at once, before a reading so much later says the same."""


def request_of(kind: SourceKind, secret: Secret, scope: Scope, access: Access) -> dict[str, Any]:
    """Return the child's request to read a source."""
    return {"kind": kind, "scope": scope_to_json(scope)} | reached_by(kind, secret, access)


def reached_by(kind: SourceKind, secret: Secret, access: Access) -> dict[str, Any]:
    """Return the part of each request to the child that says where a source is, and how it is opened."""
    networks = {"networks": access.network_names()}
    if not kind.has_sign_in:
        return {"address": secret.address, "username": secret.username, "password": secret.password} | networks
    opens = {"access": secret.access, "may_write": may_write(kind, secret)}
    return {"api_url": access.app(kind).api_url} | opens | networks


def read(source: Source, access: Access, now: datetime, ask: Ask = ask) -> bool:
    """Read a source that is leased to the caller, and keep what it says; return whether it could be read.

    `ask` fetches what it says.
    """
    scope = scope_of(db.session.get_one(Owner, source.owner_id), now)
    db.session.rollback()  # nothing of the database is held while somebody else's server takes its time
    try:
        said = ask_source(source, access, ask, lambda secret: _request(source, secret, scope, access))
    except ReadingFailed as failure:
        with _leased(source) as (_session, current):
            if current:
                note_failure(current, failure, now)
        return False
    with _leased(source) as (session, current):
        if current:
            keep(session, current, said, scope, now)
    return True


def keep(session: Session, source: Source, said: dict[str, Any], scope: Scope, now: datetime) -> None:
    """Store what a source said: its busy times take the place of those of before."""
    source.tried_at = source.read_at = now
    source.due_at = next_due(now)
    source.problem = source.problem_detail = ""
    source.failing_since, source.attempts, source.leased_until, source.told_at = None, 0, None, None
    if "calendars" in said:
        source.calendars = json.dumps(said["calendars"])
    if said.get("same"):
        source.marks = json.dumps(json.loads(source.marks) | said["marks"])
        return
    reading = reading_from_json(said)
    source.notes, source.more_notes = json.dumps(notes_to_json(reading.notes)), reading.more_notes
    if _is_doubtful(source, reading, now):
        source.emptied_at = source.emptied_at or now
        source.due_at = min(source.due_at, max(source.emptied_at + CONFIRM_AFTER, now + timedelta(minutes=1)))
        source.marks = "{}"
        return
    source.emptied_at = None
    source.busy_count, source.read_until = reading.count, scope.until
    source.marks = json.dumps({"scope": _scope_mark(scope)} | said["marks"])
    replace_times(session, source, reading.busy)


def note_failure(source: Source, failure: ReadingFailed, now: datetime) -> None:
    """Store why a source could not be read; mail the owner once if it needs them, or fails for a day."""
    source.tried_at = now
    source.problem, source.problem_detail = failure.code, failure.detail[:500]
    source.failing_since = source.failing_since or now
    source.attempts += 1
    source.due_at, source.leased_until = retry_due(now, source.attempts, failure.retry_after), None
    if source.told_at is None and (failure.code in CONNECT_AGAIN or source.failing_since <= now - WARN_AFTER):
        source.told_at = now
        owner = db.session.get_one(Owner, source.owner_id)
        kind, detail = AccountMessageKind.SOURCE_FAILS, source.problem_detail
        enqueue_account_mail(owner, kind, now, name=source.name, problem=failure.code, detail=detail)


def replace_times(session: Session, source: Source, stretches: Iterable[Interval]) -> None:
    """Make these stretches the source's busy times; rows that are right already stay as they are."""
    wanted = set(stretches)
    query = select(ImportedTime.id, ImportedTime.starts_at, ImportedTime.ends_at)
    rows = session.execute(query.where(times_of(source))).all()
    there = {(starts_at, ends_at) for _, starts_at, ends_at in rows}
    gone = [row.id for row in rows if (row.starts_at, row.ends_at) not in wanted]
    for first in range(0, len(gone), 500):
        session.execute(delete(ImportedTime).where(times_of(source), ImportedTime.id.in_(gone[first : first + 500])))
    new = [
        {"owner_id": source.owner_id, "source_id": source.id, "starts_at": start, "ends_at": end}
        for start, end in sorted(wanted - there)
    ]
    if new:
        session.execute(insert(ImportedTime), new)


def scope_request(source: Source, secret: Secret, scope: Scope, access: Access) -> dict[str, Any]:
    """Return the child's request to read a source that is stored."""
    return request_of(source.kind, secret, scope, access) | {"calendars": json.loads(source.calendars)}


def _request(source: Source, secret: Secret, scope: Scope, access: Access) -> dict[str, Any]:
    request = scope_request(source, secret, scope, access)
    # What the server itself calls unchanged is so only for the same days and the same appointments of ours.
    marks = json.loads(source.marks)
    return request | {"known": marks if marks.get("scope") == _scope_mark(scope) else {}}


def _scope_mark(scope: Scope) -> str:
    return hashlib.sha256(json.dumps(scope_to_json(scope)).encode()).hexdigest()


def _is_doubtful(source: Source, reading: Reading, now: datetime) -> bool:
    if reading.count or source.busy_count < MANY:
        return False
    return source.emptied_at is None or now < source.emptied_at + CONFIRM_AFTER


@contextmanager
def _leased(source: Source) -> Iterator[tuple[Session, Source | None]]:
    """Yield the source's row in a transaction; None if it is gone or paused, or another has the lease by now."""
    leased_until = source.leased_until
    query = select(Source).where(Source.owner_id == source.owner_id, Source.id == source.id)
    with transaction() as session:
        lock_owner(source.owner_id)
        current = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        still = current is not None and current.leased_until == leased_until and current.paused_at is None
        yield session, current if still else None


def times_of(source: Source) -> ColumnElement[bool]:
    """Return the condition that an imported time is of this source."""
    return (ImportedTime.owner_id == source.owner_id) & (ImportedTime.source_id == source.id)
