"""What an invitee sends, and what both sides send to change an appointment."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    TelField,
    TextAreaField,
)

from forms import fields
from forms.base import OurForm
from forms.fields import (
    at_most,
    lines,
    one_line,
    required,
    several_lines,
    strip_unseen,
    valid_timezone,
)


class BookingForm(OurForm):
    """What an invitee sends. The address is the key, so there is no CSRF token and no cookie to keep it in."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[valid_timezone])
    request_id = HiddenField(validators=[at_most(100)])
    name = fields.name(_l("Your name"), _l("Enter your name."))
    email = fields.email(_l("Your email"))
    phone = TelField(_l("Phone"), filters=[strip_unseen], validators=[at_most(40), one_line])
    notes = TextAreaField(_l("Anything to know before"), filters=[lines], validators=[at_most(2000), several_lines])


class RescheduleForm(OurForm):
    """The new time of an appointment; the manage link is the key, as for BookingForm."""

    class Meta:
        csrf = False

    start = HiddenField(validators=[required(_l("Choose a time first."))])
    timezone = HiddenField(validators=[valid_timezone])


class CancelForm(OurForm):
    """Why an appointment is cancelled: by its invitee, or by its owner, whose pages check the CSRF token themselves."""

    class Meta:
        csrf = False

    reason = TextAreaField(_l("Reason (optional)"), filters=[lines], validators=[at_most(500), several_lines])
