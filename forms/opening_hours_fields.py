"""Form fields of opening hours: a date, a time of day, the hours of a weekday, overrides for dates and ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import Field, Form, StringField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, TimeInput

from availability.opening_hours import MAX_OVERRIDES, HoursError, format_windows, parse_time, parse_windows
from availability.slots import DAY, Windows
from forms.fields import max_length
from i18n.formatting import format_weekday
from i18n.hours_errors import hours_error_text
from i18n.texts import lazy_gettext as _l
from parsing.limits import MAX_LABEL
from parsing.values import YEARS, parse_date


class HoursField(StringField):
    """The windows of one weekday, `9:00-12:30, 13:30-17:00`; empty means closed."""

    def __init__(self, weekday: int, **kwargs: Any) -> None:
        super().__init__(validators=[max_length(MAX_LABEL), valid_hours], **kwargs)
        self.weekday = weekday

    def process_data(self, value: Any) -> None:
        self.data = format_windows(value or ())

    @property
    def day(self) -> str:
        """The weekday's name."""
        return format_weekday(self.weekday, wide=True)


def valid_hours(_form: Form, field: Field) -> None:
    """Refuse hours that can't be parsed."""
    try:
        parse_windows(field.data or "")
    except HoursError as error:
        raise ValidationError(hours_error_text(error)) from None


class DayField(StringField):
    """A date, as `<input type="date">` sends it: `2026-12-24`."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the submitted text, to show it again."""
        self.data = (valuelist[0] if valuelist else "").strip()

    @property
    def as_date(self) -> date | None:
        """The date; None if invalid or outside YEARS."""
        day = parse_date(self.data)
        return day if day and day.year in YEARS else None


def valid_date(_form: Form, field: Field) -> None:
    """Refuse an invalid date; an empty value passes."""
    if field.data and field.as_date is None:
        raise ValidationError(_l("This is not a date, such as 2026-12-24."))


class TimeOfDayField(StringField):
    """A time of day such as `9:30`; may be empty."""

    widget = TimeInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, validators=[valid_time], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the submitted text, to show it again."""
        self.data = (valuelist[0] if valuelist else "").strip()

    @property
    def minutes(self) -> int | None:
        """Minutes after midnight; None if empty."""
        return parse_time(self.data) if self.data else None


def valid_time(_form: Form, field: Field) -> None:
    """Refuse an invalid time of day; an empty value passes."""
    try:
        parse_time(field.data or "0:00")
    except HoursError as error:
        raise ValidationError(hours_error_text(error)) from None


@dataclass
class Row:
    """An override as it is typed: one date if `until` is empty, closed if `hours` is empty."""

    since: str = ""
    until: str = ""
    hours: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether all fields are empty."""
        return not (self.since or self.until or self.hours)

    def read(self) -> tuple[list[date], Windows]:
        """Return the dates and their windows. Raises HoursError."""
        first, last = _read_day(self.since), _read_day(self.until or self.since)
        if last < first:
            raise HoursError("last_before_first")
        days = (last - first).days + 1
        if days > MAX_OVERRIDES:
            raise HoursError("too_many_dates", count=MAX_OVERRIDES)
        if len(self.hours) > MAX_LABEL:
            raise HoursError("too_long", max=MAX_LABEL)
        return [first + i * DAY for i in range(days)], parse_windows(self.hours)


class DatesField(Field):
    """Rows of overrides, sent as `name_since`, `name_until` and `name_hours`, each repeated."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.rows: list[Row] = []
        self.errors: list[str] = []
        self.process_errors: list[str] = []
        self.data: dict[date, Windows] = {}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the rows from the submitted form, else from the calendar's overrides."""
        if formdata is None:
            self.data = {} if data is unset_value or data is None else dict(data)
            self.rows = as_rows(self.data)
            return
        columns = [formdata.getlist(f"{self.name}_{part}") for part in ("since", "until", "hours")]
        typed = zip(*columns, strict=False)
        self.rows = [row for row in (Row(*(text.strip() for text in texts)) for texts in typed) if not row.is_empty]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Parse the rows into `data`; an invalid row, or one that repeats a date, keeps its own error."""
        self.data = {}
        for row in self.rows:
            try:
                days, windows = row.read()
                if twice := next((day for day in days if day in self.data), None):
                    raise HoursError("date_twice", date=twice.isoformat())
                self.data |= dict.fromkeys(days, windows)
            except HoursError as error:
                row.error = hours_error_text(error)
        self.errors = [row.error for row in self.rows if row.error]
        if len(self.data) > MAX_OVERRIDES:
            self.errors = [hours_error_text(HoursError("too_many_dates", count=MAX_OVERRIDES))]
        return not self.errors

    def remove(self, number: int) -> None:
        """Remove the row with this number, counted from 1; ignore a number that is too large."""
        if number <= len(self.rows):
            self.rows.pop(number - 1)

    @property
    def first_wrong(self) -> int:
        """The index of the first row with an error, 0 if none has one."""
        return next((i for i, row in enumerate(self.rows) if row.error), 0)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows, followed by an empty one for a new override."""
        return [*self.rows, Row()]


def as_rows(dates: dict[date, Windows]) -> list[Row]:
    """Return overrides as rows; consecutive dates with the same windows become one range."""
    rows: list[tuple[date, date, Windows]] = []
    for day, windows in sorted(dates.items()):
        if rows and rows[-1][1] + DAY == day and rows[-1][2] == windows:
            rows[-1] = rows[-1][0], day, windows
        else:
            rows.append((day, day, windows))
    return [
        Row(first.isoformat(), last.isoformat() if last > first else "", format_windows(windows))
        for first, last, windows in rows
    ]


def _read_day(text: str) -> date:
    day = parse_date(text)
    if day is None or day.year not in YEARS:
        raise HoursError("not_a_date", text=text[:40]) if text else HoursError("date_missing")
    return day
