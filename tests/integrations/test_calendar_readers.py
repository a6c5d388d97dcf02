"""Two calendar readers, neither ours nor the library that writes, see the same in all that leaves as iCalendar."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import pytest
import vobject
from flask import Flask
from support import strict_ical
from support.smtp_server import PostOffice, post_office
from support.world import World, at

from notifications.worker import Worker

NINE, TEN, ELEVEN = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 11:00")
HALF_PAST = {NINE: at("2026-11-30 09:30"), TEN: at("2026-11-30 10:30"), ELEVEN: at("2026-11-30 11:30")}
NAME = 'Łukasz "Wuki"; von, Öß: 漢字 \\ 🦊'
NOTES = "a;b,c\\d\n\n" + "ß" * 300 + "\nBEGIN:VEVENT\nEND:VCALENDAR"
JANES, OLIVIAS = "jane@example.com", "olivia@example.com"


class Entry(NamedTuple):
    """What a program shows of an appointment."""

    method: str | None
    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    organizer: str | None


def by_ical(data: bytes) -> list[Entry]:
    calendar = strict_ical.read(data)
    return [
        Entry(
            calendar.method,
            event.uid,
            event.sequence,
            str(event.status.value),
            event.dtstart,
            event.dtend,
            str(event.summary),
            str(event.description),
            event.organizer and str(event.organizer.uri),
        )
        for event in calendar.events
    ]


def by_vobject(data: bytes) -> list[Entry]:
    calendar = vobject.readOne(data.decode())
    calendar.validate()
    return [
        Entry(
            calendar.method.value if hasattr(calendar, "method") else None,
            event.uid.value,
            int(event.sequence.value),
            event.status.value,
            event.dtstart.value,
            event.dtend.value,
            event.summary.value,
            event.description.value,
            event.organizer.value if hasattr(event, "organizer") else None,
        )
        for event in calendar.contents.get("vevent", [])
    ]


Reader = Callable[[bytes], list[Entry]]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(sqlite_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(sqlite_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


def mailed(world: World, office: PostOffice) -> dict[str, bytes]:
    """Send what is due; return the iCalendar part of each mail, by its recipient."""
    office.taken.clear()
    Worker(world.app, world.app.config["BOOKONCE"].mail).send_due()
    found = {}
    for mail in office.taken:
        (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        found[mail["X-Rcpt"]] = part.get_payload(decode=True)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("read", [by_ical, by_vobject])
def test_booked_moved_cancelled_and_put_back_as_other_programs_read_it(
    world: World, office: PostOffice, read: Reader
) -> None:
    """The file, the feed and both mails are of one appointment: they have its UID, and the newest SEQUENCE wins."""
    owner = world.owner()
    browser = world.signed_in(owner)
    browser.change("/settings/feed")
    feed = browser.get("/settings/feed").text.partition('value="http://localhost/feed/')[2].partition('"')[0]
    booking = world.book(world.link(world.calendar(owner, name="Visit")), NINE, name=NAME, notes=NOTES)

    def check(sequence: int, start: datetime, confirmed: bool = True) -> None:
        mails, status = mailed(world, office), "CONFIRMED" if confirmed else "CANCELLED"
        same = (f"{booking.uid}@bookonce", sequence, status, start, HALF_PAST[start])
        (theirs,) = read(mails[JANES])
        assert theirs[:6] == ("REQUEST" if confirmed else "CANCEL", *same)
        assert theirs.summary == "Visit with Olivia Ownerson"
        assert theirs.organizer == f"mailto:{OLIVIAS}"
        (file,) = read(world.browser().get(f"/booking/{world.manage_token(booking)}.ics").data)
        assert file == theirs._replace(method=None, organizer=None)
        (mine,) = read(mails[OLIVIAS])
        assert mine[:6] == ("PUBLISH", *same)
        assert mine.summary == ("" if confirmed else "Cancelled: ") + f"Visit with {NAME}"
        assert NOTES in mine.description
        assert mine.organizer is None
        fed = read(world.browser().get(f"/feed/{feed}").data)
        assert fed == ([mine._replace(method=None)] if confirmed else [])

    check(0, NINE)
    world.move(booking, TEN)
    check(1, TEN)
    world.cancel(booking)
    check(2, TEN, confirmed=False)
    world.move(booking, ELEVEN)
    check(3, ELEVEN)
