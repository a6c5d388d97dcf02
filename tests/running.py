"""The real server, as a program of its own."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parent.parent


@dataclass
class Server:
    """A running server: its address, and the address that it said to open."""

    address: str
    open_this: str
    environ: dict[str, str]
    process: subprocess.Popen[str]

    def flask(self, *args: str, stdin: str = "") -> list[str]:
        """Run a command against its database; return the lines it prints."""
        command = [sys.executable, "-m", "flask", "--app", "app", *args]
        done = subprocess.run(
            command, cwd=HOUSE, env=self.environ, input=stdin, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(folder: Path, **environ: str) -> Iterator[Server]:
    """Give a server on a fresh SQLite file in `folder`, or on what the environment says."""
    port = str(free_port())
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "a key for the tests", "PORT": port, "PYTHONWARNINGS": "error"}
    env |= {"DATABASE_URL": f"sqlite:///{folder / 'server.db'}"} | environ
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=HOUSE, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + process.stdout.read()
        yield Server(f"http://127.0.0.1:{port}", found[0], env, process)
    finally:
        process.terminate()
        process.wait(15)
        assert process.stdout
        process.stdout.close()
