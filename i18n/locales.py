"""The reader's locale: a language that has translations, with the clock and week of the reader's country."""

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DEFAULT = "en_GB"
MAX_CHARACTERS = 200


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
    for name in (f"{language}_{territory}", language if language != "en" else DEFAULT):
        try:
            return str(Locale.parse(name))
        except (UnknownLocaleError, ValueError):
            continue
    return DEFAULT


def _parts(tag: str) -> tuple[str, str]:
    """Return language and territory of a tag (RFC 5646): where it names no territory, the one that is likely."""
    language, *rest = tag.replace("_", "-").split("-")
    language = language.lower()
    territory = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), "")
    likely = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    return language, territory or (likely if len(likely) == 2 else "")
