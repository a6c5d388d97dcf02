"""What the templates get instead of rows: values without relations, so that rendering a page asks no query."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from markupsafe import Markup

from availability.day_bars import DayBar
from availability.slots import Availability
from blueprints.drawings import bar_drawing, week_drawing
from enums import AccountMessageKind, ChangeKind, LinkState, MessageKind, MessageState, Role
from i18n.bidi import isolate
from i18n.counts import format_booked, format_waiting
from i18n.formatting import format_day_of_month, format_minutes, format_time, join_times
from i18n.texts import gettext as _
from parsing.contact_links import mail_link
from parsing.questions import Answers
from scheduling.booking_queries import Appointment
from scheduling.calendars import MANY, Summary

MOST_TIMES = 48
MOST_REASONS = 6


@dataclass(frozen=True)
class View:
    """The base of all view models. A field has the name of the column or property that it shows."""

    @classmethod
    def of(cls, row: object, **more: object) -> Self:
        """Return the view of a row. `more` are the fields that the row itself does not have."""
        names = [field.name for field in fields(cls) if field.name not in more]
        return cls(**more, **{name: getattr(row, name) for name in names})


@dataclass(frozen=True)
class BookingView(View):
    """An appointment, for its invitee and for its owner. Instants are in UTC, `timezone` is the invitee's."""

    id: int
    calendar_name: str
    name: str
    email: str
    phone: str
    notes: str
    answers: Answers
    timezone: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    is_confirmed: bool
    is_erased: bool
    erasure_asked_at: datetime | None

    @classmethod
    def of(cls, row: object, **more: object) -> Self:
        """Return the view of a booking; one that is erased is named so."""
        erased = {"name": str(_("Details erased"))} if getattr(row, "is_erased", False) else {}
        return super().of(row, **(erased | more))


@dataclass(frozen=True)
class PrivacyView(View):
    """What an invitee reads of how an owner keeps details; `retention_days` is None for no period."""

    retention_days: int | None
    privacy_contact: str


class AppointmentRow(NamedTuple):
    """A line of the owner's list, in words: its template only puts them in place."""

    day: date
    url: str
    starts: str
    ends: str
    name: str
    is_confirmed: bool
    is_now: bool
    calendar_name: str
    email: Markup
    phone: str
    notes: str

    @classmethod
    def of(cls, appointment: Appointment, url: str, zone: ZoneInfo, now: datetime) -> Self:
        """Return the line with the times of the zone."""
        start, end = appointment.starts_at.astimezone(zone), appointment.ends_at.astimezone(zone)
        return cls(
            day=start.date(),
            url=url,
            starts=format_time(start),
            ends=format_time(end),
            name=appointment.name or _("Details erased"),
            is_confirmed=appointment.is_confirmed,
            is_now=appointment.starts_at <= now < appointment.ends_at,
            calendar_name=appointment.calendar_name,
            email=mail_link(appointment.email),
            phone=appointment.phone,
            notes=appointment.notes,
        )


@dataclass(frozen=True)
class ChangeView(View):
    """One line of an appointment's history; `start_after` is None if it was cancelled."""

    created_at: datetime
    kind: ChangeKind
    actor: Role
    start_before: datetime
    start_after: datetime | None
    reason: str


@dataclass(frozen=True)
class CalendarView(View):
    """A calendar, for its owner; `duration` is in minutes."""

    id: int
    name: str
    duration: int
    timezone: str
    availability: Availability
    is_open: bool
    takes_bookings: bool


