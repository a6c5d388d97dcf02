"""Forms of the owner's account: login, set-up, profile, branding, password."""

from wtforms import ColorField, EmailField, FileField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Regexp

from forms import fields
from forms.base import OurForm
from forms.fields import BoundedIntegerField, ZoneField, bare_address, max_length, single_line
from i18n.texts import lazy_gettext as _l
from parsing.limits import MAX_DAYS, MAX_EMAIL, MAX_LINE, MAX_NAME


class LoginForm(OurForm):
    """The login: email and password."""

    email = EmailField(
        _l("Email"),
        filters=[bare_address],
        validators=[DataRequired(_l("Enter your email address.")), single_line, max_length(MAX_EMAIL)],
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])


class ForgotForm(OurForm):
    """The request for a new password."""

    email = fields.email_field(_l("Email"))


class ResetForm(OurForm):
    """A new password at a one-time address."""

    password = fields.new_password_field(_l("New password"))


class SetupForm(OurForm):
    """The first owner's account."""

    name = fields.name_field(_l("Your name"), _l("Enter your name."))
    email = fields.email_field(_l("Email"))
    password = fields.new_password_field(_l("Password"))
    timezone = ZoneField(_l("Time zone"))


class InvitationForm(OurForm):
    """Whom a manager invites."""

    name = fields.name_field(_l("Name"), _l("Enter the name of your colleague."))
    email = fields.email_field(_l("Email"))


class PracticeForm(OurForm):
    """The name of a practice."""

    practice_name = fields.line_field(_l("Name of the practice"), MAX_NAME)


class JoinForm(OurForm):
    """The account of an invited colleague, whose email is the invitation's."""

    name = fields.name_field(_l("Your name"), _l("Enter your name."))
    password = fields.new_password_field(_l("Password"))
    timezone = ZoneField(_l("Time zone"))


class EndAccountForm(OurForm):
    """What becomes of the coming appointments of an account that ends; `reason` is for their invitees."""

    appointments = RadioField(
        _l("Coming appointments"),
        choices=[
            SelectChoice("keep", _l("They stay: the invitees come")),
            SelectChoice("cancel", _l("Cancel them all")),
        ],
        validators=[InputRequired(_l("Choose what becomes of the appointments."))],
    )
    reason = fields.text_field(_l("Reason (optional)"), MAX_LINE)


class ProfileForm(OurForm):
    """The owner's name, contact and time zone, as invitees see them."""

    name = fields.name_field(_l("Name"), _l("Enter your name."))
    contact = fields.text_field(
        _l("Contact"), MAX_LINE, DataRequired(_l("Enter how you can be reached: it is all that a spent link shows."))
    )
    timezone = ZoneField(_l("Time zone"))


class PrivacyForm(OurForm):
    """For how long details of invitees are kept, and whom they ask about them."""

    retention_days = BoundedIntegerField(_l("Erase details after … days"), 1, MAX_DAYS, optional=True)
    privacy_contact = fields.text_field(_l("Contact for privacy"), MAX_LINE)


class DeletionForm(OurForm):
    """The password with which an owner deletes the account."""

    password = PasswordField(_l("Your password"), validators=[InputRequired(_l("Enter your password."))])


class BrandingForm(OurForm):
    """The accent colour and the logo. The logo is an uploaded file, which its view reads from the request."""

    accent = ColorField(_l("Colour"), validators=[Regexp("^#[0-9a-fA-F]{6}$", message=_l("Choose a colour."))])
    logo = FileField(_l("Logo"))


class EmailForm(OurForm):
    """A new email, with the password."""

    email = fields.email_field(_l("New email"))
    password = PasswordField(_l("Your password"), validators=[InputRequired(_l("Enter your password."))])


class PasswordForm(OurForm):
    """A new password."""

    current = PasswordField(_l("Current password"), validators=[InputRequired(_l("Enter your current password."))])
    new = fields.new_password_field(_l("New password"))
