"""Many links at once: from a count, from a CSV; the preview, the page, the file, the sheet; revoke and undo."""

import csv
import re
import time
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import time_machine
from support.world import Browser, World, at, field

from models import Calendar, Owner
from scheduling.batches import create_batch

NINE = at("2026-11-30 09:00")
REAL = Path(__file__).parents[2] / "parsing" / "files" / "spring-fair-libreoffice.csv"


@pytest.fixture
def calendar(world: World, owner: Owner) -> Calendar:
    return world.calendar(owner)


@pytest.fixture
def path(calendar: Calendar) -> str:
    return f"/settings/calendars/{calendar.id}/links/batch"


def made(world: World) -> int:
    return int(world.execute("SELECT count(*) FROM links")[0][0])


def file(content: bytes, name: str = "people.csv") -> dict[str, object]:
    return {"file": (BytesIO(content), name)}


def test_a_number_of_links_is_a_batch(world: World, browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 200
    answer = browser.change(path, {"count": "40", "label": "Spring fair"})
    assert (answer.status_code, answer.location) == (303, "/settings/batches/1")
    page = browser.get(answer.location).text
    assert "Spring fair" in page
    addresses = set(re.findall(r">(http://localhost/b/\w+)</a>", page))
    assert len(addresses) == made(world) == 40
    assert world.browser().get(next(iter(addresses))).status_code == 200
    listed = browser.get("/links").text
    assert "40 of 40 · Spring fair" in listed
    rows = list(csv.reader(StringIO(browser.get("/settings/batches/1.csv").data.decode("utf-8-sig"))))
    assert rows[0] == ["number", "label", "link"]
    assert {row[2] for row in rows[1:]} == addresses


@pytest.mark.parametrize("count", ["0", "1001", "-1", "many", ""])
def test_a_number_that_can_not_be_makes_none(world: World, browser: Browser, path: str, count: str) -> None:
    answer = browser.change(path, {"count": count, "label": "Kept"})
    assert (answer.status_code, field(answer, "label")) == (422, "Kept")
    assert made(world) == 0


def test_a_real_file_of_forty_people_gives_it_back_with_links(world: World, browser: Browser, path: str) -> None:
    content = REAL.read_bytes()
    preview = browser.change(path, file(content, "Frühling.csv") | {"preview": "1"})
    assert preview.status_code == 200
    assert made(world) == 0
    for words in ("cp1252", "semicolon", "Jürgen Müller", "juergen@example.com", "kept as it is", "Make 40 links"):
        assert words in preview.text
    again = {name: field(preview, name) or "" for name in ("csv", "encoding", "label")}
    assert again["label"] == "Frühling"
    answer = browser.change(path, again)
    assert answer.status_code == 303
    assert made(world) == 40
    for _ in range(2):
        back = browser.get("/settings/batches/1.csv")
        assert back.mimetype == "text/csv"
        rows = list(csv.reader(StringIO(back.data.decode("cp1252")), delimiter=";"))
        came = list(csv.reader(StringIO(content.decode("cp1252")), delimiter=";"))
        assert [row[:-1] for row in rows] == came
        assert rows[0][-1] == "link"
        assert all(world.browser().get(row[-1]).status_code == 200 for row in rows[1:4])
    form = world.browser().get(f"{rows[1][-1]}?start=2026-11-30T09:00:00Z")
    assert (field(form, "name"), field(form, "email")) == ("Jürgen Müller", "juergen@example.com")


def test_a_file_without_a_preview_is_made_at_once(world: World, browser: Browser, path: str) -> None:
    assert browser.change(path, file("name,expires\nZoë,2026-12-24\nAnn,\n".encode())).status_code == 303
    rows = world.execute("SELECT label, name, expires_at FROM links ORDER BY id")
    assert [row[:2] for row in rows] == [("Zoë", "Zoë"), ("Ann", "Ann")]
    assert str(rows[0][2]).startswith("2026-12-24 23:00")
    assert str(rows[1][2]).startswith("2027-02-28 07:00")


def test_a_pasted_table_is_utf_8(browser: Browser, path: str) -> None:
    assert browser.change(path, {"csv": "name\temail\r\nZoë\tzoe@example.com\r\n"}).status_code == 303
    assert (
        browser.get("/settings/batches/1.csv")
        .data.decode()
        .startswith("name\temail\tlink\r\nZoë\tzoe@example.com\thttp")
    )


def test_a_formula_of_ours_is_harmless_and_theirs_is_kept(world: World, browser: Browser, path: str) -> None:
    browser.change(path, {"count": "1", "label": "=1+1"})
    assert ",'=1+1,http" in browser.get("/settings/batches/1.csv").data.decode("utf-8-sig")
    browser.change(path, {"csv": "name,phone\nAnn,+49 30 1"})
    assert "Ann,+49 30 1,http" in browser.get("/settings/batches/2.csv").text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Say how many"),
        (b"Jane,jane@example.com\n", "Line 1: There is only the line"),
        (b"Jane,jane@example.com\nJohn,j@example.com\n", "Line 1: The first line must name the columns"),
        (b'name\n"never', "Line 2: A quotation mark"),
        (b"name\nA\0", "Line 2: There is a character that no text has"),
        (b",".join([b"name"] * 10_000) + b"\nA", "Line 1: At most 100 columns"),
        (b"name,email\nA,a@example.com\nB,nowhere\n", "Line 3, column"),
        (b"name,expires\nA,2026-12-01\nB,2026-11-29\n", "Line 3: This day is over."),
        (b"name,expires\nA,9999-12-31\n", "Line 2: This day is too far ahead."),
        (b"name\n" + b"A\n" * 5001, "At most 5000 rows"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"preview": "1"}])
