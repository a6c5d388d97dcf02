"""A server that starts again does not compile its templates again."""

from pathlib import Path
from typing import Never

import pytest
from support.server_process import KEY

from app import create_app
from server.warm_up import warm_up


def start(instance: Path, compiles: bool = True) -> int:
    """Return how many templates are in memory once a server would be ready."""
    app = create_app(
        {"SECRET_KEY": KEY, "DATABASE_URL": f"sqlite:///{instance / 'server.db'}"}, instance, commands=False
    )
    if not compiles:
        app.jinja_env.compile = compiled  # type: ignore[method-assign]
    warm_up(app)
    cache = app.jinja_env.cache
    assert cache is not None
    return len(cache)


def compiled(*_: object) -> Never:
    raise AssertionError("a template was compiled")


def test_templates_are_compiled_at_the_first_start_only(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="compiled"):
        start(tmp_path, compiles=False)
    assert start(tmp_path) == start(tmp_path, compiles=False) > 50


def test_a_folder_that_can_not_be_written_to_keeps_no_server_from_starting(tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("in the way")
    assert start(tmp_path) > 50


def test_a_file_that_is_damaged_is_compiled_anew(tmp_path: Path) -> None:
    start(tmp_path)
    for left, file in enumerate(sorted((tmp_path / "templates").iterdir())[:40]):
        file.write_bytes(file.read_bytes()[:left])
    assert start(tmp_path) > 50
    assert start(tmp_path, compiles=False) > 50
