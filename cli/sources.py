"""The commands for other calendars: `source add`, `source list`, `source read`."""

import sys
from contextlib import suppress

import click

from accounts import owners
from cli.params import CommandError, EmailParam, Group, LineParam
from enums import SourceKind
from i18n.formatting import utc_text
from models import Owner, Source
from parsing.limits import MAX_ADDRESS, MAX_EMAIL, MAX_NAME, MAX_PASSWORD
from remote_calendars.reading import ReadingFailed
from sources import connections
from sources.access import current_access
from sources.connections import BeingRead, TooManySources
from sources.secret_box import Secret
from sources.words import problem_text, source_problem

EMAIL = EmailParam(MAX_EMAIL)
KINDS = [str(kind) for kind in SourceKind if not kind.has_sign_in]

source_group = Group("source", help="Other calendars of an owner's, whose busy times are imported.")


@source_group.command("add")
@click.option("--owner", type=EMAIL, required=True, help="The owner's email.")
@click.option("--kind", type=click.Choice(KINDS), required=True)
@click.option("--address", type=LineParam(MAX_ADDRESS), required=True, help="Of the feed, or of the CalDAV server.")
@click.option("--name", type=LineParam(MAX_NAME, empty=True), default="", help="The calendar's own, if not given.")
@click.option("--username", type=LineParam(MAX_EMAIL, empty=True), default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def source_add(owner: str, kind: str, address: str, name: str, username: str, password_stdin: bool) -> None:
    """Connect another calendar, after it was read once; prints the id."""
    found = get_owner(owner)
    secret = Secret(address, username, _password() if password_stdin else "")
    try:
        click.echo(connections.add_source(current_access(), found.id, SourceKind(kind), secret, name).id)
    except ReadingFailed as failure:
        raise CommandError(problem_text(failure.code, failure.detail)) from None
    except TooManySources:
        raise CommandError(f"An owner can have {connections.MOST} other calendars.") from None


@source_group.command("list")
@click.option("--owner", type=EMAIL, required=True, help="The owner's email.")
def source_list(owner: str) -> None:
    """List an owner's other calendars, one per line: id, kind, when last read, busy times, problem; tabs between."""
    for source in connections.list_sources(get_owner(owner).id):
        click.echo(_line(source))


@source_group.command("read")
@click.option("--owner", type=EMAIL, help="The owner's email; all owners, if not given.")
def source_read(owner: str | None) -> None:
    """Read other calendars, due or not; prints them as `list` does, and exits with 1 if one failed."""
    access, failed = current_access(), 0
    for owner_id, source_id in connections.sources_to_read(get_owner(owner).id if owner else None):
        with suppress(BeingRead):  # then it is as fresh as can be
            failed += not connections.read_now(access, owner_id, source_id)
        click.echo(_line(connections.get_source(owner_id, source_id)))
    if failed:
        raise CommandError(f"{failed} could not be read.")


def get_owner(email: str) -> Owner:
    """Return the owner with this email. Raises CommandError."""
    owner = owners.find_owner(email)
    if owner is None:
        raise CommandError(f"There is no owner with the email {email!r}.")
    return owner


def _line(source: Source) -> str:
    read_at = utc_text(source.read_at) if source.read_at else ""
    return "\t".join((str(source.id), source.kind, read_at, str(source.busy_count), source_problem(source)))


def _password() -> str:
    try:
        password = sys.stdin.buffer.read(4 * MAX_PASSWORD).decode().rstrip("\r\n") if sys.stdin else ""
    except UnicodeDecodeError:
        raise CommandError("The password must be text in UTF-8.") from None
    if not password or len(password) > MAX_PASSWORD:
        raise CommandError(f"The password must have 1 to {MAX_PASSWORD} characters.")
    return password
