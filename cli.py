"""The same verbs for the shell: exit 0, or one line on standard error and exit 1."""

import sqlite3
import sys
from collections.abc import Sequence
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from flask_migrate.cli import db as migrations
from sqlalchemy.exc import DBAPIError

from addresses import key, link_address
from database import LARGEST_ID
from emails import is_email
from fields import LEAST_PASSWORD, MOST_PASSWORD
from models import Owner
from scheduling import calendars, links, owners
from scheduling.hours import HoursError, read_availability
from scheduling.refusals import CalendarClosed, EmailTaken, Unknown
from zones import zone_or_none


class OneLine(click.ClickException):
    """What went wrong, in one line; click prints it to standard error and exits with 1."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class _Strict:
    """Makes click's own complaints, of a missing option say, one line and exit 1 too."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)  # type: ignore[misc,no-any-return]
        except click.exceptions.NoArgsIsHelpError as error:
            raise OneLine(f"{error.ctx.command_path}: say what to do, see --help") from None
        except click.UsageError as error:
            raise OneLine(error.format_message()) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)  # type: ignore[misc]
        except click.UsageError as error:
            raise OneLine(error.format_message()) from None
        except (DBAPIError, sqlite3.Error) as error:
            why = error.orig if isinstance(error, DBAPIError) else error
            raise OneLine(f"The database does not answer as it should; try 'db upgrade': {why}") from None


class _Command(_Strict, click.Command):
    pass


class _Group(_Strict, AppGroup):
    command_class = _Command


class _Line(click.ParamType[str]):
    """A text of one line, not empty unless `empty`, of `most` characters at most."""

    name = "text"

    def __init__(self, most: int, empty: bool = False) -> None:
        self.most, self.empty = most, empty

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = value.strip()
        if not value and not self.empty:
            self.fail("must not be empty", param, ctx)
        if len(value) > self.most:
            self.fail(f"at most {self.most} characters", param, ctx)
        if not value.isprintable():
            self.fail("has a character that can't be used here", param, ctx)
        return value


class _Email(_Line):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = super().convert(value, param, ctx)
        if not is_email(value):
            self.fail(f"{value!r} is not an email address", param, ctx)
        return value


class _Zone(click.ParamType[str]):
    name = "zone"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if zone_or_none(value) is None:
            self.fail(f"{value!r} is not a time zone such as Europe/Berlin", param, ctx)
        return value


EMAIL, NAME, LABEL, ZONE = _Email(254), _Line(200), _Line(200, empty=True), _Zone()
LENGTH, MINUTES, DAYS = click.IntRange(1, 1440), click.IntRange(0, 1440), click.IntRange(0, 3650)
ROW = click.IntRange(1, LARGEST_ID)

owner_group = _Group("owner", help="Owners: the people with accounts.")
calendar_group = _Group("calendar", help="Calendars: what can be booked.")
link_group = _Group("link", help="One-time links.")


@owner_group.command("create")
@click.option("--email", type=EMAIL, required=True)
@click.option("--name", type=NAME, required=True)
@click.option("--timezone", type=ZONE, required=True)
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def owner_create(email: str, name: str, timezone: str, password_stdin: bool) -> None:
    """Make an owner; prints the id."""
    password = _password() if password_stdin else ""
    try:
        click.echo(owners.create_owner(email, name, timezone, password).id)
    except EmailTaken:
        raise OneLine(f"There is an owner with the email {email!r} already.") from None


@calendar_group.command("create")
@click.option("--owner", type=EMAIL, required=True, help="The owner's email.")
@click.option("--name", type=NAME, required=True)
@click.option("--duration", type=LENGTH, default=30, help="Minutes.")
@click.option("--step", type=LENGTH, default=30, help="Minutes from one slot's start to the next one's.")
@click.option("--timezone", type=ZONE, help="The owner's, if not given.")
@click.option("--hours", multiple=True, help="Such as 'mon-fri 09:00-17:00'; may be repeated.")
@click.option("--override", multiple=True, help="Such as '2026-12-24 closed'; may be repeated.")
@click.option("--buffer-before", type=MINUTES, default=0, help="Minutes.")
@click.option("--buffer-after", type=MINUTES, default=0, help="Minutes.")
@click.option("--min-notice", type=click.IntRange(0, 5_256_000), default=0, help="Minutes.")
@click.option("--horizon", type=DAYS, default=60, help="Days.")
@click.option("--daily-limit", type=click.IntRange(1, 1440))
def calendar_create(owner: str, hours: Sequence[str], override: Sequence[str], **fields: Any) -> None:
    """Make a calendar; prints the id."""
    found = _owner(owner)
    try:
        fields["availability"] = read_availability(hours or ["mon-fri 09:00-17:00"], override)
    except HoursError as error:
        raise OneLine(str(error)) from None
    fields["timezone"] = fields["timezone"] or found.timezone
    click.echo(calendars.create_calendar(found.id, **fields).id)


@calendar_group.command("list")
@click.option("--owner", type=EMAIL, required=True, help="The owner's email.")
def calendar_list(owner: str) -> None:
    """List an owner's calendars: id and name, with a tab between, a line each."""
    for calendar in calendars.calendars_of(_owner(owner).id):
        click.echo(f"{calendar.id}\t{calendar.name}")


@link_group.command("create")
@click.option("--calendar", type=ROW, required=True, help="The calendar's id.")
@click.option("--count", type=click.IntRange(1, 100_000), default=1)
@click.option("--label", type=LABEL, default="", help="For whom; only the owner sees it.")
@click.option("--expires-in", type=DAYS, help="Days; the calendar's setting, if not given.")
def link_create(calendar: int, count: int, label: str, expires_in: int | None) -> None:
    """Make one-time links; prints one address a line."""
    try:
        found = calendars.any_calendar(calendar)
        made = links.mint(key(), found.owner_id, calendar, count, label, expires_in)
    except Unknown:
        raise OneLine(f"There is no calendar {calendar}.") from None
    except CalendarClosed:
        raise OneLine(f"Calendar {calendar} is closed: nobody could book with its links.") from None
    for link in made:
        click.echo(link_address(link))


def add_commands(app: Flask) -> None:
    """Add the commands to the app's."""
    for group in (owner_group, calendar_group, link_group):
        app.cli.add_command(group)
    # Flask-Migrate's commands come by themselves; they are to complain as ours do.
    migrations.__class__ = _Group
    for command in migrations.commands.values():
        command.__class__ = _Command


def _owner(email: str) -> Owner:
    owner = owners.find_owner(email)
    if owner is None:
        raise OneLine(f"There is no owner with the email {email!r}.")
    return owner


def _password() -> str:
    try:
        password = sys.stdin.buffer.read().decode().rstrip("\r\n") if sys.stdin else ""
    except UnicodeDecodeError:
        raise OneLine("The password must be text in UTF-8.") from None
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise OneLine(f"The password must have {LEAST_PASSWORD} to {MOST_PASSWORD} characters.")
    return password
