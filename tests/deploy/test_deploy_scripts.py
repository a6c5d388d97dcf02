"""The rest of docs/deploy.md, as far as it can be run anywhere: its settings, its scripts, and what it names."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from support.deployed_server import block, document, put, settings
from support.postgres import find_programs, new_database
from support.server_process import HOUSE, KEY
from support.world import World, at

FLASK = f"{sys.executable} -m flask"


def run(script: str, *args: str, **environ: str) -> list[str]:
    """Run a script of the document as systemd would; return the lines it prints."""
    environ = {"PATH": f"{find_programs()}:{os.environ['PATH']}"} | environ
    done = subprocess.run(["sh", "-c", script, "sh", *args], cwd=HOUSE, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def bookonce(database_url: str, tmp_path: Path) -> Callable[..., list[str]]:
    """The document's command, with its file of settings; but who runs it is no other user."""
    kept = tmp_path / "bookonce.env"
    script = put(
        block("/usr/local/sbin/bookonce"),
        {
            "/etc/bookonce.env": kept,
            "/opt/bookonce/current": HOUSE,
            "/var/lib/bookonce": tmp_path,
            "runuser -u bookonce -- .venv/bin/flask": FLASK,
        },
    )

    def command(*args: str, url: str = database_url) -> list[str]:
        kept.write_text(put(block("/etc/bookonce.env"), {settings()["DATABASE_URL"]: url, "paste-the-first-here": KEY}))
        return run(script, *args)

    return command


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Callable[[], Path]:
    """The document's script that makes a copy; it returns the copy."""
    folder = tmp_path / "backup"
    folder.mkdir()
    swaps = {"/var/lib/bookonce-backup": folder, ".venv/bin/flask": FLASK}
    script = put(block("/usr/local/sbin/bookonce-backup"), swaps)

    def command() -> Path:
        environ = settings() | {"DATABASE_URL": database_url}
        assert run(script, **environ) == []
        return max(folder.glob("*.d*"))

    return command


def restored(copy: Path, postgres: str, folder: Path) -> str:
    """Return the address of the database that was made of a copy, as the document makes it."""
    if copy.suffix == ".db":
        (folder / "restored.db").write_bytes(copy.read_bytes())
        return f"sqlite:///{folder}/restored.db"
    url = new_database(postgres, "restored")
    (command,) = re.findall(r"^runuser -u bookonce -- (pg_restore .+) -d bookonce \S+$", document(), re.M)
    run(f'{command} -d "$1" "$2"', url, str(copy))
    return url


def test_a_copy_can_be_restored_and_old_ones_go(
    world: World,
    bookonce: Callable[..., list[str]],
    backup: Callable[[], Path],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    world.book(world.link(), at("2026-11-30 09:00"))
    before = bookonce("check")
    assert "bookings: 1 (1 confirmed, 0 cancelled)" in before
    for days in (13, 16):
        old = tmp_path / f"backup/{days}-days-old"
        old.touch()
        os.utime(old, (old.stat().st_mtime - days * 86400,) * 2)
    copy = backup()
    assert {path.name for path in copy.parent.iterdir()} == {copy.name, "13-days-old"}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    url = restored(copy, request.getfixturevalue("postgres_server"), tmp_path)
    bookonce("db", "upgrade", url=url)
    assert bookonce("check", url=url) == before


def test_each_command_that_the_document_names_is_there(sqlite_url: str, app_on: Callable[..., Flask]) -> None:
    commands = app_on(sqlite_url).cli.commands
    named = re.findall(r"(?:^|`)bookonce ([a-z][\w-]*)|flask --app app ([a-z][\w-]*)", document(), re.M)
    found = {first or second for first, second in named}
    assert found >= {"check", "db", "owner", "backup", "work"}
    assert found <= commands.keys()


def test_each_figure_that_it_alerts_on_is_told(sqlite_url: str, app_on: Callable[..., Flask]) -> None:
    browser = World(app_on(sqlite_url, METRICS_TOKEN="a-token")).browser()
    browser.get("/healthz")
    told = browser.get("/metrics", headers={"Authorization": "Bearer a-token"}).text
    rows = "".join(line for line in document().splitlines() if line.startswith("|"))
    found = set(re.findall(r"bookonce_\w+", rows))
    assert len(found) == 3
    assert [name for name in found if f"{name}{{" not in told] == []


def test_each_file_that_a_unit_names_is_in_the_document() -> None:
    units = re.findall(r"^# (/etc/systemd/system/\S+)$", document(), re.M)
    assert len(units) == 3
    for unit in units:
        for name in re.findall(r"^(?:EnvironmentFile|ExecStart)=(/\S+)$", block(unit), re.M):
            assert block(name), name


@pytest.mark.parametrize("name", ["/usr/local/sbin/bookonce-get", "/usr/local/sbin/bookonce-backup"])
def test_a_script_is_one(name: str) -> None:
    subprocess.run(["sh", "-n"], input=block(name), text=True, check=True)
    assert block(name).startswith(f"#!/bin/sh\n# {name}\n")
