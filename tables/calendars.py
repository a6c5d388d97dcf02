"""Calendars, and the settings that determine their slots."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from availability.offers import Offer
from availability.slots import MINUTES_A_DAY, Availability, Rules
from database import AvailabilityText, Base, ForeignId, Id, Instant, QuestionsText, Timestamp, enum_text
from enums import FieldUse
from parsing.limits import MAX_LINE, MAX_NAME, MAX_TEXT
from parsing.questions import Question
from public_profile import PublicCalendar
from tables.constraints import one_of
from tables.owners import Owner


class Calendar(Base):
    """A bookable calendar. Durations, buffers, notices and `reminder` are minutes; `horizon` and `link_days` are days.

    `reminder` is the time before the start at which the invitee is reminded; 0 means never. The wordings are those in
    which its links are sent; '' is the one of the reader's language.
    """

    __tablename__ = "calendars"
    __table_args__ = (
        UniqueConstraint("owner_id", "id"),  # referenced by links and bookings
        CheckConstraint(f"duration BETWEEN 1 AND {MINUTES_A_DAY}", "duration"),
        CheckConstraint(f"step BETWEEN 1 AND {MINUTES_A_DAY}", "step"),
        CheckConstraint(
            f"buffer_before BETWEEN 0 AND {MINUTES_A_DAY} AND buffer_after BETWEEN 0 AND {MINUTES_A_DAY}", "buffers"
        ),
        CheckConstraint("min_notice >= 0 AND horizon >= 0", "reach"),
        CheckConstraint("daily_limit >= 1", "daily_limit"),
        CheckConstraint("link_days >= 1", "link_days"),
        CheckConstraint("change_notice >= 0", "change_notice"),
        CheckConstraint("max_moves >= 0", "max_moves"),
        CheckConstraint("reminder >= 0", "reminder"),
        one_of("phone_field", FieldUse),
        one_of("notes_field", FieldUse),
    )

    id: Mapped[Id]
    owner_id: Mapped[ForeignId] = mapped_column(ForeignKey("owners.id"))
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    description: Mapped[str] = mapped_column(String(MAX_TEXT), default="")
    location: Mapped[str] = mapped_column(String(MAX_LINE), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    duration: Mapped[int]
    step: Mapped[int]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    min_notice: Mapped[int] = mapped_column(default=0)
    horizon: Mapped[int] = mapped_column(default=60)
    daily_limit: Mapped[int | None]
    link_days: Mapped[int | None]
    change_notice: Mapped[int] = mapped_column(default=0, server_default="0")
    max_moves: Mapped[int | None]
    allow_rebooking: Mapped[bool] = mapped_column(default=True, server_default=true())
    reminder: Mapped[int] = mapped_column(default=0, server_default="0")
    availability: Mapped[Availability] = mapped_column(AvailabilityText)
    questions: Mapped[tuple[Question, ...]] = mapped_column(QuestionsText, default=(), server_default="[]")
    phone_field: Mapped[FieldUse] = mapped_column(
        enum_text(FieldUse), default=FieldUse.OPTIONAL, server_default="optional"
    )
    notes_field: Mapped[FieldUse] = mapped_column(
        enum_text(FieldUse), default=FieldUse.OPTIONAL, server_default="optional"
    )
    is_open: Mapped[bool] = mapped_column(default=True)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    text_wording: Mapped[str] = mapped_column(String(MAX_TEXT), default="", server_default="")
    email_subject: Mapped[str] = mapped_column(String(MAX_LINE), default="", server_default="")
    email_wording: Mapped[str] = mapped_column(String(MAX_TEXT), default="", server_default="")
    created_at: Mapped[Timestamp]

    owner: Mapped[Owner] = relationship(lazy="raise_on_sql")

    @property
    def rules(self) -> Rules:
        """The settings that determine its slots; a calendar that takes no bookings has no hours."""
        return slot_rules(self, self.availability if self.takes_bookings else Availability())

    def rules_with(self, offer: Offer) -> Rules:
        """Return its settings with the offer of a link; a calendar that takes no bookings has no exact times either."""
        return offer.applied_to(self.rules) if self.takes_bookings else self.rules

    @property
    def public_calendar(self) -> PublicCalendar:
        """What invitees see of the calendar."""
        return PublicCalendar(self.name, self.description, self.location, self.duration, self.owner.public_profile)

    @property
    def takes_bookings(self) -> bool:
        """Whether its links can be used: it is open and not archived."""
        return self.is_open and self.archived_at is None


def slot_rules(calendar: Any, availability: Availability) -> Rules:
    """Return the settings of a calendar, or of a row with its columns, that determine its slots."""
    return Rules(
        zone=ZoneInfo(calendar.timezone),
        availability=availability,
        duration=timedelta(minutes=calendar.duration),
        step=timedelta(minutes=calendar.step),
        buffer_before=timedelta(minutes=calendar.buffer_before),
        buffer_after=timedelta(minutes=calendar.buffer_after),
        min_notice=timedelta(minutes=calendar.min_notice),
        horizon=calendar.horizon,
        daily_limit=calendar.daily_limit,
    )
