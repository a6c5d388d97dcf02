"""Text from outside becomes clean values here, or an error that names its field."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import BooleanField, EmailField, Form, HiddenField, PasswordField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired

import fields
from fields import HoursField, WholeField, ZoneField, a_zone, at_most, lines, one_line, required, several_lines, strip
from models import Calendar
from scheduling.hours import WEEKDAYS, read_windows
from scheduling.slots import Availability


class OurForm(FlaskForm):
    """A form of text fields. What is sent as JSON or as a file is no text and does not count."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return what was sent as a form, unless the caller gives something else."""
            if formdata is not _Auto:
                return formdata
            return request.form if request.method == "POST" else None


class BookingForm(OurForm):
    """What an invitee sends. The address is the key, so there is no CSRF token and no cookie to keep it in."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[a_zone])
    request_id = HiddenField(validators=[at_most(100)])
    name = fields.name(_l("Your name"), _l("Enter your name."))
    email = fields.email(_l("Your email"))
    phone = TelField(_l("Phone"), filters=[strip], validators=[at_most(40), one_line])
    notes = TextAreaField(_l("Anything to know before"), filters=[lines], validators=[at_most(2000), several_lines])


class MoveForm(OurForm):
    """The new time of an appointment; the manage link is the key, as for BookingForm."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[a_zone])


class SignInForm(OurForm):
    """Email and password."""

    email = EmailField(
        _l("Email"), filters=[strip], validators=[required(_l("Enter your email address.")), one_line, at_most(254)]
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])


class SetupForm(OurForm):
    """The first owner's account."""

    name = fields.name(_l("Your name"), _l("Enter your name."))
    email = fields.email(_l("Email"))
    password = fields.new_password(_l("Password"))
    timezone = ZoneField(_l("Time zone"))


class ProfileForm(OurForm):
    """What invitees read of the owner."""

    name = fields.name(_l("Name"), _l("Enter your name."))
    contact = TextAreaField(
        _l("Contact"),
        filters=[lines],
        validators=[
            required(_l("Enter how you can be reached: it is all that a spent link shows.")),
            at_most(500),
            several_lines,
        ],
    )
    timezone = ZoneField(_l("Time zone"))


class PasswordForm(OurForm):
    """A new password."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])
    new = fields.new_password(_l("New password"))


class LabelForm(OurForm):
    """For whom a link is."""

    label = StringField(_l("For whom (only you see this)"), filters=[strip], validators=[at_most(200), one_line])


class CalendarForm(OurForm):
    """All of a calendar that its owner can set."""

    name = fields.name(_l("Name"), _l("Give the calendar a name."))
    description = TextAreaField(_l("Description"), filters=[lines], validators=[at_most(2000), several_lines])
    location = StringField(_l("Location"), filters=[strip], validators=[at_most(500), one_line])
    duration = WholeField(_l("Duration in minutes"), 1, 1440)
    step = WholeField(_l("A slot starts every … minutes"), 1, 1440)
    timezone = ZoneField(_l("Time zone"))
    is_open = BooleanField(_l("Open for bookings"))

    hours_mon, hours_tue, hours_wed, hours_thu, hours_fri, hours_sat, hours_sun = (
        HoursField(weekday) for weekday in range(7)
    )

    @property
    def hours(self) -> list[HoursField]:
        """The seven fields of hours, Monday first."""
        return [self[f"hours_{name}"] for name in WEEKDAYS]

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarForm":
        """Return the form filled with what was sent, else with the calendar."""
        week = calendar.availability.week
        hours = {f"hours_{name}": week[day] for day, name in enumerate(WEEKDAYS)}
        return cls(data={name: getattr(calendar, name) for name in FIELDS} | hours)

    def values(self, overrides: Any) -> dict[str, Any]:
        """Return the calendar's columns as the form has them; `overrides` are kept as they are."""
        week = tuple(read_windows(field.data or "") for field in self.hours)
        return {name: self[name].data for name in FIELDS} | {"availability": Availability(week, overrides)}


FIELDS = ("name", "description", "location", "duration", "step", "timezone", "is_open")
