"""The fields of our forms, and what they refuse."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import EmailField, Field, Form, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import Choice
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import Select

from i18n import timezones
from parsing.email_addresses import clean_email, is_email
from parsing.invisible import strip_invisible, strip_invisible_ends

MIN_PASSWORD, MAX_PASSWORD = 8, 200


def strip(value: str | None) -> str:
    """Return the text without white space around it."""
    return (value or "").strip()


def strip_name(value: str | None) -> str:
    """Return the text without white space and characters that nobody sees around it."""
    return strip_invisible_ends(value or "")


def strip_unseen(value: str | None) -> str:
    """Return a line without white space around it and without any character that nobody sees."""
    return strip_invisible(value or "").strip()


def clean_address(value: str | None) -> str:
    """Return the bare email address of what was typed or pasted."""
    return clean_email(value or "")


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


def valid_timezone(_form: Form, field: Field) -> None:
    """Refuse what is no IANA time zone; none at all is for others to judge."""
    if field.data and timezones.parse_timezone(field.data) is None:
        raise ValidationError(_l("There is no time zone of this name."))


def at_most(most: int) -> Length:
    """Refuse texts of more characters than `most`."""
    return Length(max=most, message=_l("At most %(max)d characters, please."))


def required(message: Any) -> DataRequired:
    """Refuse an empty text, in these words."""
    return DataRequired(message=message)


def valid_email(_form: Form, field: Field) -> None:
    """Refuse what is no email address."""
    if not is_email(field.data or ""):
        raise ValidationError(_l("This is not an email address, such as jane@example.com."))


def name(label: Any, empty: Any) -> StringField:
    """Return the field of a name; `empty` is said where it is missing."""
    return StringField(label, filters=[strip_name], validators=[required(empty), at_most(200), one_line])


def email(label: Any) -> EmailField:
    """Return the field of an email address."""
    missing = required(_l("Enter your email address."))
    return EmailField(label, filters=[clean_address], validators=[missing, one_line, at_most(254), valid_email])


def new_password(label: Any) -> PasswordField:
    """Return the field of a password that is to be set."""
    message = _l("From %(least)d to %(most)d characters, please.", least=MIN_PASSWORD, most=MAX_PASSWORD)
    return PasswordField(
        label, validators=[InputRequired(message), Length(MIN_PASSWORD, MAX_PASSWORD, message=message)]
    )


class ZoneSelect(Select):
    """A select with hundreds of options: each is laid out once, which split_address the time of a page that has it."""

    @classmethod
    def render_option(cls, choice: Choice, **_kwargs: Any) -> Markup:
        """Return the option."""
        return _option(choice.value, choice.label, choice.selected)


@lru_cache(maxsize=1000)
def _option(value: str, label: str, selected: bool) -> Markup:
    option: Markup = Select.render_option(Choice(value, label, selected, {}))
    return option


class ZoneField(SelectField):
    """An IANA time zone; one that is set stays to choose, though it be an old name."""

    widget = ZoneSelect()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        validators = [required(_l("Choose a time zone.")), valid_timezone]
        super().__init__(label, validators=validators, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the zones, the one that is set marked as such."""
        names = timezones.common_timezones()
        if not self.data:
            yield Choice("", str(_l("Choose …")), True, {})
        elif self.data not in names and timezones.parse_timezone(self.data):
            names = (self.data, *names)
        for name in names:
            yield Choice(name, name.replace("_", " "), name == self.data, {})


class BoundedIntegerField(IntegerField):
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


class OptionalIntegerField(BoundedIntegerField):
    """A whole number or nothing."""

    def __init__(self, label: Any, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, least, most, **kwargs)
        self.validators = [Optional(), NumberRange(least, most, self.message)]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take a number from what was sent, None from nothing."""
        if valuelist and not valuelist[0].strip():
            self.data = None
        else:
            super().process_formdata(valuelist)


class DurationField(BoundedIntegerField):
    """A length of time, in minutes; people give it as a number of minutes, hours or days, sent as `name_unit`."""

    UNITS = (("days", 1440, _l("days")), ("hours", 60, _l("hours")), ("minutes", 1, _l("minutes")))

    def __init__(self, label: Any, most: int, **kwargs: Any) -> None:
        super().__init__(label, 0, most, **kwargs)
        self.message = _l("A whole number, and at most %(days)d days, please.", days=most // 1440)
        self.validators = [InputRequired(self.message), NumberRange(0, most, self.message)]
        self.unit = "minutes"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take the unit along: what was sent, else the largest that the length is a whole number of."""
        super().process(formdata, data, extra_filters)
        named = formdata.get(f"{self.name}_unit") if formdata is not None else None
        lengths = {unit: minutes for unit, minutes, _label in self.UNITS}
        if named in lengths:
            self.unit = named
            if self.data is not None and self.raw_data:
                self.data *= lengths[named]
        elif self.data:
            self.unit = next(unit for unit, minutes in lengths.items() if self.data % minutes == 0)
        else:
            self.unit = "hours"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return str((self.data or 0) // {unit: minutes for unit, minutes, _label in self.UNITS}[self.unit])
