"""The data of a valid form, found without making the form: the same as WTForms finds, whatever was sent."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from support.odd_inputs import ODD
from support.world import JANE
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, ValidationError

from forms.base import OurForm
from forms.booking import BookingForm, CancelForm
from forms.valid_data import texts_of, valid_data

SENT = JANE | {"start": "2026-12-03T09:00:00Z", "timezone": "Europe/Berlin", "request_id": "x" * 22}
MORE = ["Ann <ann@example.com>", "ann@example.com\u200b", "Ann\u200d", "x" * 101, "a\tb", "a\r\nb", "Europe/Kiev"]
VALUES = [None, *(odd.decode("utf-8", "replace") for odd in ODD), *MORE]


@pytest.fixture
def app(shared_app: Callable[[str], Flask], sqlite_url: str) -> Flask:
    """On one database only, since none is asked."""
    return shared_app(sqlite_url)


def by_wtforms(kind: type[OurForm]) -> dict[str, Any] | None:
    form = kind()
    return form.data if form.validate() else None


@pytest.mark.parametrize("field", SENT)
def test_it_says_what_the_form_would_say(app: Flask, field: str) -> None:
    for value in VALUES:
        sent = {name: text for name, text in (SENT | {field: value}).items() if text is not None}
        with app.test_request_context(method="POST", data=sent):
            assert valid_data(BookingForm) == by_wtforms(BookingForm), value


def test_of_a_field_that_was_sent_twice_the_first_counts(app: Flask) -> None:
    twice = MultiDict([*SENT.items(), ("name", "John"), ("email", "")])
    with app.test_request_context(method="POST", data=twice):
        assert valid_data(BookingForm) == by_wtforms(BookingForm) == SENT


def test_what_is_right_and_what_is_wrong_is_told_apart(app: Flask) -> None:
    for sent, valid in ((SENT, True), (SENT | {"email": "jane"}, False), ({}, False)):
        with app.test_request_context(method="POST", data=sent):
            assert (valid_data(BookingForm) is not None) == valid


class WithABox(CancelForm):
    agreed = BooleanField(validators=[DataRequired()])


class WithADefault(CancelForm):
    why = StringField(default="no reason")


class WithAMethod(CancelForm):
    def validate_reason(self, field: Any) -> None:
        if field.data == "none":
            raise ValidationError("not a reason")


class WithAFilter(CancelForm):
    def filter_reason(self, text: str | None) -> str:
        return (text or "").upper()


class WithARule(CancelForm):
    def validate(self, *args: Any, **kwargs: Any) -> bool:
        return super().validate(*args, **kwargs) and self.reason.data != "none"


@pytest.mark.parametrize("kind", [WithABox, WithADefault, WithAMethod, WithAFilter, WithARule])
def test_a_form_that_does_more_than_its_texts_is_made(app: Flask, kind: type[OurForm]) -> None:
    for reason, agreed in product(("ill", "none", ""), ({"agreed": "y"}, {})):
        with app.test_request_context(method="POST", data={"reason": reason} | agreed):
            assert texts_of(kind) is None
            assert valid_data(kind) == by_wtforms(kind)


def test_control_a_booking_is_made_without_its_form(app: Flask) -> None:
    with app.test_request_context(method="POST", data=SENT):
        assert len(texts_of(BookingForm) or ()) == len(SENT)
