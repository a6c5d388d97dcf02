"""The forms of another calendar: connecting it, and changing it."""

from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from enums import SourceKind
from forms import fields
from forms.base import OurForm
from forms.fields import max_length, single_line
from i18n.texts import lazy_gettext as _l
from parsing.limits import MAX_ADDRESS, MAX_EMAIL, MAX_NAME, MAX_PASSWORD

KINDS = [
    SelectChoice(SourceKind.ICS.value, _l("Secret address (.ics)")),
    SelectChoice(SourceKind.CALDAV.value, _l("CalDAV, with user and password")),
]


class ConnectForm(OurForm):
    """How another calendar is reached."""

    kind = SelectField(_l("Kind"), choices=KINDS, default=SourceKind.ICS.value)
    address = fields.line_field(_l("Address"), MAX_ADDRESS)
    username = fields.line_field(_l("User"), MAX_EMAIL)
    password = PasswordField(_l("Password"), validators=[Optional(), single_line, max_length(MAX_PASSWORD)])
    name = fields.line_field(_l("Name"), MAX_NAME)

    def check(self) -> bool:
        """Return whether it was sent and is valid; the kind decides what is needed."""
        if not self.validate_on_submit():
            return False
        if not self.address.data:
            self.address.errors = [_l("Enter the address.")]
        if self.kind.data == SourceKind.CALDAV.value and not self.username.data:
            self.username.errors = [_l("Enter the user.")]
        if self.kind.data == SourceKind.CALDAV.value and not self.password.data:
            self.password.errors = [_l("Enter the password.")]
        return not self.errors


class ChangeForm(OurForm):
    """A source's name; with an address it is connected again."""

    name = fields.line_field(_l("Name"), MAX_NAME)
    address = fields.line_field(_l("New address"), MAX_ADDRESS)
    username = fields.line_field(_l("User"), MAX_EMAIL)
    password = PasswordField(_l("Password"), validators=[Optional(), single_line, max_length(MAX_PASSWORD)])
