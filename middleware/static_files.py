"""Static files, compressed, under names with a hash of the content, so that browsers can cache them for ever.

`js/slot_page.bundle` lists files of `static/`, one a line, that are served together as `js/slot_page.js`: one request
instead of two. In development the files are served under their own names, as they are on disk now.
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from servestatic import ServeStatic
from servestatic.cli import main as servestatic

SOURCES = Path(__file__).parent.parent / "static"
PREFIX = "/static/"

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@cache
def folder() -> Path:
    """Return the folder of the served files, created once per process and removed at its end."""
    made = Path(tempfile.mkdtemp(prefix="bookonce-static-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    sources, served = made / "sources", made / "served"
    _copy_sources(sources)
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


def source_url(name: str) -> str:
    """Return the URL path of a file in development."""
    return PREFIX + name


def static_files_middleware(app: App, autoreload: bool = False) -> App:
    """Return the app with its static files, which browsers may cache.

    With `autoreload` each request is answered from `static/` as it is now, for development.
    """

    def load() -> Any:
        root, seconds = (_sources_now(), 0) if autoreload else (folder(), 60)
        return ServeStatic(None, root, PREFIX, max_age=seconds, allow_all_origins=False)

    loaded = load()

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not environ["PATH_INFO"].startswith(PREFIX):
            return app(environ, start_response)
        files = load() if autoreload else loaded
        if environ["PATH_INFO"] not in files.files:
            return app(environ, start_response)
        answer: Iterable[bytes] = files(environ, start_response)
        return answer

    return serve


def _copy_sources(to: Path) -> None:
    shutil.copytree(SOURCES, to, ignore=shutil.ignore_patterns("*.bundle"), dirs_exist_ok=True)
    for bundle in SOURCES.rglob("*.bundle"):
        parts = [(SOURCES / part).read_text() for part in bundle.read_text().split()]
        (to / bundle.relative_to(SOURCES)).with_suffix(".js").write_text("\n".join(parts))


def _sources_now() -> Path:
    sources = folder().parent / "now"
    _copy_sources(sources)
    return sources
