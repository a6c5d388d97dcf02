"""Crashes under load: of the server, of PostgreSQL, and of a primary whose standby takes over."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.postgres import Account, Postgres
from support.server_process import Server
from support.shop import Shop

from proof.judge import judge
from proof.load import Load
from proof.tally import Tally

Progress = Callable[[Tally], None]

# What a database is run with that is not to lose anything.
CAREFUL = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def kill_servers(
    shop: Shop, tally: Tally, times: int, progress: Progress, program: str = "app.py", **environ: str
) -> None:
    """Kill both servers of the shop at a random moment under load and start them again, so many times."""
    servers = shop.start(2, program, **environ)
    try:
        for _ in range(times):
            load = Load(shop, tally)
            with loaded(load, servers):
                for server in servers:
                    server.kill()
            servers = shop.start(2, program, **environ)
            load.settle(servers)
            tally.times += 1
            progress(tally)
    finally:
        for server in servers:
            server.kill()
    judge(shop, tally, control=program != "app.py")


def kill_postgres(
    shop: Shop, postgres: Postgres, servers: list[Server], tally: Tally, times: int, progress: Progress
) -> None:
    """Kill PostgreSQL at a random moment under load, and start it again; the servers are to go on by themselves."""
    for _ in range(times):
        load = Load(shop, tally)
        with loaded(load, servers):
            postgres.kill()
            postgres.start()
            time.sleep(0.2)
        load.settle(servers)
        tally.times += 1
        progress(tally)
    judge(shop, tally)


@contextmanager
def loaded(load: Load, servers: list[Server]) -> Iterator[None]:
    """Give a random moment under load."""
    load.begin(servers)
    time.sleep(random.uniform(0.05, 0.8))
    yield
    load.end()


class Pair:
    """A primary and a standby that change places."""

    def __init__(self, account: Account, synchronous: bool = True) -> None:
        self.synchronous = synchronous
        self.primary, self.standby = (Postgres(account, name, CAREFUL) for name in "ab")
        self.primary.create().start()

    def url(self, database: str) -> str:
        """Return the address that finds whichever of them is the primary."""
        hosts = "&".join(f"host={node.folder}" for node in (self.primary, self.standby))
        return f"postgresql://postgres@/{database}?{hosts}&target_session_attrs=read-write"

    def give_standby(self) -> None:
        """Start the standby as a copy of the primary, which (if it is synchronous) confirms nothing without it."""
        self.standby.follow(self.primary).start()
        if self.synchronous:
            self.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.primary.execute("SELECT pg_reload_conf()")
        wanted = [("sync" if self.synchronous else "async",)]
        while self.primary.execute("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'") != wanted:
            time.sleep(0.02)

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def lag(self) -> None:
        """Let the standby receive nothing any more, as over a bad line."""
        self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)

    def stop(self) -> None:
        for node in (self.standby, self.primary):
            node.stop()


def fail_over(shop: Shop, pair: Pair, servers: list[Server], tally: Tally, times: int, progress: Progress) -> None:
    """Kill the primary at a random moment under load and promote its standby; the servers are to find it."""
    for _ in range(times):
        pair.give_standby()
        load = Load(shop, tally)
        with loaded(load, servers):
            if not pair.synchronous:
                pair.lag()
            pair.fail_over()
            time.sleep(0.3)
        load.settle(servers)
        tally.times += 1
        progress(tally)
    judge(shop, tally)
