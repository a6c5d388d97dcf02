"""All of a calendar that its owner can set, and the label of a link."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError

from availability.opening_hours import WEEKDAYS, parse_windows
from availability.slots import MINUTES_A_DAY, Availability
from forms import fields
from forms.base import OurForm
from forms.fields import (
    BoundedIntegerField,
    DurationField,
    OptionalIntegerField,
    ZoneField,
    at_most,
    lines,
    one_line,
    several_lines,
    strip,
    strip_unseen,
)
from forms.opening_hours_fields import DatesField, HoursField
from models import Calendar


class LabelForm(OurForm):
    """For whom a link is."""

    label = StringField(_l("For whom (only you see this)"), filters=[strip_unseen], validators=[at_most(200), one_line])


class CalendarForm(OurForm):
    """All of a calendar that its owner can set. Times are minutes, `horizon` and `link_days` days."""

    name = fields.name(_l("Name"), _l("Give the calendar a name."))
    description = TextAreaField(_l("Description"), filters=[lines], validators=[at_most(2000), several_lines])
    location = StringField(_l("Location"), filters=[strip], validators=[at_most(500), one_line])
    duration = BoundedIntegerField(_l("Duration in minutes"), 1, 1440)
    step = BoundedIntegerField(_l("A slot starts every … minutes"), 1, 1440)
    timezone = ZoneField(_l("Time zone"))
    is_open = BooleanField(_l("Open for bookings"))

    hours_mon, hours_tue, hours_wed, hours_thu, hours_fri, hours_sat, hours_sun = (
        HoursField(weekday) for weekday in range(7)
    )
    dates = DatesField(_l("Other dates"))

    buffer_before = BoundedIntegerField(_l("Minutes free before"), 0, 1440)
    buffer_after = BoundedIntegerField(_l("Minutes free after"), 0, 1440)
    min_notice = DurationField(_l("Bookable until … before the start"), 5_256_000)
    horizon = BoundedIntegerField(_l("Bookable how many days ahead"), 0, 3650)
    daily_limit = OptionalIntegerField(_l("Most appointments a day"), 1, 1440)
    link_days = OptionalIntegerField(_l("Unused links expire after … days"), 1, 3650)
    change_notice = DurationField(_l("Invitees can change it until … before the start"), 5_256_000)
    max_moves = OptionalIntegerField(_l("How often invitees can move it"), 0, 1000)
    reminder = DurationField(_l("Remind invitees … before the start"), 43_200)
    allow_rebooking = BooleanField(_l("Invitees can put a cancelled appointment back"))

    @property
    def hours(self) -> list[HoursField]:
        """The seven fields of hours, Monday first."""
        return [self[f"hours_{name}"] for name in WEEKDAYS]

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarForm":
        """Return the form filled with what was sent, else with the calendar."""
        week = calendar.availability.week
        hours = {f"hours_{name}": week[day] for day, name in enumerate(WEEKDAYS)}
        dates = {"dates": calendar.availability.overrides}
        return cls(data={name: getattr(calendar, name) for name in FIELDS} | hours | dates)

    def validate_min_notice(self, field: DurationField) -> None:
        """Refuse a notice that no day within the horizon could keep."""
        horizon = self.horizon.data
        if horizon is None or field.data is None:
            return
        if field.data > max(horizon, 1) * MINUTES_A_DAY or (horizon == 0 and field.data == MINUTES_A_DAY):
            raise ValidationError(_("This is longer than the days ahead that can be booked: there would be no times."))

    def copy_hours(self, weekday: str, to: str) -> None:
        """Give the hours of one weekday to others: `weekdays` are Monday to Friday, `all` is every day."""
        if weekday in WEEKDAYS:
            for field in self.hours[:5] if to == "weekdays" else self.hours:
                field.data = self[f"hours_{weekday}"].data

    def problems(self) -> list[tuple[str, str]]:
        """Return what is wrong: the names of the fields, each with its first error."""
        wrong = ((self[name], errors) for name, errors in self.errors.items())
        return [(str(getattr(field, "day", field.label.text)), str(errors[0])) for field, errors in wrong]

    def forget_errors(self) -> None:
        """Show what was typed as it is, without judging it."""
        for field in self:
            field.errors = ()
        for row in self.dates.rows:
            row.error = ""

    def values(self) -> dict[str, Any]:
        """Return the calendar's columns as a valid form has them."""
        week = tuple(parse_windows(field.data or "") for field in self.hours)
        return {name: self[name].data for name in FIELDS} | {"availability": Availability(week, self.dates.data)}


FIELDS = (
    "name", "description", "location", "duration", "step", "timezone", "is_open", "buffer_before", "buffer_after",
    "min_notice", "horizon", "daily_limit", "link_days", "change_notice", "max_moves", "allow_rebooking", "reminder",
)  # fmt: skip
