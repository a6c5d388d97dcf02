"""Finds an nginx for the tests of docs/deploy.md and runs it; run as a program, it installs one where none is."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HELP = "The tests of docs/deploy.md need nginx. Install it (Debian: apt install nginx), or set TEST_NGINX to its path."

# What Debian's own nginx.conf says around a site, where it matters: it logs whatever a site does not switch off.
AROUND = """\
daemon off;
{user}
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 500; }}
http {{
    access_log {folder}/access.log;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""


@dataclass
class Nginx:
    """A running nginx, whose logs are in `folder`."""

    folder: Path
    process: subprocess.Popen[bytes]

    def logs(self) -> str:
        """Return all that it has written, wherever it may have."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def find() -> str | None:
    """Return the path of an nginx: TEST_NGINX, else the system's."""
    return os.environ.get("TEST_NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")


def install() -> None:
    """Install Debian's nginx, where this is root on Debian."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing nginx for the tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "nginx"]):
            subprocess.run(["apt-get", *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def running(folder: Path, site: str, port: int) -> Iterator[Nginx]:
    """Give an nginx with this site, which listens on `port`, in the new `folder`; root or not, it stays who it is."""
    program = find()
    assert program, HELP
    folder.mkdir()
    (folder / "site").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(AROUND.format(folder=folder, user=user))
    with (folder / "error.log").open("ab") as out:
        command = [program, "-p", folder, "-c", folder / "conf", "-e", folder / "error.log"]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        _wait(process, port, folder / "error.log")
        yield Nginx(folder, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(500):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.01)
    raise AssertionError("nginx did not listen within 5 s: " + log.read_text())


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
