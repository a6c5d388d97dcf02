"""The real server, as a program of its own."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parents[2]
KEY = "a key for the tests, which is long enough"
MAIL_IS_AWAY = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "book@example.com"}
READY = re.compile(r"Bookonce is ready\. Open (https?://\S+)\n")


@dataclass
class Server:
    """A running server: its address, the address that it printed at its start, and its log."""

    address: str
    open_this: str
    environ: dict[str, str]
    process: subprocess.Popen[str]
    log: Path

    @property
    def database_file(self) -> Path:
        """Its SQLite file."""
        return Path(self.environ["DATABASE_URL"].removeprefix("sqlite:///"))

    def flask(self, *args: str, stdin: str = "") -> list[str]:
        """Run a command against its database, in a process of its own; return the lines it prints."""
        command = [sys.executable, "-m", "flask", "--app", "app", *args]
        done = subprocess.run(command, cwd=HOUSE, env=self.environ, input=stdin, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    def said(self) -> str:
        """Return what it wrote after the line that says it is ready."""
        return self.log.read_text().partition(self.open_this + "\n")[2]

    def complaints(self) -> list[str]:
        """Return the lines of its log except those of what went well."""
        return [line for line in self.said().splitlines() if '"level": "info"' not in line]

    def kill(self) -> None:
        """Kill it with SIGKILL, so that it can't clean up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Tell it to end, and wait until it has."""
        self.process.terminate()
        self.process.wait(15)


class Starting:
    """A server that was started, and may need a moment until it is ready."""

    def __init__(self, folder: Path, program: str = "app.py", python: str = sys.executable, **environ: str) -> None:
        port = environ.get("PORT") or str(free_port())
        env = {"PATH": os.environ["PATH"], "SECRET_KEY": KEY, "PORT": port, "PYTHONWARNINGS": "error"}
        env |= {"PYTHONPATH": str(HOUSE)} | {"DATABASE_URL": f"sqlite:///{folder / 'server.db'}"} | environ
        self.address, self.environ, self.log = f"http://127.0.0.1:{port}", env, folder / f"log-{port}"
        with self.log.open("w") as out:
            command = [python, program]
            self.process = subprocess.Popen(command, cwd=HOUSE, env=env, stdout=out, stderr=out, text=True)

    def ready(self) -> Server:
        """Return the server when it is."""
        for _ in range(3000):
            if found := READY.search(self.log.read_text()):
                return Server(self.address, found[1], self.environ, self.process, self.log)
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.01)
        self.process.kill()
        self.process.wait()
        raise AssertionError("not ready within 30 s: " + self.log.read_text())


@contextlib.contextmanager
def running(folder: Path, program: str = "app.py", python: str = sys.executable, **environ: str) -> Iterator[Server]:
    """Give a server on a fresh SQLite file in `folder`, or on what the environment says."""
    server = Starting(folder, program, python, **environ).ready()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
