"""The form of a calendar's settings, and the one of a link's label."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField
from wtforms.validators import ValidationError

from availability.opening_hours import WEEKDAYS, parse_windows
from availability.slots import MINUTES_A_DAY, Availability, Rules
from forms import fields
from forms.base import OurForm
from forms.fields import (
    BoundedIntegerField,
    DurationField,
    ZoneField,
)
from forms.opening_hours_fields import DatesField, HoursField
from i18n.texts import gettext as _
from i18n.texts import lazy_gettext as _l
from models import Calendar
from parsing.limits import MAX_DAYS, MAX_LABEL, MAX_LINE, MAX_NOTICE, MAX_REMINDER, MAX_TEXT


class LabelForm(OurForm):
    """The label of a link: the person it is for."""

    label = fields.line_field(_l("For whom (only you see this)"), MAX_LABEL)


class CalendarForm(OurForm):
    """The settings of a calendar. Durations are minutes; `horizon` and `link_days` are days."""

    name = fields.name_field(_l("Name"), _l("Give the calendar a name."))
    description = fields.text_field(_l("Description"), MAX_TEXT)
    location = fields.line_field(_l("Location"), MAX_LINE)
    duration = BoundedIntegerField(_l("Duration in minutes"), 1, MINUTES_A_DAY)
    step = BoundedIntegerField(_l("A slot starts every … minutes"), 1, MINUTES_A_DAY)
    timezone = ZoneField(_l("Time zone"))
    is_open = BooleanField(_l("Open for bookings"))

    hours_mon, hours_tue, hours_wed, hours_thu, hours_fri, hours_sat, hours_sun = (
        HoursField(weekday) for weekday in range(7)
    )
    dates = DatesField(_l("Other dates"))

    buffer_before = BoundedIntegerField(_l("Minutes free before"), 0, MINUTES_A_DAY)
    buffer_after = BoundedIntegerField(_l("Minutes free after"), 0, MINUTES_A_DAY)
    min_notice = DurationField(_l("Bookable until … before the start"), MAX_NOTICE)
    horizon = BoundedIntegerField(_l("Bookable how many days ahead"), 0, MAX_DAYS)
    daily_limit = BoundedIntegerField(_l("Most appointments a day"), 1, MINUTES_A_DAY, optional=True)
    link_days = BoundedIntegerField(_l("Unused links expire after … days"), 1, MAX_DAYS, optional=True)
    change_notice = DurationField(_l("Invitees can change it until … before the start"), MAX_NOTICE)
    max_moves = BoundedIntegerField(_l("How often invitees can move it"), 0, 1000, optional=True)
    reminder = DurationField(_l("Remind invitees … before the start"), MAX_REMINDER)
    allow_rebooking = BooleanField(_l("Invitees can put a cancelled appointment back"))

    @property
    def hours(self) -> list[HoursField]:
        """The seven fields of weekly hours, Monday first."""
        return [self[f"hours_{name}"] for name in WEEKDAYS]

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarForm":
        """Return the form with the submitted data, else with the calendar."""
        week = calendar.availability.week
        hours = {f"hours_{name}": week[day] for day, name in enumerate(WEEKDAYS)}
        dates = {"dates": calendar.availability.overrides}
        return cls(data={name: getattr(calendar, name) for name in FIELDS} | hours | dates)

    def validate_min_notice(self, field: DurationField) -> None:
        """Refuse a minimum notice that leaves no bookable time within the horizon."""
        horizon = self.horizon.data
        if horizon is None or field.data is None:
            return
        if field.data > max(horizon, 1) * MINUTES_A_DAY or (horizon == 0 and field.data == MINUTES_A_DAY):
            raise ValidationError(_("This is longer than the days ahead that can be booked: there would be no times."))

    def copy_hours(self, weekday: str, to: str) -> None:
        """Copy the hours of one weekday to Monday to Friday if `to` is `weekdays`, else to all days."""
        if weekday in WEEKDAYS:
            for field in self.hours[:5] if to == "weekdays" else self.hours:
                field.data = self[f"hours_{weekday}"].data

    def problems(self) -> list[tuple[str, str]]:
        """Return the label of each invalid field that times depend on, with its first error."""
        wrong = ((self[name], errors) for name, errors in self.errors.items() if name != "name")
        return [(str(getattr(field, "day", field.label.text)), str(errors[0])) for field, errors in wrong]

    def forget_errors(self) -> None:
        """Clear all errors, to show the form before it is saved."""
        for field in self:
            field.errors = ()
        for row in self.dates.rows:
            row.error = ""

    def values(self) -> dict[str, Any]:
        """Return the calendar's columns, by name, from a valid form."""
        week = tuple(parse_windows(field.data or "") for field in self.hours)
        return {name: self[name].data for name in FIELDS} | {"availability": Availability(week, self.dates.data)}

    def rules(self) -> Rules:
        """Return the rule for slots as a valid form has it, as if the calendar were open."""
        minutes = ("duration", "step", "buffer_before", "buffer_after", "min_notice")
        times: dict[str, Any] = {name: timedelta(minutes=self[name].data) for name in minutes}
        return Rules(
            zone=ZoneInfo(self.timezone.data),
            availability=self.values()["availability"],
            horizon=self.horizon.data,
            daily_limit=self.daily_limit.data,
            **times,
        )


FIELDS = (
    "name", "description", "location", "duration", "step", "timezone", "is_open", "buffer_before", "buffer_after",
    "min_notice", "horizon", "daily_limit", "link_days", "change_notice", "max_moves", "allow_rebooking", "reminder",
)  # fmt: skip
