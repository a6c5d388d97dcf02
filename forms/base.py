"""The base of all forms, and what counts as sent."""

from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import get_locale
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    Form,
)
from wtforms.i18n import messages_path


class OurForm(FlaskForm):
    """A form of text fields. What is sent as JSON or as a file is no text and does not count."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return what was sent as a form, unless the caller gives something else."""
            if formdata is not _Auto:
                return formdata
            return request.form if request.method == "POST" else None

        def get_translations(self, form: Form) -> Any:
            """Return WTForms' own texts; Flask-WTF would read them from a file with each request."""
            return _texts_of_wtforms(str(get_locale()))


@lru_cache(maxsize=64)
def _texts_of_wtforms(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")
