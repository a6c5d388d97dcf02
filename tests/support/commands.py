"""Run a command of `flask --app app` and see how it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from database import db
from support.server_process import Server
from support.world import World, make_app


def run(world: World, *args: str, stdin: str = "") -> Any:
    return world.app.test_cli_runner().invoke(args=args, input=stdin)


def ok(world: World, *args: str, stdin: str = "") -> list[str]:
    """Run a command that must succeed; return the lines it prints."""
    result = run(world, *args, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def refused(world: World, *args: str, stdin: str = "") -> str:
    """Run a command that must fail; return its one line."""
    result = run(world, *args, stdin=stdin)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.count("\n") == 1
    return result.stderr


@contextmanager
def beside(server: Server) -> Iterator[Callable[..., list[str]]]:
    """Give what runs commands against a server's database, in this process: to start one for each takes a second."""
    address = {"BASE_URL": server.environ.get("BASE_URL", server.address)}
    networks = {name: value for name, value in server.environ.items() if name == "SOURCE_NETWORKS"}
    world = World(make_app(server.environ["DATABASE_URL"], server.log.parent, **address, **networks))
    try:
        yield lambda *args, stdin="": ok(world, *args, stdin=stdin)
    finally:
        with world.inside():
            db.engine.dispose()
