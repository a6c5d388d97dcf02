"""Static files, compressed, under names with a hash of the content, so that browsers can cache them for ever.

`js/slot_page.bundle` lists files of `static/`, one a line, that are served together as `js/slot_page.js`: one request
instead of three. In development the files are served under their own names, as they are on disk now. What is served is
kept in memory: a folder of its own would stay behind when the process is killed.
"""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rcssmin import cssmin
from servestatic import ServeStatic
from servestatic.cli import main as servestatic
from servestatic.responders import Response as FileResponse
from servestatic.responders import StaticFile

SOURCES = Path(__file__).parent.parent / "static"
PREFIX = "/static/"

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _FileInMemory:
    """A file of ServeStatic, and its compressed forms, that is read when it is made."""

    def __init__(self, file: StaticFile) -> None:
        self._file = file
        self._contents = {path: Path(path).read_bytes() for _encoding, path, _headers in file.alternatives}

    def get_response(self, method: str, request_headers: Mapping[str, str]) -> FileResponse:
        """Return what `StaticFile.get_response` does for GET or HEAD."""
        if self._file.is_not_modified(request_headers):
            return self._file.not_modified_response
        path, headers = self._file.get_path_and_headers(request_headers)
        content = BytesIO(self._contents[path]) if method == "GET" else None
        with contextlib.suppress(ValueError):  # a range that can't be read is ignored: RFC 9110, section 14.2
            if wanted := request_headers.get("HTTP_RANGE"):
                return self._file.get_range_response(wanted, headers, content)
        return FileResponse(HTTPStatus.OK, headers, content)


class _InMemory(ServeStatic):  # type: ignore[misc]
    def get_static_file(self, *args: Any, **kwargs: Any) -> _FileInMemory:
        return _FileInMemory(super().get_static_file(*args, **kwargs))


@cache
def _prepared() -> tuple[_InMemory, dict[str, str]]:
    """Return the files under their served names, compressed, and the served name of each; made once per process."""
    with TemporaryDirectory(prefix="bookonce-static-") as made:
        sources, served = Path(made, "sources"), Path(made, "served")
        _copy_sources(sources)
        for sheet in sources.rglob("*.css"):
            sheet.write_text(cssmin(sheet.read_text()))
        servestatic(["--all", "--quiet", "--no-zstd", "--no-brotli", str(sources), str(served)])
        names = json.loads((served / "staticfiles.json").read_text())["paths"]
        return _InMemory(None, served, PREFIX, max_age=60, allow_all_origins=False), names


def _as_on_disk_now() -> _InMemory:
    with TemporaryDirectory(prefix="bookonce-static-") as made:
        _copy_sources(Path(made))
        return _InMemory(None, made, PREFIX, max_age=0, allow_all_origins=False)


def hashed_names() -> dict[str, str]:
    """Return the served name of each file: `style.0123456789ab.css` for `style.css`."""
    return _prepared()[1]


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
    prepared = _prepared()[0]

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not environ["PATH_INFO"].startswith(PREFIX):
            return app(environ, start_response)
        files = _as_on_disk_now() if autoreload else prepared
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
