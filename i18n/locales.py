"""The reader's locale: a language that has translations, with the clock and week of the reader's country."""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache, wraps

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from flask import g
from flask_babel import get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DEFAULT = "en_GB"
MAX_CHARACTERS = 200
# Where CLDR has no English of a territory: one with its first weekday and its clock, unless DEFAULT or none has them.
# To ask Babel each time would load the data of hundreds of locales, and keep a megabyte of each.
CUSTOMS = {
    territory: locale
    for locale, territories in {
        "en_AE": "AL AR BN BO CL CR CU EC EH GR KP LB MR PS SO TD TN UY",
        "en_BW": "AO BR CV GW JP LA MM MZ NP PY ST TH TL",
        "en_SD": "BH DJ DZ EG IQ JO KW LY OM QA SY",
        "en_US": "BD BT CO DO ET GT HN KH KR MX NI PA PE SA SV TW VE YE",
    }.items()
    for territory in territories.split()
}


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
    for name in (f"{language}_{territory}", CUSTOMS.get(territory, DEFAULT) if language == "en" else language):
        if locale := _known(name):
            return str(locale)
    return DEFAULT


def _known(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None


def _parts(tag: str) -> tuple[str, str]:
    """Return language and territory of a tag (RFC 5646): where it names no territory, the one that is likely."""
    language, *rest = tag.replace("_", "-").split("-")
    language = language.lower()
    territory = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), "")
    likely = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    return language, territory or (likely if len(likely) == 2 else "")


def cached_by_locale(function: Callable[..., str]) -> Callable[..., str]:
    """Cache the texts of a function for each locale: gettext takes longer than everything else in it."""

    @lru_cache(maxsize=4096)
    def cached(_key: Locale, *args: int | None) -> str:
        return function(*args)

    @wraps(function)
    def wrapper(*args: int | None) -> str:
        return cached(current_locale(), *args)

    return wrapper