class CalendarRow(NamedTuple):
    """A line of the owner's list, in words: its template only puts them in place."""

    id: int
    name: str
    called: str
    is_open: bool
    facts: str
    week: Markup
    waiting: str
    booked: str
    edit_url: str
    links_url: str
    copy_url: str
    delete_url: str

    @classmethod
    def of(cls, summary: Summary, edit_url: str, links_url: str, copy_url: str, delete_url: str) -> Self:
        """Return the line of a calendar that is not archived."""
        return cls(
            id=summary.id,
            name=summary.name,
            called=isolate(summary.name),
            is_open=summary.is_open,
            facts=" · ".join(filter(None, (format_minutes(summary.duration), isolate(summary.location)))),
            week=week_drawing(summary.availability),
            waiting=format_waiting(summary.waiting, MANY),
            booked=format_booked(summary.booked, MANY),
            edit_url=edit_url,
            links_url=links_url,
            copy_url=copy_url,
            delete_url=delete_url,
        )


class BarRow(NamedTuple):
    """A day of the preview: its bar, the number of its times, the first of them as words, and how many more."""

    words: str
    bar: Markup
    how_many: int
    times: str
    more: int
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, bar: DayBar, first: int, last: int, reasons: Sequence[str] = ()) -> Self:
        """Return the line of a day whose bar reaches from the minute `first` to `last`; `reasons` say what is busy."""
        return cls(
            words=format_day_of_month(bar.day),
            bar=bar_drawing(bar, first, last),
            how_many=len(bar.starts),
            times=join_times(bar.starts[:MOST_TIMES]),
            more=max(0, len(bar.starts) - MOST_TIMES),
            reasons=tuple(reasons[:MOST_REASONS]),
        )


@dataclass(frozen=True)
class LinkView(View):
    """A link, for its owner. `duration` is in minutes, None if it is the calendar's."""

    id: int
    calendar_id: int
    label: str
    name: str
    email: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    duration: int | None
    earliest: date | None
    latest: date | None
    starts: tuple[datetime, ...]
    state: LinkState

    @property
    def whom(self) -> str:
        """For whom it is, '' if nobody said."""
        return self.label or self.name or self.email


@dataclass(frozen=True)
class BatchView(View):
    """Links that were made at once."""

    id: int
    calendar_id: int
    label: str
    count: int
    columns: str
    encoding: str
    separator: str
    created_at: datetime


@dataclass(frozen=True)
class ListedLinkView:
    """A link in a list. `address` is None if it was made with another key of the server."""

    link: LinkView
    calendar_name: str
    calendar_open: bool
    address: str | None
    booking: BookingView | None
    batch: BatchView | None
    position: int | None

    @property
    def end(self) -> str:
        """The last letters of the address, by which an owner tells links apart."""
        return self.address[-6:] if self.address else ""

    @property
    def whom(self) -> str:
        """For whom it is, or who booked; '' if neither is known."""
        return self.link.whom or (self.booking.name if self.booking else "")


@dataclass(frozen=True)
class RequestView(View):
    """What somebody at a spent link asks for."""

    id: int
    name: str
    contact: str
    note: str
    created_at: datetime
    calendar_name: str
    label: str


@dataclass(frozen=True)
class MessageView(View):
    """A mail about an appointment, for its owner. `address` is its recipient's, `name` is the invitee's."""

    id: int
    booking_id: int
    kind: MessageKind
    recipient: Role
    address: str
    name: str
    state: MessageState
    starts_at: datetime
    due_at: datetime
    done_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True)
class AccountMessageView(View):
    """A mail about an account, for its owner."""

    id: int
    kind: AccountMessageKind
    address: str
    state: MessageState
    due_at: datetime
    done_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True)
class SessionView(View):
    """A browser in which the owner is signed in; `used_on` is a day in UTC, `here` whether it is the one that asks."""

    id: int
    browser: str
    created_at: datetime
    used_on: date
    here: bool


@dataclass(frozen=True)
class ColleagueView(View):
    """An owner, for a manager of their practice."""

    id: int
    name: str
    email: str
    is_manager: bool
    ended_at: datetime | None


@dataclass(frozen=True)
class InvitationView(View):
    """An open invitation, for a manager."""

    id: int
    name: str
    email: str
    expires_at: datetime


@dataclass(frozen=True)
class BusyTimeView(View):
    """A busy time, for its owner; `count` is how many appointments are within it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    note: str
    count: int
