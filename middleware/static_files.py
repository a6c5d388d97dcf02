"""Static files: compressed, under names that change with what is in them, so that browsers keep them for ever."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from servestatic import ServeStatic
from servestatic.cli import main as servestatic

SOURCES = Path(__file__).parent.parent / "static"
PREFIX = "/static/"

# What the slot page needs comes in one request instead of two.
BUNDLES = {"js/picking.js": ("vendor/htmx.min.js", "js/picker.js")}

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@cache
def folder() -> Path:
    """Return where the files to be served are: made once a process, and gone with it."""
    made = Path(tempfile.mkdtemp(prefix="bookonce-static-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    sources, served = made / "sources", made / "served"
    shutil.copytree(SOURCES, sources)
    for name, parts in BUNDLES.items():
        (sources / name).write_text("\n".join((SOURCES / part).read_text() for part in parts))
    servestatic(["--all", "--quiet", "--no-zstd", "--no-brotli", str(sources), str(served)])
    return served


@cache
def names() -> dict[str, str]:
    """Return for each file the name under which it is served: `style.css` is `style.0123456789ab.css`."""
    paths: dict[str, str] = json.loads((folder() / "staticfiles.json").read_text())["paths"]
    return paths


def static_url(name: str) -> str:
    """Return the path at which a file is served."""
    return PREFIX + names()[name]


def text(name: str) -> str:
    """Return what is in a file."""
    return (folder() / names()[name]).read_text()


def static_files_middleware(app: App, headers: Mapping[str, str]) -> App:
    """Return the app with its static files, whose answers carry `headers`, too, but are to be kept."""
    added = [(name, value) for name, value in headers.items() if name != "Cache-Control"]
    files: Any = ServeStatic(None, folder(), PREFIX, allow_all_origins=False)

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ["PATH_INFO"] not in files.files:
            return app(environ, start_response)
        answer: Iterable[bytes] = files(
            environ, lambda status, found, *more: start_response(status, found + added, *more)
        )
        return answer

    return serve
