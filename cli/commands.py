"""Commands for owners and calendars: exit 0, or one line on standard error and exit 1."""

import sys
from collections.abc import Sequence
from typing import Any

import click
from flask import Flask
from flask_migrate.cli import db as migrations

from accounts import owners
from accounts.errors import EmailTaken
from accounts.password_resets import create_reset
from availability.opening_hours import HoursError, parse_availability
from availability.slots import MINUTES_A_DAY
from cli.links import link_group
from cli.mail import mail_test, work
from cli.maintenance import backup, check
from cli.params import Command, CommandError, EmailParam, Group, LineParam, TimezoneParam
from cli.seed import seed
from cli.sources import source_group
from database.migrations import add_migrations
from i18n.hours_errors import hours_error_text
from models import Owner
from parsing.limits import (
    MAX_DAYS,
    MAX_EMAIL,
    MAX_NAME,
    MAX_NOTICE,
    MAX_PASSWORD,
    MAX_REMINDER,
    MIN_PASSWORD,
)
from parsing.passwords import is_common_password
from public_urls import reset_address
from scheduling import calendars

EMAIL, NAME = EmailParam(MAX_EMAIL), LineParam(MAX_NAME)
ZONE, LENGTH, DAYS = TimezoneParam(), click.IntRange(1, MINUTES_A_DAY), click.IntRange(0, MAX_DAYS)
MINUTES = click.IntRange(0, MINUTES_A_DAY)

owner_group = Group("owner", help="Owners: the people with accounts.")
calendar_group = Group("calendar", help="Calendars: what can be booked.")


@owner_group.command("create")
@click.option("--email", type=EMAIL, required=True)
@click.option("--name", type=NAME, required=True)
@click.option("--timezone", type=ZONE, required=True)
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def owner_create(email: str, name: str, timezone: str, password_stdin: bool) -> None:
    """Create an owner; prints the id."""
    password = _password() if password_stdin else ""
    try:
        click.echo(owners.create_owner(email, name, timezone, password).id)
    except EmailTaken:
        raise CommandError(f"There is an owner with the email {email!r} already.") from None


@owner_group.command("list")
def owner_list() -> None:
    """List the owners, one per line: id, email, name, separated by tabs."""
    for owner in owners.list_owners():
        click.echo(f"{owner.id}\t{owner.email}\t{owner.name}")


@owner_group.command("reset")
@click.option("--email", type=EMAIL, required=True)
def owner_reset(email: str) -> None:
    """Print an address at which the owner sets a new password; it works once, for an hour."""
    token = create_reset(email)
    if token is None:
        raise CommandError(f"There is no owner with the email {email!r}.")
    click.echo(reset_address(token))


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
@click.option("--min-notice", type=click.IntRange(0, MAX_NOTICE), default=0, help="Minutes.")
@click.option("--horizon", type=DAYS, default=60, help="Days.")
@click.option("--daily-limit", type=LENGTH)
@click.option(
    "--reminder",
    type=click.IntRange(0, MAX_REMINDER),
    default=MINUTES_A_DAY,
    help="Minutes before the start; 0 is none.",
)
def calendar_create(owner: str, hours: Sequence[str], override: Sequence[str], **fields: Any) -> None:
    """Create a calendar; prints the id."""
    found = _owner(owner)
    try:
        fields["availability"] = parse_availability(hours or ["mon-fri 09:00-17:00"], override)
    except HoursError as error:
        raise CommandError(hours_error_text(error)) from None
    fields["timezone"] = fields["timezone"] or found.timezone
    click.echo(calendars.create_calendar(found.id, **fields).id)


@calendar_group.command("list")
@click.option("--owner", type=EMAIL, required=True, help="The owner's email.")
def calendar_list(owner: str) -> None:
    """List an owner's calendars, one per line: id, tab, name."""
    for calendar in calendars.list_calendars(_owner(owner).id):
        click.echo(f"{calendar.id}\t{calendar.name}")


def add_commands(app: Flask) -> None:
    """Register our commands with the app."""
    for command in (owner_group, calendar_group, link_group, source_group, seed, check, backup, work, mail_test):
        app.cli.add_command(command)
    add_migrations(app)
    # Flask-Migrate's commands are a plugin, which goes before an app's own commands and so can't be replaced. With our
    # classes their errors are one line, too.
    migrations.__class__ = Group
    for migration in migrations.commands.values():
        migration.__class__ = Command


def _owner(email: str) -> Owner:
    owner = owners.find_owner(email)
    if owner is None:
        raise CommandError(f"There is no owner with the email {email!r}.")
    return owner


def _password() -> str:
    try:
        password = sys.stdin.buffer.read().decode().rstrip("\r\n") if sys.stdin else ""
    except UnicodeDecodeError:
        raise CommandError("The password must be text in UTF-8.") from None
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise CommandError(f"The password must have {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    if is_common_password(password):
        raise CommandError("Many people have this password, so it is guessed first. Choose another one.")
    return password
