"""The base class of all forms: which submitted data it reads, and WTForms' own translations."""

from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import get_locale
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Form
from wtforms.i18n import messages_path


class OurForm(FlaskForm):
    """A form that reads text fields only; JSON and files are ignored."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return the submitted form, unless the caller passes other data."""
            if formdata is not _Auto:
                return formdata
            return request.form if request.method == "POST" else None

        def get_translations(self, form: Form) -> Any:
            """Return the cached texts of WTForms; Flask-WTF would read them from a file in each request."""
            return _texts_of_wtforms(str(get_locale()))


@lru_cache(maxsize=64)
def _texts_of_wtforms(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")