def test_a_bad_file_is_422_names_the_line_and_makes_none(
    world: World, browser: Browser, path: str, content: bytes, said: str, more: dict[str, str]
) -> None:
    answer = browser.change(path, file(content) | more | {"label": "Kept"})
    assert answer.status_code == 422
    assert said in answer.text.replace("&#39;", "'")
    assert field(answer, "label") == "Kept"
    assert made(world) == 0
    assert world.execute("SELECT count(*) FROM batches") == [(0,)]


def test_what_was_pasted_stays_when_it_is_refused(browser: Browser, path: str) -> None:
    answer = browser.change(path, {"csv": "name,email\nB,nowhere"})
    assert (answer.status_code, field(answer, "csv")) == (422, "name,email\nB,nowhere")


def test_fifty_megabytes_are_413_and_four_are_taken(world: World, browser: Browser, path: str) -> None:
    big = b"name,notes\n" + b"".join(b"Person %d,%s\n" % (number, b"x" * 900) for number in range(4400))
    for content, status in ((b"name\n" + b"A" * 50_000_000, 413), (big, 303)):
        body = b"--x\r\nContent-Disposition: form-data; name=csrf_token\r\n\r\n" + browser.csrf_token().encode()
        body += b'\r\n--x\r\nContent-Disposition: form-data; name=file; filename="a.csv"\r\n\r\n' + content
        kind = "multipart/form-data; boundary=x"
        assert browser.post(path, data=body + b"\r\n--x--\r\n", content_type=kind).status_code == status
    assert made(world) == 4400
    assert browser.change(path, {"csv": big.decode()}).status_code == 303


def test_an_email_twice_is_told_and_not_refused(world: World, browser: Browser, path: str) -> None:
    table = {"csv": "name,email\nA,a@example.com\nB,A@example.com"}
    assert "More than one row has: a@example.com" in browser.change(path, table | {"preview": "1"}).text
    assert browser.change(path, table).status_code == 303
    assert "More than one row has: a@example.com" in browser.get("/settings/batches/1").text


def test_a_thousand_links_take_less_than_two_seconds(world: World, owner: Owner, calendar: Calendar) -> None:
    began = time.perf_counter()
    with world.inside():
        create_batch(world.key, owner.id, calendar.id, 1000, "Fair")
    assert time.perf_counter() - began < 2
    assert made(world) == 1000


def test_the_unused_links_of_a_batch_are_revoked_and_that_is_undone(
    world: World, owner: Owner, browser: Browser, calendar: Calendar, frozen: time_machine.Traveller
) -> None:
    world.batch(calendar, count=4)
    world.execute("UPDATE links SET used_at = created_at WHERE id = 1")
    browser.change("/settings/links/2/revoke")
    browser.get("/links")
    frozen.shift(1)
    answer = browser.change("/settings/batches/1/revoke")
    page = browser.get(answer.location).text
    assert "2 links were revoked." in page
    assert world.execute("SELECT count(*) FROM links WHERE revoked_at IS NULL") == [(1,)]
    at_once = re.search(r'name="revoked_at" value="([^"]+)"', page)
    assert at_once
    for _ in range(2):
        browser.change("/settings/batches/1/restore", {"revoked_at": at_once[1]})
    assert world.execute("SELECT position FROM links WHERE revoked_at IS NOT NULL") == [(2,)]
    assert browser.change("/settings/batches/1/restore", {"revoked_at": "never"}).status_code == 303


def codes(page: str) -> int:
    return page.partition('<ul class="sheet-of-codes ')[2].partition("</ul>")[0].count("<svg")


def test_a_sheet_to_print_has_a_code_for_each_waiting_link(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    world.batch(calendar, count=101)
    first = browser.get("/settings/batches/1/sheet").text
    assert codes(first) == 100
    assert "style=" not in first
    assert codes(browser.get("/settings/batches/1/sheet?from=101").text) == 1
    assert "from=101" in first


def test_a_closed_calendar_makes_no_batch(world: World, owner: Owner, browser: Browser, path: str) -> None:
    world.execute("UPDATE calendars SET is_open = false")
    assert browser.change(path, {"count": "3"}).status_code == 409
    assert made(world) == 0
