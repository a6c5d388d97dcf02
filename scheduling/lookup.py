"""One helper for find-or-404, and one for reading a row again under its owner's lock."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy import Select

from database import db, lock_owner
from scheduling.errors import NotFound


class Owned(Protocol):
    """A row that belongs to an owner."""

    owner_id: Any


Row = TypeVar("Row")
OwnedRow = TypeVar("OwnedRow", bound=Owned)


def get_or_not_found(query: Select[tuple[Row]] | Any, parameters: Mapping[str, Any] | None = None) -> Any:
    """Return the one object that the query selects. Raises NotFound if there is none."""
    found = db.session.scalars(query, parameters or {}).one_or_none()
    if found is None:
        raise NotFound
    return found


def read_under_lock(read: Callable[[], OwnedRow]) -> OwnedRow:
    """Return the row, read while holding its owner's lock, which lasts until the transaction ends.

    It is read before to find its owner, and again if it may have changed while waiting for the lock.
    """
    row = read()
    return read() if lock_owner(row.owner_id) else row
