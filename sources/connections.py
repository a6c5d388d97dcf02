"""What an owner does with their sources: add, connect again, rename, choose, pause, resume, remove."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, delete, func, select

from database import db, lock_owner, transaction, utcnow
from enums import SourceKind
from models import CalendarEntry, ImportedTime, Owner, Source
from parsing.limits import MAX_NAME
from remote_calendars.process import ask
from remote_calendars.reading import ReadingFailed, Scope
from scheduling.errors import BookingError, NotFound
from scheduling.lookup import get_or_not_found
from sources.access import Access, Ask
from sources.leases import lease
from sources.readings import keep, read, request_of, times_of
from sources.scope import scope_of
from sources.secret_box import Secret, seal
from sources.sign_in import give_back, may_write, opened, row_name

MOST = 20
"""Sources of one owner."""

Account = tuple[SourceKind, Secret]
"""An account at another service that an owner signed in to."""


class TooManySources(BookingError):
    """The owner has as many sources as one can have."""


class BeingRead(BookingError):
    """Somebody reads the source at this very moment."""


class _FirstReading(NamedTuple):
    """What a source said before it was kept, of which scope, and when."""

    scope: Scope
    said: dict[str, Any]
    at: datetime


def add_source(
    access: Access, owner_id: int, kind: SourceKind, secret: Secret, name: str = "", ask: Ask = ask
) -> Source:
    """Read a source, keep it with its busy times, and return it. Raises ReadingFailed, TooManySources."""
    _check_room(len(list_sources(owner_id)))
    return _add(access, owner_id, kind, secret, name, _first_reading(access, owner_id, kind, secret, [], ask))


def connect_again(access: Access, owner_id: int, source_id: int, secret: Secret, ask: Ask = ask) -> Source:
    """Give a source another address or password, after it was read by them. Raises NotFound, ReadingFailed."""
    before = get_source(owner_id, source_id)
    chosen = json.loads(before.calendars)
    reading = _first_reading(access, owner_id, before.kind, secret, chosen, ask)
    with transaction() as session:
        source = _get_for_update(owner_id, source_id)
        source.secret = seal(access.key, row_name(source), _of_account(secret, reading))
        source.marks, source.paused_at, source.busy_count = "{}", None, 0  # of another calendar fewer are no wonder
        keep(session, source, reading.said, reading.scope, reading.at)
        if source.write_to and source.write_to not in writable_calendars(source, secret):
            source.write_to = ""
            session.execute(delete(CalendarEntry).where(_entries_of(source)))
    return source


def connect_account(
    access: Access, owner_id: int, kind: SourceKind, secret: Secret, source_id: int | None, ask: Ask = ask
) -> Source:
    """Read the account that the owner has just signed in to, keep it, and return its source.

    It takes the place of the source with this id, or of the one of the same account, which is not there twice. Raises
    NotFound, ReadingFailed, TooManySources.
    """
    if source_id is not None:
        if get_source(owner_id, source_id).kind is not kind:
            raise NotFound
        return connect_again(access, owner_id, source_id, secret, ask)
    reading = _first_reading(access, owner_id, kind, secret, [], ask)
    account = _of_account(secret, reading).username
    for source in list_sources(owner_id):
        there = secret_of(access, source) if source.kind is kind else None
        if there and there.username == account:
            return connect_again(access, owner_id, source.id, secret, ask)
    return _add(access, owner_id, kind, secret, "", reading)


def writable_calendars(source: Source, secret: Secret | None) -> set[str]:
    """Return the addresses of the calendars into which appointments may be written."""
    if not may_write(source.kind, secret):
        return set()
    return {each["href"] for each in json.loads(source.calendars) if each.get("own", True)}


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
        session.execute(delete(CalendarEntry).where(_entries_of(source)))
        session.delete(source)
    return source


def remove_source(access: Access, owner_id: int, source_id: int, ask: Ask = ask) -> Source:
    """Delete a source, and return it; an account that was signed in to is given back there. Raises NotFound."""
    accounts = signed_in_accounts(access, [get_source(owner_id, source_id)])
    source = delete_source(owner_id, source_id)
    give_accounts_back(access, accounts, ask)
    return source


def signed_in_accounts(access: Access, sources: Iterable[Source]) -> list[Account]:
    """Return the accounts that an owner signed in to for these sources, for when they are deleted."""
    secrets = [(source.kind, secret_of(access, source)) for source in sources if source.kind.has_sign_in]
    return [(kind, secret) for kind, secret in secrets if secret]


def give_accounts_back(access: Access, accounts: Iterable[Account], ask: Ask = ask) -> None:
    """Give back access to the accounts at their services, each once, unless a source of anybody's still needs it."""
    for kind, secret in {(kind, secret.username): (kind, secret) for kind, secret in accounts}.values():
        if not _is_account_used(access, kind, secret):
            give_back(access, kind, secret, ask)


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
        return opened(source, access)
    except ReadingFailed:
        return None


def _first_reading(
    access: Access, owner_id: int, kind: SourceKind, secret: Secret, calendars: list[dict[str, Any]], ask: Ask
) -> _FirstReading:
    now = utcnow()
    scope = scope_of(db.session.get_one(Owner, owner_id), now)
    db.session.rollback()
    request = request_of(kind, secret, scope, access) | {"calendars": calendars}
    return _FirstReading(scope, ask(request), now)


def _add(access: Access, owner_id: int, kind: SourceKind, secret: Secret, name: str, reading: _FirstReading) -> Source:
    now, said = reading.at, reading.said
    with transaction() as session:
        lock_owner(owner_id)
        _check_room(session.scalar(select(func.count()).select_from(Source).where(Source.owner_id == owner_id)) or 0)
        source = Source(owner_id=owner_id, kind=kind, name="", secret=b"", created_at=now, due_at=now, marks="{}")
        source.busy_count = source.attempts = 0
        source.name = (name or said.get("name") or _host(secret) or kind.title())[:MAX_NAME]
        session.add(source)
        session.flush()
        source.secret = seal(access.key, row_name(source), _of_account(secret, reading))
        keep(session, source, said, reading.scope, now)
    return source


def _is_account_used(access: Access, kind: SourceKind, secret: Secret) -> bool:
    """Return whether a source of anybody's is the same account's: what is given back is lost to all of them."""
    others = map(partial(secret_of, access), db.session.scalars(select(Source).where(Source.kind == kind)))
    used = any(other is not None and other.username == secret.username for other in others)
    db.session.rollback()
    return used


def _check_room(count: int) -> None:
    if count >= MOST:
        raise TooManySources


def _of_account(secret: Secret, reading: _FirstReading) -> Secret:
    """Return the secret with what tells the account that was signed in to from others."""
    account = reading.said.get("account")
    return replace(secret, username=account) if account else secret


def _entries_of(source: Source) -> ColumnElement[bool]:
    return (CalendarEntry.owner_id == source.owner_id) & (CalendarEntry.source_id == source.id)


def _get_for_update(owner_id: int, source_id: int) -> Source:
    lock_owner(owner_id)
    return get_source(owner_id, source_id)


def _host(secret: Secret) -> str:
    return urlsplit(secret.address.strip()).hostname or ""
