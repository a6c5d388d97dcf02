"""The form of a busy time."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from wtforms.validators import DataRequired

from availability.slots import DAY, MINUTES_A_DAY, instant
from forms import fields
from forms.base import OurForm
from forms.opening_hours_fields import DayField, TimeOfDayField, valid_date
from i18n.texts import gettext as _
from i18n.texts import lazy_gettext as _l
from models import BusyTime
from parsing.limits import MAX_LABEL


class BusyTimeForm(OurForm):
    """A time that the owner blocks, as wall times in the owner's zone; without times, whole days."""

    from_day = DayField(_l("From"), validators=[DataRequired(_l("Say from which day on.")), valid_date])
    from_time = TimeOfDayField(_l("From time (optional)"))
    until_day = DayField(_l("Until"), validators=[valid_date])
    until_time = TimeOfDayField(_l("Until time (optional)"))
    note = fields.line_field(_l("Note (only you see this)"), MAX_LABEL)

    @classmethod
    def of(cls, busy: BusyTime, zone: ZoneInfo) -> "BusyTimeForm":
        """Return the form with the submitted data, else with the busy time."""
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
        """Return the start and the end of a valid form, as UTC instants."""
        first = self.from_day.as_date or date.min
        last = self.until_day.as_date or first
        ends = self.until_time.minutes
        return (
            instant(first, self.from_time.minutes or 0, zone),
            instant(last, MINUTES_A_DAY if ends is None else ends, zone),
        )

    def check_order(self, zone: ZoneInfo, now: datetime) -> bool:
        """Return whether it begins before it ends and ends after `now`; if not, `until_day` has the error."""
        start, end = self.interval(zone)
        if start < end and now < end:
            return True
        self.until_day.errors = [_("This ends before it begins.") if end <= start else _("This is over already.")]
        return False
