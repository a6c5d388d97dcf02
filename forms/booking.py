"""Forms of an appointment: book, reschedule, cancel."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.form import FormMeta
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from enums import FieldUse
from forms import fields
from forms.base import OurForm
from forms.fields import max_length, valid_timezone
from forms.valid_data import valid_data
from i18n.texts import gettext as _
from i18n.texts import lazy_gettext as _l
from models import Calendar
from parsing.limits import MAX_ANSWER, MAX_LINE, MAX_PHONE, MAX_TEXT
from parsing.questions import Answers, Question, QuestionKind
from scheduling.link_forms import LinkForm


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


def booking_form(calendar: Calendar | LinkForm, **prefilled: str) -> BookingForm:
    """Return the booking form of the calendar, with its questions as the fields `answer-<id>`."""
    return _form_class(calendar.questions, calendar.phone_field, calendar.notes_field)(data=prefilled)


def valid_booking(asked: LinkForm) -> dict[str, Any] | None:
    """Return the data of the booking form that was sent, None if it is not valid."""
    return valid_data(_form_class(asked.questions, asked.phone_field, asked.notes_field))


def answers(data: Mapping[str, Any], questions: Sequence[Question]) -> Answers:
    """Return the questions that the data of a valid form answers, in their order, each with its answer as text."""
    given = ((question, data[answer_name(question)]) for question in questions)
    return tuple((question.label, _as_text(question, data)) for question, data in given if _as_text(question, data))


def answer_name(question: Question) -> str:
    """Return the name of the field in which a question is answered."""
    return f"answer-{question.id}"


def _as_text(question: Question, data: Any) -> str:
    if question.kind is QuestionKind.CONSENT:
        return str(_("Yes") if data else _("No"))
    return ", ".join(data) if question.kind is QuestionKind.SEVERAL else str(data or "")


@lru_cache(maxsize=256)
def _form_class(questions: tuple[Question, ...], phone: FieldUse, notes: FieldUse) -> type[BookingForm]:
    """Return the form's class. Where nothing differs it is BookingForm itself."""
    missing = DataRequired(_l("Please fill this in."))
    more: dict[str, Any] = {answer_name(question): _answer_field(question) for question in questions}
    more |= {name: None for name, use in (("phone", phone), ("notes", notes)) if use is FieldUse.HIDDEN}
    if phone is FieldUse.REQUIRED:
        more["phone"] = fields.line_field(_l("Phone"), MAX_PHONE, TelField, missing)
    if notes is FieldUse.REQUIRED:
        more["notes"] = fields.text_field(_l("Anything to know before"), MAX_TEXT, missing)
    return FormMeta("BookingForm", (BookingForm,), more) if more else BookingForm


def _answer_field(question: Question) -> Any:
    required = [DataRequired(_l("Please answer this."))] if question.required else []
    match question.kind:
        case QuestionKind.LINE:
            return fields.line_field(question.label, MAX_ANSWER, StringField, *required)
        case QuestionKind.TEXT:
            return fields.text_field(question.label, MAX_ANSWER, *required)
        case QuestionKind.CONSENT:
            return BooleanField(question.label, validators=required)
    options = [SelectChoice(option, option) for option in question.options]
    if question.kind is QuestionKind.ONE:
        return SelectField(question.label, choices=[SelectChoice("", _l("Choose …")), *options], validators=required)
    boxes = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
    return SelectMultipleField(question.label, choices=options, validators=required, **boxes)


class ResendForm(OurForm):
    """The address to which a manage link is mailed again; the link authorises it, as for BookingForm."""

    class Meta:
        csrf = False

    email = fields.email_field(_l("Your email"))


class CorrectionForm(OurForm):
    """The invitee's right email, by the invitee or the owner; the owner's blueprint checks the CSRF token."""

    class Meta:
        csrf = False

    email = fields.email_field(_l("Email"))


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
