"""Writing appointments into the owner's other calendar: the worker's part, and the choice of the calendar.

As with mails, the row is written with the booking, a lease says who writes it, and a failure is tried again after a
pause that doubles. Writing says how the appointment is now, so a repetition does no harm.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import contains_eager

from database import db, lock_owner, snapshot, transaction, utcnow
from integrations import ical
from models import CONFIRMED, Booking, Calendar, CalendarEntry, Source
from public_urls import appointment_address
from remote_calendars.process import ask
from remote_calendars.reading import ReadingFailed
from scheduling.calendar_entries import enqueue_entry
from sources.access import Access, Ask
from sources.connections import get_source
from sources.leases import LEASE, retry_due
from sources.readings import reached_by
from sources.secret_box import Secret
from sources.sign_in import ask_source

KEEP_TRYING = timedelta(days=3)
"""After the appointment's end."""


def choose_calendar(owner_id: int, source_id: int, calendar: str) -> None:
    """Let appointments be written into this calendar of a source, '' for none; those to come are written at once.

    Only one calendar of an owner is written to. Raises NotFound.
    """
    with transaction() as session:
        lock_owner(owner_id)
        source = get_source(owner_id, source_id)
        if calendar == source.write_to:
            return
        if calendar:
            others = update(Source).where(Source.owner_id == owner_id, Source.id != source_id)
            session.execute(others.values(write_to=""))
        source.write_to = calendar
        session.execute(delete(CalendarEntry).where(CalendarEntry.owner_id == owner_id))
        session.flush()
        coming = select(Booking).where(Booking.owner_id == owner_id, CONFIRMED, Booking.ends_at > utcnow())
        for booking in session.scalars(coming).all():
            enqueue_entry(session.connection(), booking, utcnow())


def count_unwritten(owner_id: int, source_id: int) -> int:
    """Return how many appointments could not be written so far."""
    failed = and_(CalendarEntry.written_at.is_(None), CalendarEntry.problem != "")
    query = select(func.count()).where(CalendarEntry.owner_id == owner_id, CalendarEntry.source_id == source_id, failed)
    return db.session.scalar(query) or 0


def write_next(access: Access, now: datetime, ask: Ask = ask) -> bool | None:
    """Write the appointment that has waited longest; return whether it could be written, None if none is due."""
    with snapshot(db.engine) as connection:
        if connection.scalar(select(CalendarEntry.id).where(_due(now)).limit(1)) is None:
            return None
    found = _lease(now)
    if found is None:
        return None
    entry, booking, source = found
    try:
        ask_source(source, access, ask, lambda secret: _request(entry, booking, source, secret, access))
    except ReadingFailed as failure:
        attempts = entry.attempts + 1
        over = booking.ends_at + KEEP_TRYING < now
        values = {
            "problem": failure.code,
            "attempts": attempts,
            "due_at": retry_due(now, attempts, failure.retry_after),
        }
        _settle(entry, values | ({"written_at": now} if over else {}))
        return False
    _settle(entry, {"problem": "", "attempts": 0, "written_at": now})
    return True


def _lease(now: datetime) -> tuple[CalendarEntry, Booking, Source] | None:
    query = select(CalendarEntry).where(_due(now)).order_by(CalendarEntry.due_at, CalendarEntry.id).limit(1)
    with transaction() as session:
        entry = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if entry is None:
            return None
        entry.leased_until = now + LEASE
        booking = session.scalars(
            select(Booking)
            .join(Booking.calendar)
            .join(Calendar.owner)
            .options(contains_eager(Booking.calendar).contains_eager(Calendar.owner))
            .where(Booking.owner_id == entry.owner_id, Booking.id == entry.booking_id)
            .execution_options(populate_existing=True)
        ).one()
        source = get_source(entry.owner_id, entry.source_id)
    db.session.expunge_all()
    return entry, booking, source


def _request(entry: CalendarEntry, booking: Booking, source: Source, secret: Secret, access: Access) -> dict[str, Any]:
    event = ical.owner_event(booking, appointment_address(booking.id))
    request = {"kind": f"{source.kind} write"} | reached_by(source.kind, secret, access)
    if not source.kind.has_sign_in:
        url = f"{entry.calendar.rstrip('/')}/{booking.uid}.ics"
        return request | {"url": url, "entry": ical.file(event).decode() if booking.is_confirmed else ""}
    fields = ("uid", "sequence", "summary", "description", "location")
    times = {"starts_at": event.starts_at.timestamp(), "ends_at": event.ends_at.timestamp()}
    said = {name: getattr(event, name) for name in fields} | times
    return request | {"calendar": entry.calendar, "uid": event.uid, "entry": said if booking.is_confirmed else None}


def _settle(entry: CalendarEntry, values: dict[str, Any]) -> None:
    """Store how it ended, unless the appointment was changed meanwhile: then that is written next."""
    mine = and_(
        CalendarEntry.owner_id == entry.owner_id,
        CalendarEntry.id == entry.id,
        CalendarEntry.leased_until == entry.leased_until,
    )
    with transaction() as session:
        session.execute(update(CalendarEntry).where(mine).values(leased_until=None, **values))


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(CalendarEntry.leased_until.is_(None), CalendarEntry.leased_until <= now)
    return and_(CalendarEntry.written_at.is_(None), CalendarEntry.due_at <= now, free)
