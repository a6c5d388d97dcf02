"""Text from outside becomes clean values here, or an error that names its field."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import Choice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

import zones
from emails import is_email
from models import Calendar
from scheduling.hours import WEEKDAYS, HoursError, read_windows, write_windows
from scheduling.slots import Availability
from wording import weekday_words

YEARS = range(1970, 9000)  # far from where the arithmetic of dates ends
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)

LEAST_PASSWORD, MOST_PASSWORD = 8, 200


def strip(value: str | None) -> str:
    """Return the text without white space around it."""
    return (value or "").strip()


def lines(value: str | None) -> str:
    """Return the text without white space around it, its lines ended as browsers count them: by one sign."""
    return strip(value).replace("\r\n", "\n")


def one_line(_form: Form, field: Field) -> None:
    """Refuse signs that are not for reading, such as NUL or a line's end."""
    if any(ord(c) < 32 or ord(c) == 127 for c in field.data or ""):
        raise ValidationError(_l("This has a character that can't be used here."))


def several_lines(_form: Form, field: Field) -> None:
    """Refuse signs that are not for reading, but for tabs and the ends of lines."""
    if any((ord(c) < 32 and c not in "\t\r\n") or ord(c) == 127 for c in field.data or ""):
        raise ValidationError(_l("This has a character that can't be used here."))


def a_zone(_form: Form, field: Field) -> None:
    """Refuse what is no IANA time zone; none at all is for others to judge."""
    if field.data and zones.zone_or_none(field.data) is None:
        raise ValidationError(_l("There is no time zone of this name."))


def at_most(most: int) -> Length:
    """Refuse texts of more characters than `most`."""
    return Length(max=most, message=_l("At most %(max)d characters, please."))


def _required(message: Any) -> DataRequired:
    return DataRequired(message=message)


def an_email(_form: Form, field: Field) -> None:
    """Refuse what is no email address."""
    if not is_email(field.data or ""):
        raise ValidationError(_l("This is not an email address, such as jane@example.com."))


class ZoneField(SelectField):
    """An IANA time zone; one that is set stays to choose, though it be an old name."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        validators = [_required(_l("Choose a time zone.")), a_zone]
        super().__init__(label, validators=validators, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the zones, the one that is set marked as such."""
        names = zones.offered()
        if not self.data:
            yield Choice("", str(_l("Choose …")), True, {})
        elif self.data not in names and zones.zone_or_none(self.data):
            names = (self.data, *names)
        for name in names:
            yield Choice(name, name.replace("_", " "), name == self.data, {})


def read_date(text: str | None) -> date | None:
    """Return the date in `2026-12-03`, or None if it is none."""
    return _day(text, "%Y-%m-%d")


def read_month(text: str | None) -> date | None:
    """Return the first day of the month in `2026-12`, or None if it is none."""
    return _day(text, "%Y-%m")


def read_instant(text: str | None) -> datetime | None:
    """Return the instant in `2026-12-03T09:00:00Z` (RFC 3339), or None if it is none of our times."""
    if not _INSTANT.fullmatch(text or ""):
        return None
    try:
        at = datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


def _day(text: str | None, pattern: str) -> date | None:
    try:
        return datetime.strptime(text or "", pattern).replace(tzinfo=UTC).date()
    except ValueError:
        return None


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

    start = HiddenField(validators=[_required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[a_zone])
    request_id = HiddenField(validators=[at_most(100)])
    name = StringField(
        _l("Your name"), filters=[strip], validators=[_required(_l("Enter your name.")), at_most(200), one_line]
    )
    email = EmailField(
        _l("Your email"),
        filters=[strip],
        validators=[_required(_l("Enter your email address.")), one_line, at_most(254), an_email],
    )
    phone = TelField(_l("Phone"), filters=[strip], validators=[at_most(40), one_line])
    notes = TextAreaField(_l("Anything to know before"), filters=[lines], validators=[at_most(2000), several_lines])


class MoveForm(OurForm):
    """The new time of an appointment; the manage link is the key, as for BookingForm."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[_required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[a_zone])


class SignInForm(OurForm):
    """Email and password."""

    email = EmailField(
        _l("Email"), filters=[strip], validators=[_required(_l("Enter your email address.")), one_line, at_most(254)]
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])


def _new_password(label: Any) -> PasswordField:
    message = _l("From %(least)d to %(most)d characters, please.", least=LEAST_PASSWORD, most=MOST_PASSWORD)
    return PasswordField(
        label, validators=[InputRequired(message), Length(LEAST_PASSWORD, MOST_PASSWORD, message=message)]
    )


class SetupForm(OurForm):
    """The first owner's account."""

    name = StringField(
        _l("Your name"), filters=[strip], validators=[_required(_l("Enter your name.")), at_most(200), one_line]
    )
    email = EmailField(
        _l("Email"),
        filters=[strip],
        validators=[_required(_l("Enter your email address.")), one_line, at_most(254), an_email],
    )
    password = _new_password(_l("Password"))
    timezone = ZoneField(_l("Time zone"))


class ProfileForm(OurForm):
    """What invitees read of the owner."""

    name = StringField(
        _l("Name"), filters=[strip], validators=[_required(_l("Enter your name.")), at_most(200), one_line]
    )
    contact = TextAreaField(
        _l("Contact"),
        filters=[lines],
        validators=[
            _required(_l("Enter how you can be reached: it is all that a spent link shows.")),
            at_most(500),
            several_lines,
        ],
    )
    timezone = ZoneField(_l("Time zone"))


class PasswordForm(OurForm):
    """A new password."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])
    new = _new_password(_l("New password"))


class LabelForm(OurForm):
    """For whom a link is."""

    label = StringField(_l("For whom (only you see this)"), filters=[strip], validators=[at_most(200), one_line])


class WholeField(IntegerField):
    """A whole number; what is none is refused in the same words as one out of reach."""

    def __init__(self, label: Any, least: int, most: int, **kwargs: Any) -> None:
        self.message = _l("A whole number from %(min)d to %(max)d, please.", min=least, max=most)
        validators = [InputRequired(self.message), NumberRange(least, most, self.message)]
        super().__init__(label, validators=validators, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take a number from what was sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.message) from None


class HoursField(StringField):
    """The windows of one weekday, `9:00-12:30, 13:30-17:00`; empty is closed."""

    def __init__(self, weekday: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weekday = weekday

    def process_data(self, value: Any) -> None:
        self.data = write_windows(value or ())

    @property
    def day(self) -> str:
        """The weekday's name."""
        return weekday_words(self.weekday, wide=True)


def _hours(_form: Form, field: HoursField) -> None:
    try:
        read_windows(field.data or "")
    except HoursError as error:
        raise ValidationError(str(error)) from None


class CalendarForm(OurForm):
    """All of a calendar that its owner can set."""

    name = StringField(
        _l("Name"), filters=[strip], validators=[_required(_l("Give the calendar a name.")), at_most(200), one_line]
    )
    description = TextAreaField(_l("Description"), filters=[lines], validators=[at_most(2000), several_lines])
    location = StringField(_l("Location"), filters=[strip], validators=[at_most(500), one_line])
    duration = WholeField(_l("Duration in minutes"), 1, 1440)
    step = WholeField(_l("A slot starts every … minutes"), 1, 1440)
    timezone = ZoneField(_l("Time zone"))
    is_open = BooleanField(_l("Open for bookings"))

    hours_mon, hours_tue, hours_wed, hours_thu, hours_fri, hours_sat, hours_sun = (
        HoursField(weekday, validators=[at_most(200), _hours]) for weekday in range(7)
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
