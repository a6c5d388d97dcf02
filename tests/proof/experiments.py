"""All experiments, on SQLite and on PostgreSQL, each beside its control.

Each gives its tallies, and with each whether it is a control: then a promise must be seen to break.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from support.postgres import Postgres, account_for_postgres
from support.raw_database import drop_the_constraints
from support.server_process import MAIL_IS_AWAY
from support.shop import Shop

from proof.crashes import CAREFUL, Pair, Progress, fail_over, kill_postgres, kill_servers
from proof.judge import judge
from proof.races import RACES
from proof.soak import soak
from proof.tally import Tally

# A kill may miss the moment between two commits; a control that is never hit in so many has nothing to show.
PATIENCE = 30
UNPROTECTED = "tests/proof/unprotected.py"
LEAKING = "tests/proof/leaking.py"


@dataclass(frozen=True)
class Size:
    """How much is tried: racers at once, races of a kind, kills of a kind, and servers that share the database."""

    racers: int = 50
    races: int = 20
    kills: int = 50
    fail_overs: int = 10
    controls: int = 5
    servers: int = 4
    soak: int = 60
    """Seconds."""
    leak: int = 20
    """Seconds of the soak's control."""


FULL = Size(soak=int(os.environ.get("SOAK_SECONDS") or 60))
SMALL = Size(racers=30, races=1, kills=2, fail_overs=1, controls=2, servers=2, soak=8, leak=12)


Tallies = Iterator[tuple[Tally, bool]]


def races(on: str, size: Size, progress: Progress) -> Tallies:
    """Give the races, then the same with the protection taken away."""
    with shop_on(on) as (shop, _):
        yield from _races(shop, on, size, progress)
        yield from _unprotected_races(shop, on, size, progress)


def _races(shop: Shop, on: str, size: Size, progress: Progress) -> Tallies:
    with shop.open(size.servers) as servers:
        for name, run in RACES.items():
            tally = Tally(f"race: {name}", on)
            for _ in range(size.races):
                run(shop, servers, tally, size.racers)
                tally.times += 1
                progress(tally)
            judge(shop, tally)
            servers[0].flask("check")
            yield tally, False


def _unprotected_races(shop: Shop, on: str, size: Size, progress: Progress) -> Tallies:
    drop_the_constraints(shop.world)
    with shop.open(size.servers, UNPROTECTED, BREAK="look-then-insert") as servers:
        for name, run in RACES.items():
            tally = Tally(f"control: {name}", on)
            for _ in range(size.controls):
                run(shop, servers, tally, size.racers)
                tally.times += 1
                progress(tally)
            yield tally, True


def servers_killed(on: str, size: Size, progress: Progress) -> Tallies:
    """Give the kills of the servers, then those of servers that do it in the wrong order."""
    with shop_on(on) as (shop, _):
        tally = Tally("kill -9 of the servers", on)
        kill_servers(shop, tally, size.kills, progress)
        yield tally, False
    for wrong in ("claim-first", "answer-first"):
        with shop_on(on) as (shop, _):
            tally = Tally(f"control: kill -9, {wrong}", on)
            while not tally.broken and tally.times < PATIENCE:
                kill_servers(shop, tally, 1, progress, UNPROTECTED, BREAK=wrong)
            yield tally, True


def postgres_killed(size: Size, progress: Progress) -> Tallies:
    """Give the kills of PostgreSQL, and the same where it confirms what it has not written yet."""
    for control in (False, True):
        with shop_on("PostgreSQL") as (shop, postgres):
            assert postgres
            what = "control: it dies, answer-first" if control else "pg_ctl stop -m immediate"
            tally = Tally(what, "PostgreSQL")
            program = UNPROTECTED if control else "app.py"
            with shop.open(2, program, BREAK="answer-first") as servers:
                kill_postgres(shop, postgres, servers, tally, size.controls if control else size.kills, progress)
            yield tally, control


def primary_killed(size: Size, progress: Progress) -> Tallies:
    """Give the fail-overs to a synchronous standby, and to one that lags behind."""
    for control in (False, True):
        with account_for_postgres() as account, TemporaryDirectory() as folder:
            pair = Pair(account, synchronous=not control)
            try:
                pair.primary.execute("CREATE DATABASE shop")
                shop = Shop(pair.url("shop"), Path(folder), **MAIL_IS_AWAY)
                what = "control: an asynchronous standby" if control else "fail-over to the standby"
                tally = Tally(what, "PostgreSQL")
                with shop.open(2) as servers:
                    fail_over(shop, pair, servers, tally, 1 if control else size.fail_overs, progress)
                shop.close()
                yield tally, control
            finally:
                pair.stop()


def soaked(on: str, size: Size, progress: Progress) -> Tallies:
    """Give a while of everything at once, then the same with a server that leaks."""
    for control in (False, True):
        with (
            shop_on(on) as (shop, _),
            shop.open(1, LEAKING if control else "app.py", BASE_URL="http://localhost") as (server,),
        ):
            tally = Tally("control: soak, leaking" if control else "soak", on)
            soak(shop, server, tally, size.leak if control else size.soak, progress)
            if not control:
                judge(shop, tally)
                server.flask("check")
                if complaints := [
                    line for line in server.complaints() if '"error"' in line and "smtp" not in line.lower()
                ]:
                    tally.error(complaints[0][:300])
            yield tally, control


@contextmanager
def shop_on(on: str) -> Iterator[tuple[Shop, Postgres | None]]:
    """Give a shop on a fresh database on a real disk, and the PostgreSQL that it is on, if it is."""
    with TemporaryDirectory() as folder:
        if on == "SQLite":
            shop = Shop(f"sqlite:///{folder}/shop.db", Path(folder), **MAIL_IS_AWAY)
            yield shop, None
            shop.close()
            return
        with account_for_postgres() as account:
            postgres = Postgres(account, "one", CAREFUL).create()
            try:
                postgres.start().execute("CREATE DATABASE shop")
                shop = Shop(postgres.url("shop"), Path(folder), **MAIL_IS_AWAY)
                yield shop, postgres
                shop.close()
            finally:
                postgres.stop()


EXPERIMENTS: dict[str, Callable[[Size, Progress], Tallies]] = {
    "races on SQLite": partial(races, "SQLite"),
    "races on PostgreSQL": partial(races, "PostgreSQL"),
    "kills on SQLite": partial(servers_killed, "SQLite"),
    "kills on PostgreSQL": partial(servers_killed, "PostgreSQL"),
    "kills of PostgreSQL": postgres_killed,
    "fail-over": primary_killed,
    "soak on SQLite": partial(soaked, "SQLite"),
    "soak on PostgreSQL": partial(soaked, "PostgreSQL"),
}
