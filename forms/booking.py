"""Forms of an appointment: book, reschedule, cancel."""

from wtforms import HiddenField, TelField
from wtforms.validators import DataRequired

from forms import fields
from forms.base import OurForm
from forms.fields import max_length, valid_timezone
from i18n.texts import lazy_gettext as _l
from parsing.limits import MAX_LINE, MAX_PHONE, MAX_TEXT


class BookingForm(OurForm):
    """A booking. The token in the address authorises it, so there is no CSRF token and no cookie."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[DataRequired(_l("Choose a time first."))])
    timezone = HiddenField(validators=[valid_timezone])
    request_id = HiddenField(validators=[max_length(100)])
    name = fields.name_field(_l("Your name"), _l("Enter your name."))
    email = fields.email_field(_l("Your email"))
    phone = fields.line_field(_l("Phone"), MAX_PHONE, TelField)
    notes = fields.text_field(_l("Anything to know before"), MAX_TEXT)


class ResendForm(OurForm):
    """The address to which a manage link is mailed again; the link authorises it, as for BookingForm."""

    class Meta:
        csrf = False

    email = fields.email_field(_l("Your email"))


class RescheduleForm(OurForm):
    """The new time of an appointment; the manage link authorises it, as for BookingForm."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[DataRequired(_l("Choose a time first."))])
    timezone = HiddenField(validators=[valid_timezone])


class CancelForm(OurForm):
    """The reason for a cancellation, by the invitee or the owner; the owner's blueprint checks the CSRF token."""

    class Meta:
        csrf = False

    reason = fields.text_field(_l("Reason (optional)"), MAX_LINE)
