"""Static files in development: fresh from disk, under their own names."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rcssmin import cssmin
from support.world import World, make_app

from blueprints.slot_picker import slot_page
from branding import theme
from middleware import static_files


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `static/`, to be changed, from which files are served."""
    copy = shutil.copytree(static_files.SOURCES, tmp_path / "static")
    monkeypatch.setattr(static_files, "SOURCES", copy)
    monkeypatch.setattr(theme, "STYLESHEET", copy / "style.css")
    return copy


@pytest.fixture
def in_development(sources: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The app as `flask --debug` makes it, on that copy."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    yield World(make_app(sqlite_url, tmp_path))
    slot_page.cache_clear()


def test_in_development_a_changed_file_is_served_at_once(in_development: World, sources: Path) -> None:
    browser = in_development.browser()
    assert 'href="/static/style.css"' in browser.get("/login").text
    for name in ("style.css", "js/copy.js"):
        (sources / name).write_text("/* changed */")
        answer = browser.get(f"/static/{name}")
        assert answer.text == "/* changed */"
        assert "max-age=0" in answer.headers["Cache-Control"]


def test_in_development_a_bundle_follows_its_parts(in_development: World, sources: Path) -> None:
    (sources / "js/picker.js").write_text("// changed")
    script = in_development.browser().get("/static/js/slot_page.js").text
    unchanged = [(sources / name).read_text() for name in ("vendor/htmx.min.js", "js/leaving.js", "js/typed.js")]
    assert script == "\n".join([*unchanged, "// changed"])


def test_an_owners_stylesheet_follows_ours(sources: Path) -> None:
    before = theme.stylesheet_url("#aa3300")
    (sources / "style.css").write_text("a { color: red }  /* changed */")
    assert theme.stylesheet_url("#aa3300") != before
    assert theme.themed_stylesheet("#aa3300").plain.startswith(b"a{color:red}")


def test_the_parts_of_a_bundle_are_served_together(world: World) -> None:
    parts = (static_files.SOURCES / "js/slot_page.bundle").read_text().split()
    served = world.browser().get(static_files.static_url("js/slot_page.js")).text
    assert served == "\n".join((static_files.SOURCES / part).read_text() for part in parts)
    assert "js/slot_page.bundle" not in static_files.hashed_names()


def test_in_development_no_slot_page_is_kept(in_development: World) -> None:
    browser, path = in_development.browser(), f"/b/{in_development.link()}"
    for _ in range(2):
        assert browser.get(path).status_code == 200
    assert slot_page.cache_info().hits == 0


def test_what_is_served_needs_no_folder_and_keeps_to_http(world: World) -> None:
    path, browser = static_files.static_url("style.css"), world.browser()
    whole = browser.get(path)
    content = cssmin((static_files.SOURCES / "style.css").read_text()).encode()
    assert (whole.status_code, whole.data, whole.content_length) == (200, content, len(content))
    assert "immutable" in whole.headers["Cache-Control"]
    packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", content)
    assert browser.head(path).data == b""
    assert browser.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = browser.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, content[10:20])
    assert browser.get(path, headers={"Range": "bytes=x"}).status_code == 200
    assert browser.get(path, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
