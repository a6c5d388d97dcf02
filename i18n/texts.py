"""Texts in the reader's language: Flask-Babel's functions, but a text is looked up once for each locale.

A page has a hundred texts. Flask-Babel finds the locale and its translations anew for each, and Jinja's `_` once more.
"""

from functools import lru_cache

import flask_babel
from babel import Locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from i18n.locales import current_locale


def gettext(message: str, **values: object) -> str:
    """Return the message in the reader's language."""
    words = _translated(message, current_locale())
    return words % values if values else words


def lazy_gettext(message: str, **values: object) -> LazyString:
    """Return the message as a text that is translated when it is used."""
    return LazyString(gettext, message, **values)


def template_gettext(message: str, **values: object) -> Markup:
    """Return the message with the `values` escaped: what `_` is in the templates."""
    words = _translated_markup(message, current_locale())
    return words % values if "%" in words else words


@lru_cache(maxsize=4096)
def _translated(message: str, _locale: Locale) -> str:
    return str(flask_babel.gettext(message))


@lru_cache(maxsize=4096)
def _translated_markup(message: str, _locale: Locale) -> Markup:
    return Markup(flask_babel.gettext(message))  # noqa: S704
