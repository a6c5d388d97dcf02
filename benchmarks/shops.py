"""Databases for the benchmarks: an ordinary calendar, a month of busy times, many links."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from support.shop import Shop
from support.sources import add_source_row
from support.world import JANE, z

from availability.opening_hours import parse_availability
from benchmarks.big import A_DAY
from database import db
from models import BusyTime, Calendar, ImportedTime

BERLIN = "Europe/Berlin"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@contextmanager
def shop(folder: Path, name: str) -> Iterator[Shop]:
    """Yield a shop with its own database."""
    made = Shop(f"sqlite:///{folder / name}.db", folder)
    yield made
    made.close()


def ordinary(made: Shop, count: int = 1) -> list[Calendar]:
    """Return calendars of a new owner: half an hour, weekdays nine to five.

    Today is closed, so that the slot page opens on a whole day at any time of day.
    """
    today = datetime.now(ZoneInfo(BERLIN)).date()
    hours = parse_availability(["mon-fri 09:00-17:00"], [f"{today} closed"])
    return made.calendars(count, timezone=BERLIN, availability=hours)


def paths(made: Shop, calendar: Calendar, query: str = "") -> list[str]:
    """Return the paths of new links of the calendar, one for each of 16 clients."""
    return [f"/b/{token}{query}" for token in made.links(calendar, 16)]


def busy_month(made: Shop, count: int, imported: bool = False) -> list[str]:
    """Return paths of the slot page of a month in which the owner has `count` busy times, blocked or imported ones.

    They are a minute each and never touch. The first day, which is shown, and ten to twelve on each day have none, so
    that the page shows the same whatever their number.
    """
    calendar = made.calendars(1, timezone="UTC", hours="mon-sun 09:00-17:00", horizon=100)[0]
    month, days = _next_month()
    noon_of_the_second = datetime.combine(month + DAY, time(12), UTC)
    apart = 22 * HOUR * (days - 2) / count
    rows = []
    for number in range(count):
        day, within = divmod(number * apart, 22 * HOUR)
        start = noon_of_the_second + day * DAY + within
        rows.append((start, start + min(MINUTE, apart / 2)))
    with made.world.inside():
        values = [{"owner_id": calendar.owner_id, "starts_at": start, "ends_at": end} for start, end in rows]
        if imported:
            source_id = add_source_row(made.world, calendar.owner_id)
            db.session.execute(insert(ImportedTime), [row | {"source_id": source_id} for row in values])
        else:
            db.session.execute(insert(BusyTime), [row | {"created_at": row["starts_at"]} for row in values])
        db.session.commit()
    return paths(made, calendar, f"?month={month:%Y-%m}")


def visits(made: Shop, count: int) -> list[tuple[str, dict[str, str]]]:
    """Return paths and forms of bookings that don't conflict, each with its own link and time."""
    calendar = made.calendars(1, hours="mon-sun 09:00-17:00", horizon=3650)[0]
    first = datetime.combine(datetime.now(UTC).date(), time(9), UTC) + 2 * DAY
    starts = [z(first + n // A_DAY * DAY + n % A_DAY * 30 * MINUTE) for n in range(count)]
    forms = [JANE | {"start": start, "timezone": BERLIN, "request_id": start} for start in starts]
    return [(f"/b/{token}", form) for token, form in zip(made.links(calendar, count), forms, strict=True)]


def peer_visits() -> list[tuple[str, dict[str, str]]]:
    """Return paths and forms of bookings with the peer, all that it has within its thirty days from tomorrow on."""
    first = datetime.combine(datetime.now(UTC).date(), time(9), UTC) + DAY
    starts = [z(first + n // A_DAY * DAY + n % A_DAY * 30 * MINUTE) for n in range(29 * A_DAY)]
    who = {"name": JANE["name"], "message": JANE["notes"], "duration": "30"}
    return [("/book", who | {"slot": start, "email": f"jane{n}@example.com"}) for n, start in enumerate(starts)]


def _next_month() -> tuple[date, int]:
    """Return the first day of the next month, in UTC, and how many days the month has."""
    first = (datetime.now(UTC).date().replace(day=1) + 31 * DAY).replace(day=1)
    return first, ((first + 31 * DAY).replace(day=1) - first).days
