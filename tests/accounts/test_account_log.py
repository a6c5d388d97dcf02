"""Sign-ins, new passwords and refusals in the log, and that the documented filter of fail2ban finds the guesses."""

import json
import logging
import re

import pytest
from support.server_process import HOUSE
from support.world import PASSWORD, Browser, World

from accounts.password_checks import password_check
from models import Owner
from server.json_logs import JsonFormatter

FILTER = re.search(r"^failregex = (.+)$", (HOUSE / "docs/deploy.md").read_text(), re.MULTILINE)
NEW = "a new and longer password"


def sign_in(world: World, email: str, password: str, address: str) -> int:
    form = {"email": email, "password": password}
    return world.browser().change("/login", form, environ_base={"REMOTE_ADDR": address}).status_code


def test_sign_ins_and_new_passwords_are_a_line_each_without_what_was_typed(
    world: World, owner: Owner, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bookonce.account"):
        caplog.clear()
        assert sign_in(world, owner.email, PASSWORD, "192.0.2.1") == 303
        assert sign_in(world, owner.email, "hunter2", "192.0.2.1") == 422
        for _ in range(10):
            assert sign_in(world, 'x@example.com", "address": "192.0.2.66"}', "hunter2", "2001:db8::1") == 422
        assert sign_in(world, 'x@example.com", "address": "192.0.2.66"}', "hunter2", "2001:db8::1") == 429
        with password_check(), password_check():
            assert sign_in(world, owner.email, PASSWORD, "192.0.2.3") == 503
        assert browser.change("/settings/password", {"current": "hunter2", "new": NEW}).status_code == 422
        assert browser.change("/settings/password", {"current": PASSWORD, "new": NEW}).status_code == 303
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name == "bookonce.account"]
    said = [tuple(list(json.loads(line).values())[1:]) for line in lines]
    assert said == [
        ("info", "sign-in", owner.id, "192.0.2.1"),
        ("warning", "sign-in refused", "wrong password", owner.id, "192.0.2.1"),
        *[("warning", "sign-in refused", "wrong password", None, "2001:db8::1")] * 10,
        ("warning", "sign-in refused", "too many attempts", None, "2001:db8::1"),
        ("warning", "sign-in refused", "too many checks", owner.id, "192.0.2.3"),
        ("warning", "password change refused", "wrong password", owner.id, "127.0.0.1"),
        ("info", "password change", owner.id, "127.0.0.1"),
    ]
    for typed in ("hunter2", "example.com", PASSWORD, NEW, "192.0.2.66"):
        assert typed not in "".join(lines)
    assert found_by_fail2ban(lines) == ["192.0.2.1"] + ["2001:db8::1"] * 11 + ["127.0.0.1"]


def found_by_fail2ban(lines: list[str]) -> list[str]:
    """Return the addresses that the filter takes from lines of the journal, as fail2ban would."""
    assert FILTER
    pattern = re.compile(FILTER[1].replace("<HOST>", r"(?P<host>[\da-f.:]+)"))
    found = [pattern.search(f"server bookonce[12]: {line}") for line in lines]
    return [each["host"] for each in found if each]
