"""The reader's locale: a language that has translations, with the clock and week of the reader's country."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers
from flask import g
from flask_babel import get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DEFAULT = "en_GB"
MAX_CHARACTERS = 200


def current_locale() -> Locale:
    """Return the locale of the page or mail that is being written.

    A page asks a hundred times, so that Flask-Babel's own way to the same would be felt.
    """
    try:
        locale: Locale | None = g._get_current_object()._flask_babel.babel_locale
    except (AttributeError, RuntimeError):  # not found out yet, or neither page nor mail
        locale = None
    return locale or get_locale() or parse_locale(DEFAULT)


@cache
def parse_locale(name: str) -> Locale:
    """Return the locale of this name: the same object each time, since caches compare it."""
    return Locale.parse(name)


def locale_from_header(header: str, languages: Iterable[str] = ()) -> str:
    """Return the locale for an `Accept-Language` (RFC 9110, section 12.5.4): `en_US`, or `en_DE` for a German.

    `languages` are those with translations, besides English.
    """
    return _of(header[:MAX_CHARACTERS], frozenset({"en", *languages}))


@lru_cache(maxsize=256)
def _of(header: str, languages: frozenset[str]) -> str:
    wishes = [_parts(tag) for tag in parse_accept_header(header, LanguageAccept).values()]
    language = next((language for language, _territory in wishes if language in languages), "en")
    territory = next((territory for _language, territory in wishes if territory), "GB")
    for name in (f"{language}_{territory}", _english_with_customs_of(territory) if language == "en" else language):
        if locale := _known(name):
            return str(locale)
    return DEFAULT


def _known(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _english_with_customs_of(territory: str) -> str:
    """Return an English locale with the territory's first weekday and clock, where CLDR has no English for it."""
    customs = _known(f"und_{territory}")
    return _english_by_customs().get(_customs(customs), DEFAULT) if customs else DEFAULT


@cache
def _english_by_customs() -> dict[tuple[int, bool], str]:
    names = [DEFAULT, "en_US", *(name for name in sorted(locale_identifiers()) if re.fullmatch("en_[A-Z]{2}", name))]
    return {_customs(Locale.parse(name)): name for name in reversed(names)}


def _customs(locale: Locale) -> tuple[int, bool]:
    """Return the first weekday, Monday is 0, and whether the clock has 12 hours."""
    return locale.first_week_day, "h" in locale.time_formats["short"].pattern


def _parts(tag: str) -> tuple[str, str]:
    """Return language and territory of a tag (RFC 5646): where it names no territory, the one that is likely."""
    language, *rest = tag.replace("_", "-").split("-")
    language = language.lower()
    territory = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), "")
    likely = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    return language, territory or (likely if len(likely) == 2 else "")
