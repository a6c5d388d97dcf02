"""Text from outside becomes clean values here, or an error that names its field."""

from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    BooleanField,
    ColorField,
    EmailField,
    FileField,
    Form,
    HiddenField,
    PasswordField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.i18n import messages_path
from wtforms.validators import InputRequired, Regexp, ValidationError

import fields
from availability.opening_hours import WEEKDAYS, read_windows
from availability.slots import DAY, MINUTES_A_DAY, Availability, instant
from fields import (
    OptionalWholeField,
    SpanField,
    WholeField,
    ZoneField,
    a_zone,
    at_most,
    lines,
    one_line,
    required,
    several_lines,
    strip,
)
from hour_fields import DatesField, DayField, HoursField, TimeOfDayField, a_day
from models import BusyTime, Calendar


class OurForm(FlaskForm):
    """A form of text fields. What is sent as JSON or as a file is no text and does not count."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return what was sent as a form, unless the caller gives something else."""
            if formdata is not _Auto:
                return formdata
            return request.form if request.method == "POST" else None

        def get_translations(self, form: Form) -> Any:
            """Return WTForms' own texts; Flask-WTF would read them from a file with each request."""
            return _texts_of_wtforms(str(get_locale()))


@lru_cache(maxsize=64)
def _texts_of_wtforms(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")


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


class LookForm(OurForm):
    """How invitees see the owner's pages. The logo comes as a file, which is no text: its page reads it."""

    accent = ColorField(_l("Colour"), validators=[Regexp("^#[0-9a-fA-F]{6}$", message=_l("Choose a colour."))])
    logo = FileField(_l("Logo"))


class PasswordForm(OurForm):
    """A new password."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])
    new = fields.new_password(_l("New password"))


class LabelForm(OurForm):
    """For whom a link is."""

    label = StringField(_l("For whom (only you see this)"), filters=[strip], validators=[at_most(200), one_line])


class CancelForm(OurForm):
    """Why an appointment is cancelled: by its invitee, or by its owner, whose pages check the CSRF token themselves."""

    class Meta:
        csrf = False

    reason = TextAreaField(_l("Reason (optional)"), filters=[lines], validators=[at_most(500), several_lines])


class BusyForm(OurForm):
    """A time that the owner keeps free, as wall times in their zone; without times, whole days."""

    from_day = DayField(_l("From"), validators=[required(_l("Say from which day on.")), a_day])
    from_time = TimeOfDayField(_l("From what time on (optional)"))
    until_day = DayField(_l("Until"), validators=[a_day])
    until_time = TimeOfDayField(_l("Until what time (optional)"))
    note = StringField(_l("Note (only you see this)"), filters=[strip], validators=[at_most(200), one_line])

    @classmethod
    def of(cls, busy: BusyTime, zone: ZoneInfo) -> "BusyForm":
        """Return the form filled with what was sent, else with the busy time."""
        start, end = busy.starts_at.astimezone(zone), busy.ends_at.astimezone(zone)
        whole_last_day = end.time() == time()
        data = {
            "from_day": start.date().isoformat(),
            "from_time": "" if start.time() == time() else f"{start:%H:%M}",
            "until_day": (end.date() - DAY if whole_last_day else end.date()).isoformat(),
            "until_time": "" if whole_last_day else f"{end:%H:%M}",
            "note": busy.note,
        }
        return cls(data=data)

    def interval(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return start and end of what a valid form says, as instants."""
        first = self.from_day.as_date or date.min
        last = self.until_day.as_date or first
        ends = self.until_time.minutes
        return (
            instant(first, self.from_time.minutes or 0, zone),
            instant(last, MINUTES_A_DAY if ends is None else ends, zone),
        )

    def check_order(self, zone: ZoneInfo, now: datetime) -> bool:
        """Return whether it begins before it ends and has not ended; if not, the field that ends it says so."""
        start, end = self.interval(zone)
        if start < end and now < end:
            return True
        self.until_day.errors = [_("This ends before it begins.") if end <= start else _("This is over already.")]
        return False


class CalendarForm(OurForm):
    """All of a calendar that its owner can set. Times are minutes, `horizon` and `link_days` days."""

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
    dates = DatesField(_l("Other dates"))

    buffer_before = WholeField(_l("Minutes free before"), 0, 1440)
    buffer_after = WholeField(_l("Minutes free after"), 0, 1440)
    min_notice = SpanField(_l("Bookable until … before the start"), 5_256_000)
    horizon = WholeField(_l("Bookable how many days ahead"), 0, 3650)
    daily_limit = OptionalWholeField(_l("Most appointments a day"), 1, 1440)
    link_days = OptionalWholeField(_l("Unused links expire after … days"), 1, 3650)
    change_notice = SpanField(_l("Invitees can change it until … before the start"), 5_256_000)
    max_moves = OptionalWholeField(_l("How often invitees can move it"), 0, 1000)
    reminder = SpanField(_l("Remind invitees … before the start"), 43_200)
    puts_back = BooleanField(_l("Invitees can put a cancelled appointment back"))

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

    def validate_min_notice(self, field: SpanField) -> None:
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
        week = tuple(read_windows(field.data or "") for field in self.hours)
        return {name: self[name].data for name in FIELDS} | {"availability": Availability(week, self.dates.data)}


FIELDS = (
    "name", "description", "location", "duration", "step", "timezone", "is_open", "buffer_before", "buffer_after",
    "min_notice", "horizon", "daily_limit", "link_days", "change_notice", "max_moves", "puts_back", "reminder",
)  # fmt: skip
