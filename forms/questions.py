"""The form of a calendar's questions: ten rows, of which empty ones count for nothing."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, Field, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from enums import FieldUse
from forms import fields
from forms.base import OurForm
from i18n.texts import gettext as _
from i18n.texts import lazy_gettext as _l
from parsing.limits import MAX_LABEL, MAX_LINE, MAX_TEXT
from parsing.questions import MAX_OPTIONS, MAX_QUESTIONS, Question, QuestionKind
from parsing.values import parse_positive_int

KINDS = {
    QuestionKind.LINE: _l("One line"),
    QuestionKind.TEXT: _l("Several lines"),
    QuestionKind.ONE: _l("One of these"),
    QuestionKind.SEVERAL: _l("Several of these"),
    QuestionKind.CONSENT: _l("A box to agree"),
}
USES = {FieldUse.OPTIONAL: _l("optional"), FieldUse.REQUIRED: _l("required"), FieldUse.HIDDEN: _l("not asked")}
MAX_ID = 10**9
SPARE_ROWS = 1


class QuestionsForm(OurForm):
    """What a booking form asks: ten rows of fields, whose names end in the row's number, and phone and notes."""

    phone_field = SelectField(_l("Phone"), choices=[SelectChoice(str(use), words) for use, words in USES.items()])
    notes_field = SelectField(
        _l("Anything to know before"), choices=[SelectChoice(str(use), words) for use, words in USES.items()]
    )

    @classmethod
    def of(cls, questions: Sequence[Question], phone_field: FieldUse, notes_field: FieldUse) -> "QuestionsForm":
        """Return the form with the submitted data, else with these questions."""
        data: dict[str, Any] = {"phone_field": str(phone_field), "notes_field": str(notes_field)}
        for i in range(MAX_QUESTIONS):
            data |= {f"place{i}": str(i + 1), f"kind{i}": str(QuestionKind.LINE)}
        for i, question in enumerate(questions):
            data |= {
                f"id{i}": str(question.id),
                f"label{i}": question.label,
                f"kind{i}": str(question.kind),
                f"options{i}": "\n".join(question.options),
                f"required{i}": question.required,
            }
        return cls(data=data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that a question has words, and options where it needs them; at most ten questions."""
        valid = bool(super().validate(extra_validators))
        for i in self._filled():
            label, options = self[f"label{i}"], self[f"options{i}"]
            if not label.data:
                valid = _refuse(label, _("Enter the question, or empty the whole row."))
            if self._kind(i).has_options and (error := _options_error(self._options(i))):
                valid = _refuse(options, error)
        numbers = (name[5:] for name in request.form if name.startswith("label"))
        if any(number.isdecimal() and int(number[:9]) >= MAX_QUESTIONS for number in numbers):
            valid = _refuse(self["label0"], _("At most %(most)s questions, please.", most=MAX_QUESTIONS))
        return valid

    def rows(self) -> range:
        """Return the numbers of the rows to show: those that are filled or wrong, and a spare one after them."""
        shown = [i for i in range(MAX_QUESTIONS) if self._is_filled(i) or self[f"label{i}"].errors]
        return range(min(max(shown, default=-1) + 1 + SPARE_ROWS, MAX_QUESTIONS))

    def more_rows(self) -> range:
        """Return the numbers of the empty rows after those, which are folded away."""
        return range(len(self.rows()), MAX_QUESTIONS)

    def questions(self) -> tuple[Question, ...]:
        """Return the questions of a valid form, in their order."""
        taken: set[int] = set()
        found = []
        for i in sorted(self._filled(), key=lambda i: (int(self[f"place{i}"].data), i)):
            number = parse_positive_int(self[f"id{i}"].data, MAX_ID)
            while number is None or number in taken:
                number = secrets.randbelow(MAX_ID) + 1
            taken.add(number)
            kind = self._kind(i)
            options = self._options(i) if kind.has_options else ()
            found.append(Question(number, kind, self[f"label{i}"].data, options, bool(self[f"required{i}"].data)))
        return tuple(found)

    def _filled(self) -> list[int]:
        return [i for i in range(MAX_QUESTIONS) if self._is_filled(i)]

    def _is_filled(self, row: int) -> bool:
        return bool(self[f"label{row}"].data or self[f"options{row}"].data or self[f"required{row}"].data)

    def _kind(self, row: int) -> QuestionKind:
        named = self[f"kind{row}"].data
        return QuestionKind(named) if named in KINDS else QuestionKind.LINE

    def _options(self, row: int) -> tuple[str, ...]:
        lines = (fields.strip_line(line) for line in (self[f"options{row}"].data or "").splitlines())
        return tuple(dict.fromkeys(filter(None, lines)))


def _row_fields(number: int) -> dict[str, Any]:
    """Return the fields of one row, by their names."""
    return {
        f"id{number}": HiddenField(),
        f"label{number}": fields.text_field(_l("Question"), MAX_LINE),
        f"kind{number}": SelectField(
            _l("Answer"), choices=[SelectChoice(str(kind), words) for kind, words in KINDS.items()]
        ),
        f"options{number}": TextAreaField(
            _l("To choose from, one a line"),
            filters=[fields.normalize_newlines],
            validators=[fields.max_length(2 * MAX_TEXT), fields.multi_line],
        ),
        f"required{number}": BooleanField(_l("Must be answered")),
        f"place{number}": SelectField(
            _l("Place"), choices=[SelectChoice(str(place), str(place)) for place in range(1, MAX_QUESTIONS + 1)]
        ),
    }


def _options_error(options: Sequence[str]) -> str:
    if len(options) < 2:
        return str(_("Enter two or more, each on a line of its own."))
    if len(options) > MAX_OPTIONS:
        return str(_("At most %(most)s, please.", most=MAX_OPTIONS))
    if any(len(option) > MAX_LABEL for option in options):
        return str(_("Each may have %(most)s characters at most.", most=MAX_LABEL))
    return ""


def _refuse(field: Field, error: str) -> bool:
    field.errors = [*field.errors, error]
    return False


for _number in range(MAX_QUESTIONS):
    for _name, _field in _row_fields(_number).items():
        setattr(QuestionsForm, _name, _field)
