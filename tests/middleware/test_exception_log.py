"""What other programs say in an error stays out of the log: it may name people."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from support.commands import refused
from support.world import JANE, World, at, z

from middleware.exception_log import error_code, exception_text
from server.json_logs import JsonFormatter, configure_logging

NINE = at("2026-11-30 09:00")
NAMED = "jane|Jane|garden|49 30"


@pytest.fixture
def app(postgres_url: str, app_on: Callable[..., Flask]) -> Flask:
    app = app_on(postgres_url)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_a_row_that_postgresql_quotes_is_not_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """DETAIL: Failing row contains (…)."""
    world.execute("ALTER TABLE bookings ADD CONSTRAINT not_jane CHECK (name <> 'Jane Doe')")
    answer = world.browser().post(f"/b/{world.link()}", data=JANE | {"start": z(NINE)})
    assert answer.status_code == 500
    (record,) = [record for record in caplog.records if record.exc_info]
    with pytest.raises(Exception, match=NAMED):  # control: it is in the error
        raise record.exc_info[1]
    written = json.loads(JsonFormatter().format(record))
    assert "CheckViolation 23514" in written["exception"]
    assert "bookings.py" in written["exception"]
    for text in (caplog.text, json.dumps(written)):
        assert "POST" in text
        assert not any(name in text for name in NAMED.split("|"))


def test_a_command_says_the_code_of_an_error(world: World) -> None:
    world.execute("ALTER TABLE owners ADD CONSTRAINT not_jane CHECK (name <> 'Jane')")
    given = ["--email", "jane@example.com", "--name", "Jane", "--timezone", "UTC", "--password-stdin"]
    said = refused(world, "owner", "create", *given, stdin="correct horse battery")
    assert said.rstrip().endswith("try 'db upgrade': CheckViolation 23514")


def test_a_handler_of_libraries_logs_leaves_the_words_out_too(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:]
    try:
        configure_logging("WARNING")
        try:
            raise ValueError("jane@example.com")
        except ValueError:
            logging.getLogger("some.library").exception("It failed")
    finally:
        root.handlers[:] = before
    written = json.loads(capfd.readouterr().err)
    assert written["message"] == "It failed"
    assert written["exception"].endswith("ValueError")


def test_the_way_to_an_error_and_its_causes_are_told() -> None:
    def fail(name: str) -> None:
        try:
            Path(name).read_bytes()
        except OSError as error:
            raise KeyError(name) from error

    with pytest.raises(KeyError, match="jane") as caught:
        fail("/nowhere/jane@example.com")
    text = exception_text(caught.value)
    assert text.index("FileNotFoundError 2") < text.index("KeyError")
    assert text.count(__file__) >= 2
    assert "jane@example.com" not in text.replace('fail("/nowhere/jane@example.com")', "")


def test_what_names_parts_of_the_program_is_told() -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(None, "nothing" + "")
    assert exception_text(caught.value).endswith("AttributeError: 'NoneType' object has no attribute 'nothing'")
    assert error_code(ConnectionRefusedError(111, "jane")) == "ConnectionRefusedError 111"
