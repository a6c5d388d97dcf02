"""Demo data for a developer: one owner with calendars, links, appointments and mails in all of their states."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from accounts import owners
from availability.opening_hours import parse_availability
from availability.slots import first_slot
from cli.params import Command, CommandError
from database import Base, Instant, db, transaction, utcnow
from enums import MessageState, Role
from models import Booking, Calendar, Change, Link, Message, Owner
from public_urls import base, key
from scheduling import bookings, busy_times, calendars, changes, feeds, links
from scheduling.agenda import agenda
from scheduling.bookings import BookingRequest
from scheduling.changes import InviteeActor, OwnerActor

EMAIL, PASSWORD = "demo@example.com", "demo-password"  # noqa: S105 - public on purpose
ZONE = ZoneInfo("Europe/Berlin")
PAST = timedelta(weeks=3)
MONTH = timedelta(days=31)

PEOPLE = [
    ("Ann Archer", "ann.archer@example.com", "+49 30 901820", "It is about last week’s offer.", ZONE),
    ("José Núñez-Ödegård de la Encarnación", "jose@example.com", "", "", ZoneInfo("Europe/Madrid")),
    ("Wei Chen", "wei.chen@example.com", "+65 6123 4567", "", ZoneInfo("Asia/Singapore")),
    ("Priya Raman", "priya@example.com", "", "Two of us will come.\nWe have a dog.", ZONE),
    ("Tom O’Neill", "tom@example.com", "", "", ZoneInfo("America/New_York")),
    ("Zoë", "zoe@example.com", "0171 2345678", "", ZONE),
]


@click.command("seed", cls=Command)
@click.option("--if-empty", is_flag=True, help="Exit with 0, too, if there is an owner already.")
@with_appcontext
def seed(if_empty: bool) -> None:
    """Add demo data to an empty database; prints how to log in."""
    login = f"log in at {base()}/login as {EMAIL} with the password {PASSWORD}"
    if base().startswith("https:"):
        raise CommandError("Demo data is for a developer's machine, since its password is public: BASE_URL is https.")
    if not owners.has_owner():
        _Demo(owners.create_first_owner(EMAIL, "Dana Demo", ZONE.key, PASSWORD, "First meeting")).fill()
        click.echo(f"Demo data was added: {login}")
        return
    there = f"Demo data is there: {login}" if owners.find_owner(EMAIL) else "There is an owner: no demo data was added."
    if not if_empty:
        raise CommandError(there)
    click.echo(there)


@dataclass(frozen=True)
class _Demo:
    """What belongs to the demo owner is made here, by the verbs that the pages use."""

    owner: Owner

    def fill(self) -> None:
        """Add calendars, links, appointments, busy times and mails in all of their states."""
        (first,) = calendars.list_calendars(self.owner.id)
        owners.change_profile(self.owner.id, self.owner.name, ZONE.key, "demo@example.com or +49 30 901820")
        first = calendars.change_calendar(
            self.owner.id, first.id, description="Half an hour to get to know each other.", location="Video call"
        )
        advice = self._calendar(
            "Consultation",
            ["mon-thu 10:00-12:30", "mon-thu 14:00-19:00"],
            [f"{utcnow().date() + MONTH} closed"],
            duration=60,
            step=15,
            buffer_before=10,
            buffer_after=15,
            min_notice=120,
            daily_limit=4,
            change_notice=1440,
            max_moves=1,
            location="Hauptstraße 1, Berlin",
        )
        visit = self._calendar(
            "Site visit", ["fri-sat 08:00-16:00"], duration=90, horizon=120, link_days=None, allow_rebooking=False
        )
        closed = self._calendar("Summer course", ["mon-sun 09:00-21:00"], duration=120, step=120)
        archived = self._calendar("Introduction (old)", ["mon-fri 09:00-17:00"])
        for calendar in (first, visit, closed, archived):
            self._links(calendar)
        self._past(first, advice, archived)
        self._coming(first, advice, visit)
        self._busy_times()
        calendars.change_calendar(self.owner.id, closed.id, is_open=False)
        calendars.remove_calendar(self.owner.id, archived.id)
        feeds.renew_feed(key(), self.owner.id)

    def _calendar(self, name: str, hours: list[str], overrides: list[str] | None = None, **fields: object) -> Calendar:
        availability = parse_availability(hours, overrides or [])
        return calendars.create_calendar(
            self.owner.id, name=name, timezone=ZONE.key, availability=availability, **fields
        )

    def _links(self, calendar: Calendar) -> None:
        """Add links that nobody has booked with: active with and without a label, revoked, expired."""
        for label, days in (("Spring fair", None), ("", None), ("For Tom’s colleague", 0)):
            links.create_links(key(), self.owner.id, calendar.id, 2 if not label else 1, label, days)
        (revoked,) = links.create_links(key(), self.owner.id, calendar.id, label="Sent to the wrong number")
        links.revoke(self.owner.id, revoked.id)

    def _past(self, first: Calendar, advice: Calendar, archived: Calendar) -> None:
        """Add appointments that are over. Nothing can be booked in the past, so they are moved there as a whole."""
        over = [self._book(calendar, who, who + 1, 9 + who) for who, calendar in enumerate((first, advice) * 3)]
        over.append(self._book(archived, 0, 10, 13))
        changes.cancel(self._invitee(over[1]), "I am ill.", notify=True)
        changes.cancel(self._owner(over[3]), "The heating is broken.", notify=True)
        changes.reschedule(self._invitee(over[2]), self._start(first, 8, 16), notify=True)
        with transaction() as session:
            for booking in session.scalars(select(Booking).where(Booking.owner_id == self.owner.id)):
                _move_back(booking, session.get_one(Link, booking.link_id))
                _move_back(*session.scalars(select(Change).where(Change.booking_id == booking.id)))
                for message in session.scalars(select(Message).where(Message.booking_id == booking.id)):
                    _move_back(message)
                    _was_sent(message)

    def _coming(self, first: Calendar, advice: Calendar, visit: Calendar) -> None:
        """Add appointments that are coming, changed in all ways and by both sides, their mails in all states."""
        wanted = enumerate((first, advice, visit) * 2)
        coming = [self._book(calendar, who, who, 9 + 2 * who) for who, calendar in wanted]
        moved, moved_by_owner, cancelled, cancelled_by_owner, rebooked, refused = (
            self._book(first, who, who + 2, 15) for who in range(6)
        )
        changes.reschedule(self._invitee(moved), self._start(first, 9, 11), notify=True)
        changes.reschedule(self._owner(moved_by_owner), self._start(first, 10, 11), notify=True)
        changes.cancel(self._invitee(cancelled), notify=True)
        changes.cancel(self._owner(cancelled_by_owner), "The garden show was called off.", notify=True)
        changes.cancel(self._invitee(rebooked), "I have to work that day.", notify=True)
        changes.reschedule(self._invitee(rebooked), self._start(first, 12, 10), notify=True)
        now = utcnow()
        with transaction() as session:
            for message in session.scalars(select(Message).where(Message.owner_id == self.owner.id)):
                if message.booking_id == coming[-1].id:
                    message.attempts, message.error = 3, "421 4.3.2 Service not available"
                    message.due_at = now + timedelta(minutes=10)
                elif message.booking_id == refused.id and message.recipient == Role.INVITEE:
                    _was_sent(message, MessageState.FAILED, "550 5.1.1 No such user here")
                elif message.booking_id == coming[-2].id and message.recipient == Role.INVITEE:
                    _was_sent(message, MessageState.DROPPED, "552 5.2.2 Mailbox full")
                else:
                    _was_sent(message)

    def _busy_times(self) -> None:
        today = datetime.combine(utcnow().astimezone(ZONE).date(), time(), ZONE)
        noon = today + timedelta(days=3, hours=12)
        busy_times.add_busy_time(self.owner.id, noon, noon + timedelta(hours=1), "Dentist")
        holiday = today + timedelta(days=40)
        busy_times.add_busy_time(self.owner.id, holiday, holiday + timedelta(days=14), "Holiday")
        busy_times.add_busy_time(self.owner.id, today - timedelta(days=9), today - timedelta(days=7), "Trade fair")

    def _book(self, calendar: Calendar, who: int, days: int, hour: int) -> Booking:
        """Return a booking made with a new link; every other link has the person's name as its label."""
        name, email, phone, notes, zone = PEOPLE[who % len(PEOPLE)]
        (link,) = links.create_links(key(), self.owner.id, calendar.id, label=name if who % 2 else "")
        start = self._start(calendar, days, hour)
        asked = BookingRequest(start, name, email, phone, notes, zone.key, locale="en")
        booked = bookings.book(key(), str(links.link_token(key(), link)), asked, notify=True)
        return db.session.get_one(Booking, booked.id)

    def _start(self, calendar: Calendar, days: int, hour: int) -> datetime | None:
        """Return the first free start from this hour on, so many days from today."""
        now = utcnow()
        since = datetime.combine(now.astimezone(ZONE).date() + timedelta(days=days), time(hour), ZONE)
        calendar = calendars.get_calendar(self.owner.id, calendar.id)
        limits = agenda(self.owner.id, calendar.id, calendar.rules.zone, now, now + MONTH)
        return first_slot(calendar.rules, limits, now, since)

    def _invitee(self, booking: Booking) -> InviteeActor:
        return InviteeActor(str(bookings.manage_token(key(), booking)))

    def _owner(self, booking: Booking) -> OwnerActor:
        return OwnerActor(self.owner.id, booking.id)


def _move_back(*rows: Base) -> None:
    """Move all instants of the rows into the past, by the wall clock."""
    for row in rows:
        for column in row.__table__.columns:
            instant = getattr(row, column.name)
            if isinstance(column.type, Instant) and instant is not None:
                setattr(row, column.name, instant.astimezone(ZONE) - PAST)


def _was_sent(message: Message, state: MessageState = MessageState.SENT, error: str = "") -> None:
    message.state, message.error = state, error
    message.attempts, message.done_at = 1, message.created_at + timedelta(seconds=2)
