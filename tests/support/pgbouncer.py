"""Finds a pgbouncer for the tests and runs it; run as a program, it installs one where none is."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

HELP = "Tests of pooling need pgbouncer. Install it (Debian: apt install pgbouncer), or set TEST_PGBOUNCER to its path."

CONFIGURATION = """\
[databases]
* = host={server}
[pgbouncer]
pool_mode = transaction
default_pool_size = {pool_size}
auth_type = trust
auth_file = {folder}/users
unix_socket_dir = {folder}
logfile = {folder}/log
"""


def find() -> str | None:
    """Return the path of a pgbouncer: TEST_PGBOUNCER, else the system's."""
    system = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/sbin")
    return os.environ.get("TEST_PGBOUNCER") or system


def install() -> None:
    """Install Debian's pgbouncer, where this is root on Debian."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing pgbouncer for the tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "pgbouncer"]):
            subprocess.run(["apt-get", *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def pooled(url: str, pool_size: int) -> Iterator[str]:
    """Give the address of the same database behind a pgbouncer in transaction mode with so many server connections.

    `url` is as `Postgres.url` returns it. As root pgbouncer would not run: then it runs as nobody.
    """
    program = find()
    assert program, HELP
    before, _, server = url.partition("?host=")
    folder = Path(tempfile.mkdtemp(prefix="pgb-", dir="/tmp"))  # short: a socket's path has 107 bytes at most
    (folder / "users").write_text('"postgres" ""\n')
    configuration = CONFIGURATION.format(server=server, pool_size=pool_size, folder=folder)
    if _version(program) >= (1, 21):
        configuration += "max_prepared_statements = 0\n"  # as before 1.21: it passes them on to whichever connection
    (folder / "ini").write_text(configuration)
    options = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    process = subprocess.Popen([program, "-q", folder / "ini"], **options)  # type: ignore[call-overload]
    try:
        yield _answering(process, f"{before}?host={folder}&port=6432", folder / "log")
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(folder)


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", said)[:2]))


def _answering(process: "subprocess.Popen[bytes]", url: str, log: Path) -> str:
    for _ in range(500):
        assert process.poll() is None, log.read_text() if log.exists() else "pgbouncer did not start"
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return url
        time.sleep(0.01)
    raise AssertionError("pgbouncer did not answer within 5 s: " + log.read_text())


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
