"""The program itself: what it prints, how it starts and stops, on both databases."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from running import HOUSE, Server, free_port, running


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    """Start a server that must not come up; return how it ended."""
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "k", "PORT": str(free_port())} | environ
    return subprocess.run([sys.executable, "app.py"], cwd=HOUSE, env=env, capture_output=True, text=True, timeout=30)


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    environ = {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("postgres_url")}
    with running(tmp_path, **environ) as server:
        yield server


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_the_one_line_leads_to_the_set_up_and_later_to_the_sign_in(server: Server, tmp_path: Path) -> None:
    assert re.fullmatch(re.escape(server.address) + r"/setup\?token=\w{18}", server.open_this)
    assert get(server.open_this)[0] == 200
    server.flask(
        "owner", "create", "--email", "o@example.com", "--name", "O", "--timezone", "UTC", "--password-stdin",
        stdin="correct horse",
    )  # fmt: skip
    calendar = server.flask(
        "calendar", "create", "--owner", "o@example.com", "--name", "Visit", "--hours", "mon-sun 00:00-24:00"
    )
    (link,) = server.flask("link", "create", "--calendar", *calendar)
    status, page = get(link)
    assert status == 200
    assert 'data-start="' in page
    with running(tmp_path, DATABASE_URL=server.environ["DATABASE_URL"]) as second:
        assert second.open_this == second.address + "/"
        assert get(second.open_this)[0] == 200


def test_it_ends_with_0_when_it_is_told_to(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(tmp_path) as server:
            server.process.send_signal(number)
            assert server.process.wait(10) == 0


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        port = server.environ["PORT"]
        ended = start(PORT=port, DATABASE_URL=server.environ["DATABASE_URL"])
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(rf"HOST, PORT: can't listen on 127\.0\.0\.1:{port}: .+\n", ended.stderr)


@pytest.mark.parametrize("host", ["nosuchhost.invalid", "999.1.1.1", "a b"])
def test_a_host_that_is_none_is_one_line(tmp_path: Path, host: str) -> None:
    ended = start(HOST=host, DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("HOST, PORT: ")


@pytest.mark.parametrize("what", ["away", "no database"])
def test_a_database_that_does_not_answer_is_one_line_without_its_password(tmp_path: Path, what: str) -> None:
    (tmp_path / "no.db").write_text("This is no database, but long enough to be taken for one at first sight. " * 20)
    away = f"postgresql://user:hunter2@127.0.0.1:{free_port()}/name"
    ended = start(DATABASE_URL=away if what == "away" else f"sqlite:///{tmp_path}/no.db")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("DATABASE_URL: the database does not answer")
    assert "hunter2" not in ended.stderr
