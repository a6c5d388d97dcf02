"""What the templates get instead of rows: values without relations, so that rendering a page asks no query."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Self

from availability.slots import Availability
from models import AccountMessageKind, ChangeKind, LinkState, MessageKind, MessageState, Role


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
    timezone: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    is_confirmed: bool


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
class BusyTimeView(View):
    """A busy time, for its owner; `count` is how many appointments are within it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    note: str
    count: int
