"""Shared form fields, filters and validators: text lengths, time zones, email, passwords, numbers, durations."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from wtforms import EmailField, Field, Form, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import Choice
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import Select

from availability.slots import MINUTES_A_DAY
from forms.base import html_params
from i18n import timezones
from i18n.texts import lazy_gettext as _l
from parsing.email_addresses import clean_email, is_email
from parsing.invisible import JOINERS, strip_invisible, strip_invisible_ends
from parsing.limits import MAX_EMAIL, MAX_NAME, MAX_PASSWORD, MIN_PASSWORD
from parsing.passwords import is_common_password


def strip_text(value: str | None) -> str:
    """Return the text without white space around it."""
    return (value or "").strip()


def strip_name(value: str | None) -> str:
    """Return the text without white space and invisible characters around it; within a name they belong to it."""
    return strip_invisible_ends(value or "")


def strip_line(value: str | None) -> str:
    """Return the text without white space around it and without invisible characters, but for joiners within it."""
    return strip_invisible_ends(strip_invisible(value or "", keep=JOINERS))


def bare_address(value: str | None) -> str:
    """Return the email address in what was typed or pasted."""
    return clean_email(value or "")


def normalize_newlines(value: str | None) -> str:
    """Return the text without white space around it, each newline one character, as browsers count for maxlength."""
    return strip_text(value).replace("\r\n", "\n")


def single_line(_form: Form, field: Field) -> None:
    """Refuse control characters, newlines included."""
    if any(ord(c) < 32 or ord(c) == 127 for c in field.data or ""):
        raise ValidationError(_l("This has a character that can't be used here."))


def multi_line(_form: Form, field: Field) -> None:
    """Refuse control characters except tabs and newlines."""
    if any((ord(c) < 32 and c not in "\t\r\n") or ord(c) == 127 for c in field.data or ""):
        raise ValidationError(_l("This has a character that can't be used here."))


def valid_timezone(_form: Form, field: Field) -> None:
    """Refuse an unknown IANA time zone; an empty value passes."""
    if field.data and timezones.parse_timezone(field.data) is None:
        raise ValidationError(_l("There is no time zone of this name."))


def max_length(maximum: int) -> Length:
    """Return the validator that refuses texts of more than `maximum` characters."""
    return Length(max=maximum, message=_l("At most %(max)d characters, please."))


def valid_email(_form: Form, field: Field) -> None:
    """Refuse an invalid email address."""
    if not is_email(field.data or ""):
        raise ValidationError(_l("This is not an email address, such as jane@example.com."))


def line_field(label: Any, maximum: int, kind: type[StringField] = StringField, *validators: Any) -> StringField:
    """Return a field of one line, of `maximum` characters at most; other validators run first."""
    return kind(label, filters=[strip_line], validators=[*validators, max_length(maximum), single_line])


def text_field(label: Any, maximum: int, *validators: Any) -> TextAreaField:
    """Return a field of several lines, of `maximum` characters at most; other validators run first."""
    return TextAreaField(label, filters=[normalize_newlines], validators=[*validators, max_length(maximum), multi_line])


def name_field(label: Any, empty: Any) -> StringField:
    """Return the field of a name; `empty` is the error message if it is missing."""
    return StringField(label, filters=[strip_name], validators=[DataRequired(empty), max_length(MAX_NAME), single_line])


def email_field(label: Any) -> EmailField:
    """Return the field of an email address."""
    missing = DataRequired(_l("Enter your email address."))
    return EmailField(
        label, filters=[bare_address], validators=[missing, single_line, max_length(MAX_EMAIL), valid_email]
    )


def new_password_field(label: Any) -> PasswordField:
    """Return the field of a new password."""
    message = _l("From %(least)d to %(most)d characters, please.", least=MIN_PASSWORD, most=MAX_PASSWORD)
    return PasswordField(
        label,
        validators=[InputRequired(message), Length(MIN_PASSWORD, MAX_PASSWORD, message=message), _is_not_common],
    )


def _is_not_common(_form: Form, field: Field) -> None:
    if is_common_password(field.data):
        raise ValidationError(_l("Many people have this password, so it is guessed first. Please choose another one."))


class ZoneSelect(Select):
    """A select with hundreds of options: they are rendered once and cached, which halves the time of their page."""

    def __call__(self, field: SelectField, **kwargs: Any) -> Markup:
        """Return the HTML; it is `required` only while its first option is empty, as HTML demands."""
        attributes = html_params(name=field.name, **({"id": field.id, "required": not field.data} | kwargs))
        return Markup(f"<select {attributes}>{_options(field.data or '', str(_l('Choose …')))}</select>")  # noqa: S704


@lru_cache(maxsize=64)
def _options(chosen: str, nothing: str) -> Markup:
    """Return the options with the chosen zone selected; if none is, `nothing` is the first."""
    return Markup("").join(Select.render_option(choice) for choice in _choices(chosen, nothing))


def _choices(chosen: str, nothing: str) -> Iterator[Choice]:
    names = timezones.common_timezones()
    if not chosen:
        yield Choice("", nothing, True, {})
    elif chosen not in names and timezones.parse_timezone(chosen):
        names = (chosen, *names)
    for name in names:
        yield Choice(name, name.replace("_", " "), name == chosen, {})


class ZoneField(SelectField):
    """An IANA time zone; the saved zone stays selectable even if its name is deprecated."""

    widget = ZoneSelect()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        validators = [DataRequired(_l("Choose a time zone.")), valid_timezone]
        super().__init__(label, validators=validators, choices=[], validate_choice=False, **kwargs)


class BoundedIntegerField(IntegerField):
    """A whole number in a range, with one message for every other value. If `optional`, empty is None."""

    def __init__(
        self, label: Any, minimum: int, maximum: int, message: Any = None, optional: bool = False, **kwargs: Any
    ) -> None:
        self.message = message or _l("A whole number from %(min)d to %(max)d, please.", min=minimum, max=maximum)
        presence = Optional() if optional else InputRequired(self.message)
        super().__init__(label, validators=[presence, NumberRange(minimum, maximum, self.message)], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the submitted number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.message) from None


class DurationField(BoundedIntegerField):
    """A duration in minutes, entered as a number of minutes, hours or days; the unit is sent as `name_unit`."""

    UNITS = (("days", MINUTES_A_DAY, _l("days")), ("hours", 60, _l("hours")), ("minutes", 1, _l("minutes")))
    MINUTES = {unit: minutes for unit, minutes, _label in UNITS}

    def __init__(self, label: Any, maximum: int, **kwargs: Any) -> None:
        message = _l("A whole number, and at most %(days)d days, please.", days=maximum // MINUTES_A_DAY)
        super().__init__(label, 0, maximum, message, **kwargs)
        self.unit = "minutes"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Set the unit: the submitted one, else the largest in which the duration is a whole number."""
        super().process(formdata, data, extra_filters)
        named = formdata.get(f"{self.name}_unit") if formdata is not None else None
        if named in self.MINUTES:
            self.unit = named
            if self.data is not None and self.raw_data:
                self.data *= self.MINUTES[named]
        elif self.data:
            self.unit = next(unit for unit, minutes in self.MINUTES.items() if self.data % minutes == 0)
        else:
            self.unit = "hours"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return str((self.data or 0) // self.MINUTES[self.unit])
