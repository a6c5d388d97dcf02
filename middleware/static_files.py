"""Static files, compressed, under names with a hash of the content, so that browsers can cache them for ever."""

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

# The slot page loads its scripts in one request instead of two.
BUNDLES = {"js/picking.js": ("vendor/htmx.min.js", "js/picker.js")}

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@cache
def folder() -> Path:
    """Return the folder of the served files, created once per process and removed at its end."""
    made = Path(tempfile.mkdtemp(prefix="bookonce-static-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    sources, served = made / "sources", made / "served"
    shutil.copytree(SOURCES, sources)
    for name, parts in BUNDLES.items():
        (sources / name).write_text("\n".join((SOURCES / part).read_text() for part in parts))
    servestatic(["--all", "--quiet", "--no-zstd", "--no-brotli", str(sources), str(served)])
    return served


@cache
def hashed_names() -> dict[str, str]:
    """Return the served name of each file: `style.0123456789ab.css` for `style.css`."""
    paths: dict[str, str] = json.loads((folder() / "staticfiles.json").read_text())["paths"]
    return paths


def static_url(name: str) -> str:
    """Return the URL path of a file."""
    return PREFIX + hashed_names()[name]


def read_file(name: str) -> str:
    """Return the content of a file."""
    return (folder() / hashed_names()[name]).read_text()


def static_files_middleware(app: App, headers: Mapping[str, str]) -> App:
    """Return the app with its static files; they get `headers` except Cache-Control, since they may be cached."""
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
