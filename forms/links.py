"""Forms of links: for whom, until when, what it offers; batches; the wording in which links are sent; requests."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import EmailField, Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from availability.offers import Offer
from availability.slots import MINUTES_A_DAY, instant
from forms import fields
from forms.base import OurForm
from forms.fields import BoundedIntegerField, bare_address, max_length, single_line, valid_email
from i18n import formatting
from i18n.texts import gettext as _
from i18n.texts import lazy_gettext as _l
from models import Calendar, Link
from parsing.limits import MAX_EMAIL, MAX_LABEL, MAX_LINE, MAX_NAME, MAX_TEXT
from parsing.values import YEARS, parse_date, parse_instant
from scheduling.batches import MAX_COUNT
from scheduling.links import LinkDetails
from scheduling.offers import CALENDARS_OWN, Expiry, OfferRefused, Reason, sorted_starts

_WALL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)


class DayField(StringField):
    """An optional date, as `<input type="date">` sends it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the date; what is none stays to be shown."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = parse_date(valuelist[0].strip())
            if self.data is None:
                raise ValueError(_("This is not a date, such as 2026-12-31."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if isinstance(self.data, date) else ""


class StartsField(Field):
    """Exact times: instants, or wall times in the calendar's zone as `<input type="datetime-local">` sends them."""

    data: tuple[datetime, ...]
    zone: ZoneInfo

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the texts until `parse` knows the zone."""
        self.data = ()

    def parse(self, zone: ZoneInfo) -> None:
        """Read the submitted times; empty ones do not count."""
        self.zone, self.data = zone, self.data or ()
        found = [_parse_start(text.strip(), zone) for text in self.raw_data or () if text.strip()]
        self.data = sorted_starts(at for at in found if at) or self.data
        self.is_readable = None not in found

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is no time."""
        if not self.is_readable:
            raise ValidationError(_("This is not a time."))


def _parse_start(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant of `2026-12-03T09:00:00Z` or, in `zone`, of `2026-12-03T09:00`; None if it is neither."""
    if at := parse_instant(text):
        return at
    found = _WALL_TIME.fullmatch(text)
    on = parse_date(found[1]) if found else None
    if found is None or on is None or on.year not in YEARS:
        return None
    return instant(on, 60 * int(found[2]) + int(found[3]), zone)


class LinkForm(OurForm):
    """What one link is to be; each field may be missing."""

    label = fields.line_field(_l("For whom (only you see this)"), MAX_LABEL)
    name = fields.line_field(_l("Their name"), MAX_NAME)
    email = EmailField(
        _l("Their email"),
        filters=[bare_address],
        validators=[Optional(), single_line, max_length(MAX_EMAIL), valid_email],
    )
    expiry = SelectField(
        _l("Works until"),
        choices=[
            SelectChoice("", _l("as it is now")),
            SelectChoice("day", _l("tomorrow")),
            SelectChoice("week", _l("in a week")),
            SelectChoice("calendar", _l("as the calendar says")),
            SelectChoice("date", _l("a date")),
            SelectChoice("never", _l("for ever")),
        ],
        validate_choice=True,
        default="",
    )
    expires_on = DayField(_l("Last day"))
    duration = BoundedIntegerField(_l("Duration in minutes"), 1, MINUTES_A_DAY, optional=True)
    earliest = DayField(_l("First day"))
    latest = DayField(_l("Last day that can be booked"))
    starts = StartsField(_l("Exact times"))

    @classmethod
    def of(cls, calendar: Calendar, link: Link | None = None) -> "LinkForm":
        """Return the form with the submitted data, else with what the link is."""
        form = cls(obj=link)
        form.starts.parse(ZoneInfo(calendar.timezone))
        return form

    def details(self, default: Expiry = CALENDARS_OWN) -> LinkDetails:
        """Return what a valid form asks for; `default` is the expiry if it names none."""
        offer = Offer(self.duration.data, self.earliest.data, self.latest.data, self.starts.data or ())
        return LinkDetails(
            self.label.data or "", self.name.data or "", self.email.data or "", self._expiry(default), offer
        )

    def refuse(self, refusal: OfferRefused) -> None:
        """Add the error to the field that it is about."""
        field = self[refusal.field]
        zone = self.starts.zone
        field.errors = [*field.errors, offer_error_text(refusal, zone)]

    def validate_expires_on(self, field: DayField) -> None:
        """Ask for the date if a date was chosen."""
        if self.expiry.data == "date" and field.data is None and not field.errors:
            raise ValidationError(_("Enter the last day on which it works."))

    def _expiry(self, default: Expiry) -> Expiry:
        chosen = self.expiry.data or ("date" if self.expires_on.data else "")
        choices: dict[str, Expiry] = {
            "day": timedelta(days=1),
            "week": timedelta(days=7),
            "calendar": CALENDARS_OWN,
            "date": self.expires_on.data,
            "never": None,
        }
        return choices.get(chosen, default)


class ExpiryForm(OurForm):
    """The last day on which a link works; empty is for ever."""

    expires_on = DayField(_l("Last day on which it works (empty: for ever)"))


class BatchForm(OurForm):
    """How many links, or the people in a CSV."""

    count = BoundedIntegerField(_l("How many"), 1, MAX_COUNT, optional=True)
    label = fields.line_field(_l("Name of these links (only you see this)"), MAX_LABEL)
    csv = TextAreaField(_l("Paste the table here"))


class WordingForm(OurForm):
    """The words in which the links of a calendar are sent; empty is the default."""

    text_wording = fields.text_field(_l("Text message"), MAX_TEXT)
    email_subject = fields.line_field(_l("Subject of the email"), MAX_LINE)
    email_wording = fields.text_field(_l("Email"), MAX_TEXT)


class RequestForm(OurForm):
    """What somebody at a spent link asks for; the token in the address authorises it, as for BookingForm."""

    class Meta:
        csrf = False

    name = fields.name_field(_l("Your name"), _l("Enter your name."))
    contact = StringField(
        _l("Your email or phone"),
        filters=[fields.strip_line],
        validators=[DataRequired(_l("Enter how you can be reached.")), max_length(MAX_EMAIL), single_line],
    )
    note = fields.text_field(_l("A few words (optional)"), MAX_TEXT)


def offer_error_text(refusal: OfferRefused, zone: ZoneInfo) -> str:
    """Return the sentence for an offer that can't be; exact times are in `zone`."""
    when = formatting.format_slot(refusal.start, zone) if refusal.start else ""
    sentences: dict[Reason, Any] = {
        Reason.PAST: _("%(when)s is over.", when=when) if when else _("This day is over."),
        Reason.TOO_FAR: _("%(when)s is further ahead than this calendar can be booked.", when=when)
        if when
        else _("This day is too far ahead."),
        Reason.ORDER: _("The last day is before the first day."),
        Reason.TOO_MANY: _("At most 10 exact times, please."),
        Reason.TOO_SOON: _("%(when)s is too soon for this calendar.", when=when),
        Reason.OUTSIDE: _("%(when)s is not between the first and the last day.", when=when),
        Reason.BUSY: _("%(when)s is not free.", when=when),
    }
    return str(sentences[refusal.reason])
