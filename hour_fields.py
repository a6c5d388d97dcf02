"""The fields of days and hours: a date, a time of day, the hours of a weekday, those of single dates and ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, TimeInput

from availability.opening_hours import MOST_OVERRIDES, HoursError, read_time, read_windows, write_windows
from availability.slots import DAY, Windows
from fields import at_most
from reading import YEARS, read_date
from wording import weekday_words

LONGEST_HOURS = 200


class HoursField(StringField):
    """The windows of one weekday, `9:00-12:30, 13:30-17:00`; empty is closed."""

    def __init__(self, weekday: int, **kwargs: Any) -> None:
        super().__init__(validators=[at_most(LONGEST_HOURS), some_hours], **kwargs)
        self.weekday = weekday

    def process_data(self, value: Any) -> None:
        self.data = write_windows(value or ())

    @property
    def day(self) -> str:
        """The weekday's name."""
        return weekday_words(self.weekday, wide=True)


def some_hours(_form: Form, field: Field) -> None:
    """Refuse what can't be read as hours."""
    try:
        read_windows(field.data or "")
    except HoursError as error:
        raise ValidationError(str(error)) from None


class DayField(StringField):
    """A date, as the browsers' own field for dates sends it: `2026-12-24`."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was sent, to be shown again."""
        self.data = (valuelist[0] if valuelist else "").strip()

    @property
    def as_date(self) -> date | None:
        """The date, None if it is none of our times."""
        day = read_date(self.data)
        return day if day and day.year in YEARS else None


def a_day(_form: Form, field: Field) -> None:
    """Refuse what is no date."""
    if field.data and field.as_date is None:
        raise ValidationError(_l("This is not a date, such as 2026-12-24."))


class TimeOfDayField(StringField):
    """A time of day such as `9:30`, or nothing."""

    widget = TimeInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, validators=[a_time], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was sent, to be shown again."""
        self.data = (valuelist[0] if valuelist else "").strip()

    @property
    def minutes(self) -> int | None:
        """Minutes after midnight; None if there is nothing."""
        return read_time(self.data) if self.data else None


def a_time(_form: Form, field: Field) -> None:
    """Refuse what is no time of day."""
    try:
        read_time(field.data or "0:00")
    except HoursError as error:
        raise ValidationError(str(error)) from None


@dataclass
class Row:
    """Dates with hours of their own, as they are typed; without `until` it is one date, without `hours` closed."""

    since: str = ""
    until: str = ""
    hours: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.since or self.until or self.hours)

    def read(self) -> tuple[list[date], Windows]:
        """Return the dates and their windows. Raises HoursError."""
        first, last = _read_day(self.since), _read_day(self.until or self.since)
        if last < first:
            raise HoursError(_("The last day is before the first."))
        days = (last - first).days + 1
        if days > MOST_OVERRIDES:
            raise HoursError(_("At most %(count)s dates can have hours of their own.", count=MOST_OVERRIDES))
        if len(self.hours) > LONGEST_HOURS:
            raise HoursError(_("At most %(max)d characters, please.", max=LONGEST_HOURS))
        return [first + i * DAY for i in range(days)], read_windows(self.hours)


class DatesField(Field):
    """Rows of dates with hours of their own, sent as `name_since`, `name_until` and `name_hours`, each many times."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.rows: list[Row] = []
        self.errors: list[str] = []
        self.process_errors: list[str] = []
        self.data: dict[date, Windows] = {}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take the rows from what was sent, else from the dates of the calendar."""
        if formdata is None:
            self.data = {} if data is unset_value or data is None else dict(data)
            self.rows = as_rows(self.data)
            return
        columns = [formdata.getlist(f"{self.name}_{part}") for part in ("since", "until", "hours")]
        typed = zip(*columns, strict=False)
        self.rows = [row for row in (Row(*(text.strip() for text in texts)) for texts in typed) if not row.is_empty]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Read the rows; each that can't be read, or whose dates another has already, keeps its own error."""
        self.data = {}
        for row in self.rows:
            try:
                days, windows = row.read()
                if twice := next((day for day in days if day in self.data), None):
                    raise HoursError(_("%(date)s has hours in another line already.", date=twice.isoformat()))
                self.data |= dict.fromkeys(days, windows)
            except HoursError as error:
                row.error = str(error)
        self.errors = [row.error for row in self.rows if row.error]
        if len(self.data) > MOST_OVERRIDES:
            self.errors = [_("At most %(count)s dates can have hours of their own.", count=MOST_OVERRIDES)]
        return not self.errors

    def remove(self, number: int) -> None:
        """Take the row of this number away, counted from 1."""
        del self.rows[number - 1 : number]

    @property
    def first_wrong(self) -> int:
        """The number of the first row with an error, from 0."""
        return next((i for i, row in enumerate(self.rows) if row.error), 0)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows, and an empty one to go on with."""
        return [*self.rows, Row()]


def as_rows(dates: dict[date, Windows]) -> list[Row]:
    """Return dates with their windows as rows: those in a row that have the same ones are a range."""
    rows: list[tuple[date, date, Windows]] = []
    for day, windows in sorted(dates.items()):
        if rows and rows[-1][1] + DAY == day and rows[-1][2] == windows:
            rows[-1] = rows[-1][0], day, windows
        else:
            rows.append((day, day, windows))
    return [
        Row(first.isoformat(), last.isoformat() if last > first else "", write_windows(windows))
        for first, last, windows in rows
    ]


def _read_day(text: str) -> date:
    day = read_date(text)
    if day is None or day.year not in YEARS:
        raise HoursError(_("“%(text)s” is not a date.", text=text[:40]) if text else _("Say from which day on."))
    return day
