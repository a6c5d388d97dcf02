"""The command line: what it prints, and that every error is one line on standard error with exit 1."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from support.commands import ok, refused
from support.server_process import HOUSE, KEY
from support.world import World

from availability.opening_hours import format_windows
from database import db
from models import Calendar, Link


def owner_args(**changes: str) -> list[str]:
    given = {"email": "olivia@example.com", "name": "Olivia", "timezone": "Europe/Berlin"} | changes
    return ["owner", "create", "--password-stdin", *(f"--{name}={value}" for name, value in given.items())]


@pytest.fixture
def owner(world: World) -> str:
    (owner_id,) = ok(world, *owner_args(), stdin="correct horse\n")
    assert owner_id == "1"
    return "olivia@example.com"


def calendar_of(world: World) -> Calendar:
    with world.inside():
        (calendar,) = db.session.scalars(db.select(Calendar))
        return calendar


def test_the_main_job_from_the_shell(world: World, owner: str) -> None:
    (calendar_id,) = ok(world, "calendar", "create", "--owner", owner, "--name", "30 minutes")
    assert ok(world, "calendar", "list", "--owner", owner.upper()) == [f"{calendar_id}\t30 minutes"]
    addresses = ok(world, "link", "create", "--calendar", calendar_id, "--count", "3", "--label", "Fair")
    assert len(set(addresses)) == 3
    for address in addresses:
        assert world.browser().get(address.removeprefix("http://localhost")).status_code == 200


def test_what_a_calendar_begins_with(world: World, owner: str) -> None:
    ok(world, "calendar", "create", "--owner", owner, "--name", "Plain")
    calendar = calendar_of(world)
    assert (calendar.duration, calendar.step, calendar.timezone, calendar.horizon) == (30, 30, "Europe/Berlin", 60)
    assert (calendar.buffer_before, calendar.buffer_after, calendar.min_notice, calendar.daily_limit) == (0, 0, 0, None)
    assert [format_windows(day) for day in calendar.availability.week] == ["09:00-17:00"] * 5 + [""] * 2


def test_all_options_of_a_calendar(world: World, owner: str) -> None:
    ok(
        world, "calendar", "create", "--owner", owner, "--name", "All", "--duration", "45", "--step", "15",
        "--timezone", "Asia/Tokyo", "--hours", "mon-tue 09:00-12:00", "--hours", "tue 12:00-24:00",
        "--hours", "sun 0:00-1:00", "--override", "2026-12-24 closed", "--override", "2026-12-27 10:00-12:00",
        "--override", "2026-12-27 13:00-14:00", "--buffer-before", "5", "--buffer-after", "10",
        "--min-notice", "120", "--horizon", "90", "--daily-limit", "4",
    )  # fmt: skip
    c = calendar_of(world)
    assert (c.duration, c.step, c.timezone) == (45, 15, "Asia/Tokyo")
    assert (c.buffer_before, c.buffer_after, c.min_notice, c.horizon, c.daily_limit) == (5, 10, 120, 90, 4)
    week = [format_windows(day) for day in c.availability.week]
    assert week == ["09:00-12:00", "09:00-12:00, 12:00-24:00", "", "", "", "", "00:00-01:00"]
    overrides = {day.isoformat(): format_windows(windows) for day, windows in c.availability.overrides.items()}
    assert overrides == {"2026-12-24": "", "2026-12-27": "10:00-12:00, 13:00-14:00"}


def test_links_expire_when_the_calendar_says_unless_told_otherwise(world: World, owner: str) -> None:
    ok(world, "calendar", "create", "--owner", owner, "--name", "Plain")
    for more in ([], ["--expires-in", "2"]):
        ok(world, "link", "create", "--calendar", "1", *more)
    with world.inside():
        lives = [link.expires_at - link.created_at for link in db.session.scalars(db.select(Link).order_by(Link.id))]
    assert lives == [timedelta(days=90), timedelta(days=2)]


@pytest.mark.parametrize(
    "args",
    [
        owner_args(email="nope"),
        owner_args(email=""),
        owner_args(name=" "),
        owner_args(name="x" * 201),
        owner_args(name="a\nb"),
        owner_args(timezone="Mars/Olympus"),
        owner_args(timezone=""),
        ["owner", "create", "--email", "a@example.com", "--name", "A", "--timezone", "UTC"],
        ["owner", "create"],
        ["owner"],
        ["owner", "delete"],
        ["owner", "create", "--bogus"],
        ["calendar", "list"],
        ["calendar", "list", "--owner", "nobody@example.com"],
        ["calendar", "create", "--owner", "nobody@example.com", "--name", "X"],
        ["link", "create"],
        ["link", "create", "--calendar", "7"],
        ["link", "create", "--calendar", "seven"],
        ["link", "create", "--calendar", "0"],
        ["link", "create", "--calendar", "9" * 40],
        ["link", "create", "--calendar", "1", "--count", "0"],
        ["link", "create", "--calendar", "1", "--label", "x" * 201],
        ["link", "create", "--calendar", "1", "--expires-in", "-1"],
        ["link", "create", "--calendar", "1", "extra"],
        ["link", "list"],
        ["link", "list", "--calendar", "7"],
        ["db"],
        ["db", "nope"],
        ["db", "upgrade", "--nonsense"],
        ["db", "upgrade", "a", "b"],
    ],
)
def test_what_is_wrong_is_one_line_and_exit_1(world: World, args: list[str]) -> None:
    refused(world, *args, stdin="correct horse")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("duration", "0"), ("duration", "1441"), ("duration", "x"), ("step", "0"), ("timezone", "Nowhere"),
        ("hours", "mon-fry 09:00-17:00"), ("hours", "mon-fri"), ("hours", "09:00-17:00"), ("hours", "mon 17:00-09:00"),
        ("hours", "mon 09:00-25:00"), ("hours", "mon 9-9"), ("hours", ""), ("hours", "mon-tue-wed 09:00-10:00"),
        ("override", "2026-02-30 closed"), ("override", "2026-12-24"), ("override", "24.12.2026 closed"),
        ("override", "2026-12-24 shut"), ("override", "0000-00-00 closed"),
        ("buffer-before", "-1"), ("buffer-after", "1441"), ("min-notice", "-1"), ("horizon", "-1"),
        ("daily-limit", "0"),
    ],
)  # fmt: skip
def test_a_wrong_option_of_a_calendar_names_itself(world: World, owner: str, option: str, value: str) -> None:
    line = refused(world, "calendar", "create", "--owner", owner, "--name", "X", f"--{option}={value}")
    if option in ("hours", "override"):  # a line of several parts: the wrong part is quoted first
        (quoted, *_) = re.findall("“([^”]*)”", line)
        assert quoted in value
    else:
        assert f"'--{option}'" in line
    assert ok(world, "calendar", "list", "--owner", owner) == []


def test_windows_may_touch_but_not_overlap_and_a_closed_day_is_not_open(world: World, owner: str) -> None:
    args = ["calendar", "create", "--owner", owner, "--name", "X"]
    assert "overlap" in refused(world, *args, "--hours=mon 09:00-12:00", "--hours=mon-tue 11:00-13:00")
    assert "overlap" in refused(world, *args, "--override=2026-12-24 09:00-12:00", "--override=2026-12-24 11:00-13:00")
    assert "closed and open" in refused(
        world, *args, "--override=2026-12-24 closed", "--override=2026-12-24 11:00-13:00"
    )
    ok(world, *args, "--hours=mon 09:00-12:00", "--hours=mon-tue 12:00-13:00")


def test_an_email_has_one_account_and_a_password_a_length(world: World, owner: str) -> None:
    assert "already" in refused(world, *owner_args(email="OLIVIA@example.com"), stdin="correct horse")
    for password in ("", "short", "x" * 201):
        assert "8 to 200" in refused(world, *owner_args(email="other@example.com"), stdin=password)


def test_a_closed_calendar_makes_no_links(world: World) -> None:
    calendar = world.calendar(is_open=False)
    assert "closed" in refused(world, "link", "create", "--calendar", str(calendar.id))


def test_a_link_can_be_made_that_has_expired_already(world: World, owner: str) -> None:
    ok(world, "calendar", "create", "--owner", owner, "--name", "X")
    (address,) = ok(world, "link", "create", "--calendar", "1", "--expires-in", "0")
    assert world.browser().get(address.removeprefix("http://localhost")).status_code == 410


@pytest.mark.slow
def test_without_migrations_it_says_what_to_do(tmp_path: Path) -> None:
    """As a shell runs it, in a process of its own."""
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "SECRET_KEY": KEY, "PATH": os.environ["PATH"]}
    flask = [sys.executable, "-m", "flask", "--app", "app"]

    def shell(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*flask, *args], cwd=HOUSE, env=env, capture_output=True, text=True)

    lost = shell("calendar", "list", "--owner", "a@example.com")
    assert (lost.returncode, lost.stdout, lost.stderr.count("\n")) == (1, "", 1)
    assert "db upgrade" in lost.stderr
    assert shell("db", "upgrade").returncode == 0
    assert "no owner" in shell("calendar", "list", "--owner", "a@example.com").stderr
    env["DATABASE_URL"] = "mysql://nowhere"
    wrong = shell("calendar", "list", "--owner", "a@example.com")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (1, "", 1)
    assert wrong.stderr.startswith("DATABASE_URL")
    (tmp_path / "no.db").write_text("This is no database, but long enough to be taken for one at first sight. " * 20)
    env["DATABASE_URL"] = f"sqlite:///{tmp_path}/no.db"
    for args in (("calendar", "list", "--owner", "a@example.com"), ("db", "upgrade")):
        broken = shell(*args)
        assert (broken.returncode, broken.stdout, broken.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("password", ["short", "12345678", "Password\n", "x" * 201])
def test_a_password_that_is_easily_guessed_makes_nobody(world: World, password: str) -> None:
    refused(world, *owner_args(), stdin=password)
    assert world.execute("SELECT count(*) FROM owners") == [(0,)]


def test_a_password_that_is_no_text_is_one_line(world: World) -> None:
    result = world.app.test_cli_runner().invoke(args=owner_args(), input=b"\xff\xfe12345678")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
