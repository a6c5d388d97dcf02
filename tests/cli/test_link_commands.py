"""The commands for links: offers, a CSV, lists."""

from pathlib import Path

import pytest
from support.commands import ok, refused
from support.world import World, at

from models import Owner

REAL = Path(__file__).parents[1] / "parsing" / "files" / "spring-fair-libreoffice.csv"


@pytest.fixture
def calendar(world: World, owner: Owner) -> str:
    return str(world.calendar(owner).id)


def test_a_link_gets_its_offer(world: World, calendar: str) -> None:
    (address,) = ok(
        world, "link", "create", "--calendar", calendar, "--label", "Jane", "--name", "Jane Doe", "--email",
        "jane@example.com", "--duration", "45", "--latest", "2026-12-24", "--start", "2026-12-01T10:00:00Z",
        "--start", "2026-11-30T10:00:00+01:00",
    )  # fmt: skip
    link = world.row(address.rpartition("/")[2])
    assert (link.label, link.name, link.email, link.duration) == ("Jane", "Jane Doe", "jane@example.com", 45)
    assert link.starts == (at("2026-11-30 09:00"), at("2026-12-01 10:00"))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--latest", "2026-11-29"], "'--latest'"),
        (["--latest", "tomorrow"], "'--latest'"),
        (["--earliest", "2026-12-02", "--latest", "2026-12-01"], "'--latest'"),
        (["--start", "2026-11-30T06:00:00Z"], "'--start' 2026-11-30T06:00:00Z"),
        (["--start", "noon"], "'--start'"),
        ([part for hour in range(11) for part in ("--start", f"2026-12-01T{hour + 8:02}:00:00Z")], "'--start'"),
        (["--duration", "0"], "'--duration'"),
        (["--email", "nobody"], "'--email'"),
        (["--csv", "/nowhere.csv"], "'--csv'"),
        (["--csv", str(REAL), "--label", "Jane"], "'--csv'"),
    ],
)
def test_what_can_not_be_is_one_line_and_makes_none(world: World, calendar: str, args: list[str], said: str) -> None:
    assert said in refused(world, "link", "create", "--calendar", calendar, *args)
    assert world.execute("SELECT count(*) FROM links") == [(0,)]


def test_a_csv_comes_back_with_a_link_in_each_line(world: World, calendar: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name;email\nAnn;ann@example.com\nBob;\n")
    head, *lines = ok(world, "link", "create", "--calendar", calendar, "--csv", str(file))
    assert head == "name;email;link"
    assert [line.rpartition("/")[0] for line in lines] == [
        "Ann;ann@example.com;http://localhost/b",
        "Bob;;http://localhost/b",
    ]
    file.write_text("name;email\nAnn;nowhere\n")
    assert "Line 2, column 'email'" in refused(world, "link", "create", "--calendar", calendar, "--csv", str(file))
    file.write_text('name\n"Ann')
    assert "Line 2" in refused(world, "link", "create", "--calendar", calendar, "--csv", str(file))
    file.write_text("name;expires\nAnn;2020-01-01\n")
    assert "Line 2" in refused(world, "link", "create", "--calendar", calendar, "--csv", str(file))
    assert world.execute("SELECT count(*) FROM links") == [(2,)]


def test_links_are_listed_with_their_states(world: World, owner: Owner, calendar: str) -> None:
    ok(world, "link", "create", "--calendar", calendar, "--label", "Ann")
    ok(world, "link", "create", "--calendar", calendar, "--expires-in", "0", "--label", "Bob")
    assert ok(world, "link", "list", "--calendar", calendar) == ["1\tactive\tAnn", "2\texpired\tBob"]
    assert ok(world, "link", "list", "--calendar", calendar, "--state", "expired") == ["2\texpired\tBob"]
    assert "'--state'" in refused(world, "link", "list", "--calendar", calendar, "--state", "old")
