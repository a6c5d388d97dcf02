"""Maintenance commands: `check` verifies the database, `backup` copies it."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from cli.params import Command, CommandError
from database import db, snapshot, utcnow
from database.backup import BackupRefused, back_up
from scheduling.integrity import Finding, counts, findings

MAX_NAMED = 10


@click.command("check", cls=Command)
@with_appcontext
def check() -> None:
    """Check the guarantees on the live database; prints counts, and exits with 1 if one is violated."""
    broken: list[str] = []
    with snapshot(db.engine) as connection:
        for table, count, states in counts(connection, utcnow()):
            parts = ", ".join(f"{number} {state}" for state, number in states.items())
            click.echo(f"{table}: {count}" + (f" ({parts})" if parts else ""))
        for finding in findings(connection):
            click.echo(_line(finding))
            if finding.broken:
                broken.append(finding.description)
    if broken:
        raise CommandError(f"Broken: {'; '.join(broken)}.")


@click.command("backup", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the SQLite database to the new FILE, even while the server runs; prints the size in bytes."""
    try:
        click.echo(back_up(file))
    except BackupRefused as error:
        raise CommandError(str(error)) from None


def _line(finding: Finding) -> str:
    if not finding.broken:
        return f"holds: {finding.description}"
    named = ", ".join(str(row) for row in finding.broken[:MAX_NAMED])
    more = len(finding.broken) - MAX_NAMED
    return f"BROKEN: {finding.description}: {named}" + (f" and {more} more" if more > 0 else "")
