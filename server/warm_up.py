"""What the first visitors would wait for, done before the server is ready.

Threads that each did the same at once would also need the memory for it once each, and Python does not give it back.
"""

from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError

from babel.core import get_global
from flask import Flask
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from i18n.locales import DEFAULT, parse_locale


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder, as Python keeps those of modules; none if it can't be written to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, EOFError, UnpicklingError):  # it may be damaged
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def warm_up(app: Flask) -> None:
    """Compile the templates that changed since the last start, and load the data of the default locale."""
    app.jinja_env.bytecode_cache = CompiledTemplates(Path(app.instance_path) / "templates")
    for template in app.jinja_env.list_templates():
        app.jinja_env.get_template(template)
    get_global("territory_languages")  # loads all that is not of one locale
    len(parse_locale(DEFAULT).days)  # loads all of this locale
