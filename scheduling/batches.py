"""Links that are made at once, from a count or from the rows of a CSV: in one transaction, or none of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from availability.offers import NOTHING_SPECIAL, Offer
from database import db, lock_owner, transaction, utcnow
from models import UNUSED, Batch, Booking, Calendar, Link
from parsing.csv_people import Person
from parsing.csv_table import CsvTable
from scheduling.links import LinkDetails, get_open_calendar_for_update, link_rows, link_search_text
from scheduling.lookup import get_or_not_found
from scheduling.offers import CALENDARS_OWN, OfferRefused

MAX_COUNT = 1000


class RowRefused(OfferRefused):
    """The expiry of a row can't be; `line` is its line of the file."""

    def __init__(self, line: int, refusal: OfferRefused) -> None:
        super().__init__(refusal.field, refusal.reason)
        self.line = line


@dataclass(frozen=True)
class BatchLink:
    """One link of a batch, in its order: its number, its row of the CSV, and its booking."""

    link: Link
    booking: Booking | None


def create_batch(
    key: str, owner_id: int, calendar_id: int, count: int, label: str = "", offer: Offer = NOTHING_SPECIAL
) -> Batch:
    """Create `count` links as a batch and return it. Raises NotFound, CalendarClosed, OfferRefused."""
    with transaction():
        calendar = get_open_calendar_for_update(owner_id, calendar_id)
        now = utcnow()
        batch = _add(Batch(owner_id=owner_id, calendar_id=calendar_id, label=label, count=count, created_at=now))
        rows = link_rows(key, calendar, [LinkDetails(offer=offer)] * count, now)
        _insert(batch, rows)
    return batch


def create_batch_of_people(
    key: str, owner_id: int, calendar_id: int, table: CsvTable, people: Sequence[Person], label: str = ""
) -> Batch:
    """Create a link for each person of a CSV and return the batch. Raises NotFound, CalendarClosed, RowRefused."""
    with transaction():
        calendar = get_open_calendar_for_update(owner_id, calendar_id)
        now = utcnow()
        batch = _add(
            Batch(
                owner_id=owner_id,
                calendar_id=calendar_id,
                label=label,
                count=len(people),
                columns=json.dumps(table.columns, ensure_ascii=False),
                encoding=table.encoding,
                separator=table.separator,
                created_at=now,
            )
        )
        rows = []
        for person in people:
            (row,) = _rows_of(key, calendar, person, now)
            rows.append(row | {"cells": json.dumps(person.cells, ensure_ascii=False)})
        _insert(batch, rows)
    return batch


def check_people(owner_id: int, calendar_id: int, people: Sequence[Person]) -> None:
    """Raise what `create_batch_of_people` would, and make nothing: NotFound, CalendarClosed, RowRefused."""
    calendar = get_or_not_found(select(Calendar).where(Calendar.owner_id == owner_id, Calendar.id == calendar_id))
    now = utcnow()
    for person in people:
        if person.expires:
            _rows_of("", calendar, person, now)


def get_batch(owner_id: int, batch_id: int) -> Batch:
    """Return the owner's batch. Raises NotFound."""
    batch: Batch = get_or_not_found(select(Batch).where(Batch.owner_id == owner_id, Batch.id == batch_id))
    return batch


def batch_links(batch: Batch) -> list[BatchLink]:
    """Return the links of a batch in the order in which they were made."""
    query = (
        select(Link, Booking)
        .outerjoin(Booking, Booking.link_id == Link.id)
        .where(Link.owner_id == batch.owner_id, Link.batch_id == batch.id)
        .order_by(Link.position)
    )
    return [BatchLink(*row) for row in db.session.execute(query)]


def batch_cells(batch: Batch) -> Iterator[tuple[Link, list[str]]]:
    """Give each link of a batch from a CSV with its row's cells."""
    query = select(Link, Link.cells).where(Link.owner_id == batch.owner_id, Link.batch_id == batch.id)
    for link, cells in db.session.execute(query.order_by(Link.position)):
        yield link, json.loads(cells) if cells else []


def revoke_unused(owner_id: int, batch_id: int) -> tuple[datetime, int]:
    """Revoke the batch's unused links; return the instant, by which it can be undone, and their number.

    Raises NotFound.
    """
    with transaction() as session:
        lock_owner(owner_id)
        get_batch(owner_id, batch_id)
        now = utcnow()
        revoked = session.execute(
            update(Link)
            .where(Link.owner_id == owner_id, Link.batch_id == batch_id, UNUSED)
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
    return now, revoked.rowcount  # type: ignore[attr-defined]


def restore_revoked(owner_id: int, batch_id: int, revoked_at: datetime) -> int:
    """Make those of the batch's links active again that were revoked together at an instant; return their number.

    Raises NotFound.
    """
    with transaction() as session:
        lock_owner(owner_id)
        get_batch(owner_id, batch_id)
        restored = session.execute(
            update(Link)
            .where(Link.owner_id == owner_id, Link.batch_id == batch_id, Link.revoked_at == revoked_at)
            .values(revoked_at=None)
            .execution_options(synchronize_session=False)
        )
    return restored.rowcount  # type: ignore[attr-defined,no-any-return]


def _add(batch: Batch) -> Batch:
    db.session.add(batch)
    db.session.flush()
    return batch


def _rows_of(key: str, calendar: Calendar, person: Person, now: datetime) -> list[dict[str, object]]:
    expiry = person.expires or CALENDARS_OWN
    try:
        return link_rows(key, calendar, [LinkDetails(person.label, person.name, person.email, expiry)], now)
    except OfferRefused as refusal:
        raise RowRefused(person.line, refusal) from None


def _insert(batch: Batch, rows: list[dict[str, object]]) -> None:
    """Insert by the table itself: a thousand rows by the session take three times as long."""
    for position, row in enumerate(rows, 1):
        row |= {"batch_id": batch.id, "position": position}
        row["search_text"] = link_search_text(str(row["label"]), str(row["name"]), str(row["email"]), batch.label)
    db.session.execute(insert(Link.__table__), rows)  # type: ignore[arg-type]
