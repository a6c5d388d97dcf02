"""The owner's account: login, set-up, profile, colours and logo, password."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    ColorField,
    EmailField,
    FileField,
    PasswordField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Regexp

from forms import fields
from forms.base import OurForm
from forms.fields import (
    ZoneField,
    at_most,
    clean_address,
    lines,
    one_line,
    required,
    several_lines,
)


class LoginForm(OurForm):
    """Email and password."""

    email = EmailField(
        _l("Email"),
        filters=[clean_address],
        validators=[required(_l("Enter your email address.")), one_line, at_most(254)],
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


class BrandingForm(OurForm):
    """How invitees see the owner's pages. The logo comes as a file, which is no text: its page reads it."""

    accent = ColorField(_l("Colour"), validators=[Regexp("^#[0-9a-fA-F]{6}$", message=_l("Choose a colour."))])
    logo = FileField(_l("Logo"))


class PasswordForm(OurForm):
    """A new password."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])
    new = fields.new_password(_l("New password"))
