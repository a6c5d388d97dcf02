"""What the first visitors would wait for, done before the server is ready.

Threads that each did the same at once would also need the memory for it once each, and Python does not give it back.
"""

from babel.core import get_global
from flask import Flask

from i18n.locales import DEFAULT, parse_locale


def warm_up(app: Flask) -> None:
    """Compile the templates, and load the data of the default locale."""
    for template in app.jinja_env.list_templates():
        app.jinja_env.get_template(template)
    get_global("territory_languages")  # loads all that is not of one locale
    len(parse_locale(DEFAULT).days)  # loads all of this locale
