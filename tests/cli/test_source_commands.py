"""`source add`, `source list`, `source read`: what they print, and that a failure is one line and exit 1."""

from datetime import datetime, timedelta

import pytest
from support.commands import ok, refused, run
from support.feed_server import FeedServer, calendar
from support.sources import Sources
from support.world import World

from database import utcnow
from models import Owner

EMAIL = "olivia@example.com"

pytestmark = pytest.mark.real_time


@pytest.fixture(autouse=True)
def open_network(sources: Sources, owner: Owner) -> None:
    """127.0.0.0/8 is allowed, and there is an owner."""


def lunch() -> bytes:
    day = f"{utcnow() + timedelta(days=1):%Y%m%d}"
    return calendar(f"DTSTART:{day}T110000Z\nDURATION:PT1H")


def test_a_source_is_added_listed_and_read(world: World, feeds: FeedServer) -> None:
    address = feeds.serve(lunch())
    (source_id,) = ok(world, "source", "add", "--owner", EMAIL, "--kind", "ics", "--address", address)
    (line,) = ok(world, "source", "list", "--owner", EMAIL)
    number, kind, read_at, count, problem = line.split("\t")
    assert (number, kind, count, problem) == (source_id, "ics", "1", "")
    assert abs(utcnow().timestamp() - _instant(read_at)) < 60
    assert ok(world, "source", "read")[0].split("\t")[3:] == ["1", ""]
    feeds.serve(b"<html>")
    result = run(world, "source", "read", "--owner", EMAIL)
    assert (result.exit_code, result.stderr) == (1, "Error: 1 could not be read.\n")
    assert result.stdout.split("\t")[3] == "1"
    assert "web page" in result.stdout


def test_work_reads_what_is_due_without_a_mail_server(world: World, feeds: FeedServer) -> None:
    address = feeds.serve(calendar())
    ok(world, "source", "add", "--owner", EMAIL, "--kind", "ics", "--address", address)
    feeds.serve(lunch())
    world.execute("UPDATE sources SET due_at = :past", past="2020-01-01 00:00:00.000000")
    assert ok(world, "work", "--once") == ["0"]
    assert ok(world, "source", "list", "--owner", EMAIL)[0].split("\t")[3] == "1"


def _instant(text: str) -> float:

    return datetime.fromisoformat(text).timestamp()


def test_what_can_not_be_read_is_one_line_and_nothing_is_kept(world: World, feeds: FeedServer) -> None:
    add = ["source", "add", "--owner", EMAIL, "--kind"]
    assert "web page" in refused(world, *add, "ics", "--address", feeds.serve(b"<html>"))
    assert "not on the public internet" in refused(world, *add, "ics", "--address", "https://10.0.0.1/")
    assert "gopher" in refused(world, *add, "gopher", "--address", "https://a.example/")
    assert "There is no owner" in refused(
        world, "source", "add", "--owner", "x@example.com", "--kind", "ics", "--address", feeds.url()
    )
    assert "1 to 200 characters" in refused(
        world, *add, "caldav", "--address", feeds.url(), "--username", "jane", "--password-stdin", stdin="\n"
    )
    assert ok(world, "source", "list", "--owner", EMAIL) == []
    assert ok(world, "source", "read") == []
