"""Texts are what Flask-Babel and Jinja would say, in the language of the moment, though each is looked up only once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale
from markupsafe import Markup

from i18n.texts import gettext, lazy_gettext, template_gettext

GERMAN = {"Cups & saucers": "Tassen & Untertassen", "%(count)s cups of %(what)s": "%(count)s Tassen %(what)s"}


@pytest.fixture
def german(tmp_path: Path) -> Iterator[Flask]:
    """An app that has German texts, within a request of a reader of English."""
    folder = tmp_path / "de/LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="de")
    for message, words in GERMAN.items():
        catalog.add(message, words)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    app = Flask("cups")
    Babel(app, default_translation_directories=str(tmp_path), locale_selector=lambda: "en_GB")
    with app.test_request_context():
        yield app


def test_a_text_is_in_the_language_of_the_moment(german: Flask) -> None:
    later = lazy_gettext("%(count)s cups of %(what)s", count=3, what="tea")
    for _ in range(2):
        assert gettext("Cups & saucers") == "Cups & saucers"
        assert str(later) == "3 cups of tea"
        with force_locale("de"):
            assert gettext("Cups & saucers") == "Tassen & Untertassen"
            assert str(later) == "3 Tassen tea"


@pytest.mark.parametrize(
    ("call", "values"),
    [
        ("_('Cups & saucers')", {}),
        ("_('%(count)s cups of %(what)s', count=3, what=what)", {"what": "<b>tea</b>"}),
        ("_('%(count)s cups of %(what)s', count=3, what=what)", {"what": Markup("<b>tea</b>")}),
        ("_('100%% pure')", {}),
        ("_('Never heard of')", {}),
    ],
)
def test_a_template_reads_what_jinjas_own_function_says(german: Flask, call: str, values: dict[str, Any]) -> None:
    for language in ("en", "de"):
        with force_locale(language):
            theirs = render_template_string(f"{{{{ {call} }}}}", **values)
            german.jinja_env.globals["_"], before = template_gettext, german.jinja_env.globals["_"]
            assert render_template_string(f"{{{{ {call} }}}} ", **values) == f"{theirs} "
            german.jinja_env.globals["_"] = before
