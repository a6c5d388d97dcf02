"""What an owner does with their sources: add, connect again, rename, choose, pause, resume, remove."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select

from database import db, lock_owner, transaction, utcnow
from enums import SourceKind
from models import CalendarEntry, ImportedTime, Owner, Source
from parsing.limits import MAX_NAME
from remote_calendars.process import ask
from remote_calendars.reading import Scope
from scheduling.errors import BookingError
from scheduling.lookup import get_or_not_found
from sources.leases import lease
from sources.readings import Access, Ask, keep, read, request_of, row_name, times_of
from sources.scope import scope_of
from sources.secret_box import CanNotOpen, Secret, seal, unseal

MOST = 20
"""Sources of one owner."""


class TooManySources(BookingError):
    """The owner has as many sources as one can have."""


class BeingRead(BookingError):
    """Somebody reads the source at this very moment."""


def add_source(
    access: Access, owner_id: int, kind: SourceKind, secret: Secret, name: str = "", ask: Ask = ask
) -> Source:
    """Read a source, keep it with its busy times, and return it. Raises ReadingFailed, TooManySources."""
    if len(list_sources(owner_id)) >= MOST:
        raise TooManySources
    now = utcnow()
    scope, said = _first_reading(access, owner_id, kind, secret, now, ask)
    with transaction() as session:
        lock_owner(owner_id)
        if (session.scalar(select(func.count()).select_from(Source).where(Source.owner_id == owner_id)) or 0) >= MOST:
            raise TooManySources
        source = Source(owner_id=owner_id, kind=kind, name="", secret=b"", created_at=now, due_at=now, marks="{}")
        source.busy_count = source.attempts = 0
        source.name = (name or said.get("name") or _host(secret))[:MAX_NAME]
        session.add(source)
        session.flush()
        source.secret = seal(access.key, row_name(source), secret)
        keep(session, source, said, scope, now)
    return source


def connect_again(access: Access, owner_id: int, source_id: int, secret: Secret, ask: Ask = ask) -> Source:
    """Give a source another address or password, after it was read by them. Raises NotFound, ReadingFailed."""
    now, kind = utcnow(), get_source(owner_id, source_id).kind
    scope, said = _first_reading(access, owner_id, kind, secret, now, ask)
    with transaction() as session:
        source = _get_for_update(owner_id, source_id)
        source.secret = seal(access.key, row_name(source), secret)
        source.marks, source.paused_at, source.busy_count = "{}", None, 0  # of another calendar fewer are no wonder
        keep(session, source, said, scope, now)
    return source


def read_now(access: Access, owner_id: int, source_id: int, ask: Ask = ask) -> bool:
    """Read a source, due or not; return whether it could be read. Raises NotFound, BeingRead."""
    get_source(owner_id, source_id)
    source = lease(owner_id, source_id, utcnow())
    if source is None:
        raise BeingRead
    return read(source, access, utcnow(), ask)


def change_source(owner_id: int, source_id: int, name: str, chosen: Collection[str] | None = None) -> Source:
    """Set the name of a source and which of its calendars count, None leaves them; return it. Raises NotFound."""
    with transaction():
        source = _get_for_update(owner_id, source_id)
        source.name = name
        before = json.loads(source.calendars)
        after = before if chosen is None else [each | {"counts": each["href"] in chosen} for each in before]
        if after != before:
            source.calendars, source.marks, source.due_at = json.dumps(after), "{}", utcnow()
            source.busy_count = 0  # nobody wonders where those of the others are
    return source


def pause_source(owner_id: int, source_id: int) -> Source:
    """Pause a source and return it: it is not read, and its busy times do not count. Raises NotFound."""
    with transaction() as session:
        source = _get_for_update(owner_id, source_id)
        source.paused_at = source.paused_at or utcnow()
        source.busy_count, source.notes, source.more_notes, source.marks = 0, "[]", 0, "{}"
        source.emptied_at = source.leased_until = source.failing_since = source.told_at = None
        source.problem = source.problem_detail = ""
        session.execute(delete(ImportedTime).where(times_of(source)))
    return source


def resume_source(owner_id: int, source_id: int) -> Source:
    """Let a source count again, and return it; it is due at once. Raises NotFound."""
    with transaction():
        source = _get_for_update(owner_id, source_id)
        source.paused_at, source.due_at, source.attempts = None, utcnow(), 0
    return source


def delete_source(owner_id: int, source_id: int) -> Source:
    """Delete a source with its busy times, and return it. Raises NotFound."""
    with transaction() as session:
        source = _get_for_update(owner_id, source_id)
        session.execute(delete(ImportedTime).where(times_of(source)))
        entries = (CalendarEntry.owner_id == source.owner_id) & (CalendarEntry.source_id == source.id)
        session.execute(delete(CalendarEntry).where(entries))
        session.delete(source)
    return source


def list_sources(owner_id: int) -> Sequence[Source]:
    """Return the owner's sources, by name."""
    query = select(Source).where(Source.owner_id == owner_id).order_by(func.lower(Source.name), Source.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def sources_to_read(owner_id: int | None) -> list[tuple[int, int]]:
    """Return the owners and ids of the sources that are not paused, of one owner or of all."""
    query = select(Source.owner_id, Source.id).where(Source.paused_at.is_(None)).order_by(Source.id)
    query = query if owner_id is None else query.where(Source.owner_id == owner_id)
    return [(row[0], row[1]) for row in db.session.execute(query)]


def get_source(owner_id: int, source_id: int) -> Source:
    """Return the owner's source. Raises NotFound."""
    query = select(Source).where(Source.owner_id == owner_id, Source.id == source_id)
    source: Source = get_or_not_found(query.execution_options(populate_existing=True))
    return source


def secret_of(access: Access, source: Source) -> Secret | None:
    """Return how a source is reached; None after a change of the server's key."""
    try:
        return unseal(access.key, row_name(source), source.secret)
    except CanNotOpen:
        return None


def _first_reading(
    access: Access, owner_id: int, kind: SourceKind, secret: Secret, now: datetime, ask: Ask
) -> tuple[Scope, dict[str, Any]]:
    scope = scope_of(db.session.get_one(Owner, owner_id), now)
    db.session.rollback()
    return scope, ask(request_of(kind, secret, scope, access))


def _get_for_update(owner_id: int, source_id: int) -> Source:
    lock_owner(owner_id)
    return get_source(owner_id, source_id)


def _host(secret: Secret) -> str:
    return urlsplit(secret.address.strip()).hostname or ""
