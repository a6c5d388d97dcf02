"""An owner's appointments as a CSV file: a line for each, and a column for each question that was asked."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from database import db
from models import CONFIRMED, Booking, Calendar, Link
from parsing.csv_cells import safe_cell
from parsing.questions import Answers
from scheduling.booking_data import instant
from scheduling.booking_queries import BookingFilter, filtered

COLUMNS = (
    "date", "from", "until", "timezone", "calendar", "name", "email", "phone", "notes", "status", "for", "start", "end",
)  # fmt: skip
"""`date`, `from` and `until` are in the owner's zone; `start` and `end` are instants in UTC (RFC 3339)."""
AT_ONCE = 1000


class _Line(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    is_confirmed: bool
    calendar_name: str
    name: str
    email: str
    phone: str
    notes: str
    answers: Answers
    label: str


_READ: tuple[Any, ...] = (
    *(Booking.starts_at, Booking.ends_at, CONFIRMED, Calendar.name, Booking.name, Booking.email),
    *(Booking.phone, Booking.notes, Booking.answers, Link.label),
)


def write_bookings(
    file: IO[str], owner_id: int, zone: ZoneInfo, which: BookingFilter, now: datetime, words: str
) -> None:
    """Write the appointments that a list shows, all of them and in its order.

    They are read twice, since the questions are columns: the caller has begun a snapshot.
    """
    answers = select(Booking.answers).where(Booking.answers != ()).distinct()
    questions = _labels(db.session.scalars(filtered(answers, owner_id, which, now, words)))
    writer = csv.writer(file)
    writer.writerow([safe_cell(column) for column in (*COLUMNS, *questions)])
    for line in _lines(owner_id, which, now, words):
        writer.writerow([safe_cell(cell) for cell in (*_cells(line, zone), *_answers(line, questions))])


def _lines(owner_id: int, which: BookingFilter, now: datetime, words: str) -> Iterator[_Line]:
    query = select(*_READ).join(Booking.calendar).join(Booking.link)
    for row in db.session.execute(
        filtered(query, owner_id, which, now, words, ordered=True), execution_options={"yield_per": AT_ONCE}
    ):
        yield _Line._make(row)


def _labels(answered: Iterable[Answers]) -> list[str]:
    return sorted({label for answers in answered for label, _answer in answers})


def _cells(line: _Line, zone: ZoneInfo) -> tuple[Any, ...]:
    starts, ends = line.starts_at.astimezone(zone), line.ends_at.astimezone(zone)
    return (
        *(f"{starts:%Y-%m-%d}", f"{starts:%H:%M}", f"{ends:%H:%M}", zone.key, line.calendar_name),
        *(line.name, line.email, line.phone, line.notes, "confirmed" if line.is_confirmed else "cancelled"),
        *(line.label, instant(line.starts_at), instant(line.ends_at)),
    )


def _answers(line: _Line, questions: list[str]) -> list[str]:
    """Return an answer for each question; a question that was asked twice has both."""
    return ["; ".join(answer for label, answer in line.answers if label == question) for question in questions]
