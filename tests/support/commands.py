"""Run a command of `flask --app app` and see how it ends."""

from typing import Any

from support.world import World


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
