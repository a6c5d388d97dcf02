"""What the templates get instead of rows: values without relations, so that rendering a page asks no query."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Self

from flask_babel import gettext as _

from availability.slots import Availability
from models import AccountMessageKind, ChangeKind, LinkState, MessageKind, MessageState, Role
from parsing.questions import Answers


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
        erased = {"name": str(_("details erased"))} if getattr(row, "is_erased", False) else {}
        return super().of(row, **(erased | more))


@dataclass(frozen=True)
class PrivacyView(View):
    """What an invitee reads of how an owner keeps details; `retention_days` is None for no period."""

    retention_days: int | None
    privacy_contact: str


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


@dataclass(frozen=True)
class LinkView(View):
    """A link, for its owner, with its booking if it has one."""

    id: int
    label: str
    created_at: datetime
    expires_at: datetime | None
    state: LinkState
    booking: BookingView | None


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
