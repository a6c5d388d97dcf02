"""An owner takes all of their data along, and deletes the account with all that belongs to it."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from support.world import PASSWORD, Browser, World, at

from accounts.branding import change_logo
from models import Owner
from parsing.csv_cells import safe_cell
from scheduling.busy_times import add_busy_time

NINE = at("2026-11-30 09:00")


def full(world: World, owner: Owner) -> Any:
    """Return a booking of the owner, with something in each table."""
    calendar = world.calendar(owner, name="=cmd|' /C calc'!A0")
    link = world.link(calendar, label="For Jane")
    booking = world.book(link, NINE)
    world.cancel(booking, "Ill")
    world.message(booking)
    with world.inside():
        add_busy_time(owner.id, at("2026-12-24 00:00"), at("2026-12-25 00:00"), "Holiday")
        change_logo(owner.id, b"the logo")
    return booking


def export(browser: Browser) -> zipfile.ZipFile:
    answer = browser.get("/settings/privacy/export.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_what_was_saved_stands_in_the_form(world: World, owner: Owner, browser: Browser) -> None:
    browser.change("/settings/privacy", {"retention_days": "30", "privacy_contact": "dpo@example.com"})
    page = browser.get("/settings/privacy").text
    assert 'value="30"' in page
    assert "dpo@example.com" in page


def test_the_export_has_all_tables_as_csv_and_json_and_no_secret(world: World, owner: Owner, browser: Browser) -> None:
    full(world, owner)
    other = world.owner("oscar@example.com", "Oscar")
    world.book(world.link(world.calendar(other), label="Theirs"), NINE, name="Theirs")
    archive = export(browser)
    names = {"owners", "calendars", "links", "bookings", "changes", "messages", "busy_times", "browser_sessions"}
    assert {f"{name}.{kind}" for name in names for kind in ("csv", "json")} | {"logo.webp"} <= set(archive.namelist())
    (booking,) = json.loads(archive.read("bookings.json"))
    assert (booking["name"], booking["starts_at"]) == ("Jane Doe", "2026-11-30T09:00:00Z")
    (row,) = csv.DictReader(io.StringIO(archive.read("bookings.csv").decode("utf-8-sig")))
    assert (row["name"], row["phone"], row["starts_at"]) == ("Jane Doe", "+49 30 1", "2026-11-30T09:00:00Z")
    assert b"'=cmd" in archive.read("calendars.csv")
    (calendar,) = json.loads(archive.read("calendars.json"))
    assert calendar["availability"]["week"][0] == "09:00-17:00"
    everything = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    for secret in ("Oscar", "Theirs", "scrypt:", "salt", "hash"):
        assert secret not in everything


def test_what_was_erased_is_not_in_the_export(world: World, owner: Owner, browser: Browser) -> None:
    booking = full(world, owner)
    browser.change(f"/bookings/{booking.id}/erase")
    archive = export(browser)
    everything = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    for gone in ("Jane", "jane@", "+49 30", "the garden", "Ill", "550 No such user"):
        assert gone not in everything


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+49 (30) 1-2", "+49 (30) 1-2"), ("-5", "-5"), ("+x", "'+x"),
     ("\t=1", "'\t=1"), ("", ""), ("Jane", "Jane")],
)  # fmt: skip
def test_a_spreadsheet_runs_no_cell(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_a_deleted_account_leaves_nothing_and_the_others_as_they_are(
    world: World, owner: Owner, browser: Browser
) -> None:
    colleague = world.owner("oscar@example.com", "Oscar")
    theirs = world.signed_in(colleague)
    before = world.dump()
    full(world, owner)
    form = {"password": PASSWORD}
    assert browser.change("/settings/privacy/delete", {"password": "wrong"}).status_code == 422
    assert browser.change("/settings/privacy/delete", form).status_code == 409
    browser.change(f"/settings/people/{colleague.id}/manager")
    answer = browser.change("/settings/privacy/delete", form)
    assert (answer.status_code, answer.location) == (303, "/login")
    after = world.dump()
    assert [row[1] for row in after["owners"]] == ["oscar@example.com"]
    assert "olivia" not in str(after).lower()
    for table in ("calendars", "links", "bookings", "changes", "messages", "busy_times", "logos"):
        assert after[table] == before[table] == []
    assert theirs.get("/bookings").status_code == 200
    assert browser.get("/bookings").status_code == 303


def test_coming_appointments_are_cancelled_first(world: World, owner: Owner, browser: Browser) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    assert "1 appointment is coming" in browser.get("/settings/privacy/delete").text
    assert browser.change("/settings/privacy/delete", {"password": PASSWORD}).status_code == 409
    world.cancel(booking)
    assert browser.change("/settings/privacy/delete", {"password": PASSWORD}).status_code == 303
    assert world.execute("SELECT count(*) FROM owners") == [(0,)]
    assert world.execute("SELECT count(*) FROM practices") == [(0,)]
