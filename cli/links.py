"""Commands for links: one or many, with an offer, from a CSV; and a list."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from availability.offers import Offer
from availability.slots import MINUTES_A_DAY
from cli.params import CommandError, DateParam, EmailParam, Group, InstantParam, LineParam
from database import LARGEST_ID, utcnow
from enums import LinkState
from models import Calendar
from parsing.csv_people import PeopleError, read_people
from parsing.csv_table import CsvError, read_csv
from parsing.limits import MAX_DAYS, MAX_EMAIL, MAX_LABEL, MAX_NAME
from public_urls import key, link_address
from scheduling import links
from scheduling.batch_files import batch_file
from scheduling.batches import RowRefused, create_batch_of_people
from scheduling.calendars import get_any_calendar
from scheduling.errors import CalendarClosed, NotFound
from scheduling.link_lists import all_links
from scheduling.links import LinkDetails
from scheduling.offers import OfferRefused, sorted_starts

MAX_FILE = 5_000_000
ROW = click.IntRange(1, LARGEST_ID)
FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)
LABEL, NAME, EMAIL = LineParam(MAX_LABEL, empty=True), LineParam(MAX_NAME), EmailParam(MAX_EMAIL)
OPTIONS = {"starts": "--start", "earliest": "--earliest", "latest": "--latest"}

link_group = Group("link", help="One-time links.")


@link_group.command("create")
@click.option("--calendar", type=ROW, required=True, help="The calendar's id.")
@click.option("--count", type=click.IntRange(1, 100_000), default=1)
@click.option("--label", type=LABEL, default="", help="The person it is for; only the owner sees it.")
@click.option("--expires-in", type=click.IntRange(0, MAX_DAYS), help="Days; the calendar's setting, if not given.")
@click.option("--name", type=NAME, help="Filled in for the invitee, who can change it.")
@click.option("--email", type=EMAIL, help="Filled in for the invitee, who can change it.")
@click.option("--duration", type=click.IntRange(1, MINUTES_A_DAY), help="Minutes; the calendar's, if not given.")
@click.option("--earliest", type=DateParam(), help="The first date that can be booked, such as 2026-12-24.")
@click.option("--latest", type=DateParam(), help="The last one.")
@click.option("--start", type=InstantParam(), multiple=True, help="An exact time, as 2026-12-24T09:00:00Z; up to 10.")
@click.option("--csv", type=FILE, help="People, a line each; prints the same with a link column.")
def link_create(
    calendar: int,
    count: int,
    label: str,
    expires_in: int | None,
    name: str | None,
    email: str | None,
    duration: int | None,
    earliest: date | None,
    latest: date | None,
    start: Sequence[datetime],
    csv: Path | None,
) -> None:
    """Create one-time links; prints one address per line, or the CSV with a link column."""
    found = _calendar(calendar)
    details = LinkDetails(label, name or "", email or "", offer=Offer(duration, earliest, latest, sorted_starts(start)))
    try:
        if csv:
            if details != LinkDetails() or count != 1 or expires_in is not None:
                raise CommandError("With '--csv' there are no other options: what a link is, is in the file.")
            _print_batch(found, _content(csv))
            return
        made = links.create_links(key(), found.owner_id, calendar, count, days=expires_in, details=details)
    except CalendarClosed:
        raise CommandError(f"Calendar {calendar} is closed: nobody could book with its links.") from None
    except RowRefused as refusal:
        raise CommandError(f"Line {refusal.line}: the day on which the link expires is {refusal.reason}.") from None
    except OfferRefused as refusal:
        which = f" {refusal.start:%Y-%m-%dT%H:%M:%SZ}" if refusal.start else ""
        raise CommandError(f"'{OPTIONS[refusal.field]}'{which} can't be: {refusal.reason}.") from None
    for link in made:
        click.echo(link_address(link))


@link_group.command("list")
@click.option("--calendar", type=ROW, required=True, help="The calendar's id.")
@click.option("--state", type=click.Choice([str(state) for state in LinkState]), help="Only links in this state.")
def list_command(calendar: int, state: str | None) -> None:
    """List a calendar's links, oldest first, one per line: id, tab, state, tab, label."""
    found, now = _calendar(calendar), utcnow()
    for link in all_links(found, LinkState(state) if state else None, now):
        click.echo(f"{link.id}\t{link.state(now)}\t{link.label}")


def _print_batch(calendar: Calendar, content: bytes) -> None:
    """Make a link for each line and print the file. Raises CommandError, RowRefused, CalendarClosed."""
    if len(content) > MAX_FILE:
        raise CommandError(f"The file is too large: at most {MAX_FILE // 1_000_000} MB.")
    try:
        table = read_csv(content)
        people = read_people(table)
    except CsvError as error:
        raise CommandError(f"Line {error.line} can't be read: {error.fault}.") from None
    except PeopleError as error:
        fault = error.faults[0]
        at = f"Line {fault.line}, column {fault.column!r}" if fault.column else f"Line {fault.line}"
        raise CommandError(f"{at}: {fault.text!r} is wrong: {fault.fault}.") from None
    batch = create_batch_of_people(key(), calendar.owner_id, calendar.id, table, people)
    click.echo(batch_file(batch, link_address), nl=False)


def _content(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(MAX_FILE + 1)
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def _calendar(calendar_id: int) -> Calendar:
    try:
        return get_any_calendar(calendar_id)
    except NotFound:
        raise CommandError(f"There is no calendar {calendar_id}.") from None
