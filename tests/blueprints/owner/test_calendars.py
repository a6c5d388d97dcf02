"""Settings → Calendars."""

import re
from datetime import timedelta
from typing import Any

import pytest
from support.world import HTMX, Browser, World, at
from support.world import field as world_field
from werkzeug.test import TestResponse

from availability.opening_hours import MAX_OVERRIDES, format_windows, parse_availability
from database import db
from models import Calendar, Owner
from scheduling import links

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


def fields(**changes: Any) -> dict[str, Any]:
    """Return a calendar's form as a browser sends it."""
    hours = {f"hours_{day}": "9:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")} | {
        "hours_sat": "",
        "hours_sun": "",
    }
    rules = {
        "buffer_before": "0", "buffer_after": "0", "min_notice": "0", "min_notice_unit": "hours", "horizon": "60",
        "daily_limit": "", "link_days": "90", "change_notice": "0", "change_notice_unit": "hours", "max_moves": "",
        "allow_rebooking": "y", "reminder": "1", "reminder_unit": "days",
    }  # fmt: skip
    first = {"name": "Visit", "duration": "30", "step": "30", "timezone": "Europe/Berlin", "is_open": "y"}
    return first | hours | rules | changes


def overrides(*rows: tuple[str, str, str]) -> dict[str, list[str]]:
    """Return lines of dates as a browser sends them, with the empty one at their end."""
    columns = zip(*rows, ("", "", ""), strict=True)
    return dict(zip(("dates_since", "dates_until", "dates_hours"), map(list, columns), strict=True))


def preview(answer: TestResponse) -> dict[str, str]:
    """Return the times of each day that the preview shows."""
    lines = re.findall(r"<strong>([^<]+)</strong>(.*)", answer.text)
    return {day: " ".join(re.findall(r">([^<>]+)</span>", line)[-1].split()) for day, line in lines}


def calendars(world: World) -> list[Calendar]:
    with world.inside():
        return list(db.session.scalars(db.select(Calendar).order_by(Calendar.id)))


def test_the_list_shows_each_calendar_with_its_menu_and_how_its_links_are_doing(
    world: World, owner: Owner, browser: Browser
) -> None:
    assert "No calendar yet" in browser.get("/settings/calendars").text
    calendar = world.calendar(owner)
    world.book(world.link(calendar), NINE)
    for _ in range(3):
        world.link(calendar)
    page = browser.get("/settings/calendars").text
    assert "<span>3 waiting</span> <span>1 booked</span>" in page
    for item in ("Share", "Links", "Edit", "Delete"):
        assert re.search(rf"> ?{item}</(button|a)>", page), item


def test_creating_a_calendar(world: World, browser: Browser) -> None:
    answer = browser.change("/settings/calendars/new", fields(hours_sat="10-12, 13:30 - 24:00", description="a\r\nb"))
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    (calendar,) = calendars(world)
    assert (calendar.name, calendar.duration, calendar.horizon, calendar.link_days) == ("Visit", 30, 60, 90)
    assert format_windows(calendar.availability.week[5]) == "10:00-12:00, 13:30-24:00"
    assert calendar.availability.week[6] == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("name", "a\0"), ("description", "x" * 2001), ("location", "x" * 501),
        ("duration", "0"), ("duration", "1441"), ("duration", "half"), ("duration", ""), ("duration", "9" * 5000),
        ("step", "0"), ("step", "-5"), ("timezone", "Mars/Olympus"), ("timezone", ""),
        ("hours_mon", "9-12, 11-13"), ("hours_mon", "17-9"), ("hours_mon", "9"), ("hours_mon", "9:00-25:00"),
        ("buffer_before", "-1"), ("buffer_after", "1441"), ("buffer_after", ""), ("horizon", "3651"), ("horizon", "x"),
        ("daily_limit", "0"), ("daily_limit", "many"), ("link_days", "0"), ("link_days", "1.5"), ("max_moves", "-1"),
        ("min_notice", ""), ("min_notice", "x"), ("min_notice", "9" * 30), ("change_notice", "-1"),
        ("hours_mon", "9:60-10:00"), ("hours_mon", "\0"), ("hours_mon", "x" * 10_000), ("hours_mon", "9:00-9:00"),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_calendar_is_told_and_nothing_is_lost(
    world: World, owner: Owner, browser: Browser, name: str, value: str
) -> None:
    calendar = world.calendar(owner)
    for path in ("/settings/calendars/new", f"/settings/calendars/{calendar.id}"):
        answer = browser.change(path, fields(**{name: value}))
        assert answer.status_code == 422
        assert f'href="#{name}"' in answer.text
        assert 'value="9:00-17:00"' in answer.text
    (kept,) = calendars(world)
    assert kept.name == "30-minute meeting"


def test_all_of_the_rule_can_be_set(world: World, browser: Browser) -> None:
    rule = {
        "buffer_before": "5", "buffer_after": "10", "min_notice": "2", "min_notice_unit": "days", "horizon": "30",
        "daily_limit": "3", "link_days": "", "change_notice": "90", "change_notice_unit": "minutes", "max_moves": "2",
    }  # fmt: skip
    dates = overrides(("2026-12-24", "2026-12-26", ""), ("2026-12-31", "", "9-12, 23-24:00"))
    assert browser.change("/settings/calendars/new", fields(**rule, **dates, allow_rebooking="")).status_code == 303
    (calendar,) = calendars(world)
    assert (calendar.buffer_before, calendar.buffer_after, calendar.min_notice) == (5, 10, 2880)
    assert (calendar.horizon, calendar.daily_limit, calendar.link_days) == (30, 3, None)
    assert (calendar.change_notice, calendar.max_moves, calendar.allow_rebooking) == (90, 2, False)
    written = {day.isoformat(): format_windows(ws) for day, ws in calendar.availability.overrides.items()}
    assert written == {
        "2026-12-24": "", "2026-12-25": "", "2026-12-26": "", "2026-12-31": "09:00-12:00, 23:00-24:00",
    }  # fmt: skip
    page = browser.get(f"/settings/calendars/{calendar.id}").text
    assert re.search(r'name="min_notice"[^>]*value="2"', page)
    assert '<option value="days" selected>' in page
    assert 'name="dates_since" value="2026-12-24"' in page
    assert 'name="dates_until" value="2026-12-26"' in page
    assert (
        browser.change(f"/settings/calendars/{calendar.id}", fields(**rule, **dates, allow_rebooking="")).status_code
        == 303
    )
    (again,) = calendars(world)
    assert again.availability == calendar.availability
    assert again.min_notice == 2880


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("2026-02-30", "", ""), "is not a date"), (("24.12.2026", "", ""), "is not a date"),
        (("9999-12-31", "", ""), "is not a date"), (("", "", "9-12"), "Say from which day on"),
        (("", "2026-12-24", ""), "Say from which day on"), (("2026-12-24", "2026-12-23", ""), "before the first"),
        (("2026-12-24", "2036-12-24", ""), "At most 2000 dates"), (("2026-12-24", "", "12-9"), "ends before it starts"),
        (("2026-12-24", "", "9-12, 11-13"), "may touch but not overlap"),
        (("2026-12-24", "", "9" * 201), "At most 200"),
    ],
)  # fmt: skip
def test_an_invalid_line_of_dates_has_its_error_beside_it(
    world: World, browser: Browser, row: tuple[str, str, str], why: str
) -> None:
    answer = browser.change("/settings/calendars/new", fields(**overrides(("2026-12-20", "", ""), row)))
    assert answer.status_code == 422
    assert why in answer.text
    assert re.search(r'<li><a href="#dates">Other dates</a>', answer.text)
    assert re.search(
        rf'id="dates" name="dates_since" value="{row[0]}" aria-describedby="dates-hint dates-error"', answer.text
    )
    assert 'value="2026-12-20"' in answer.text
    assert calendars(world) == []


@pytest.mark.slow
def test_as_many_dates_as_the_shell_takes_can_be_saved_again(world: World, owner: Owner, browser: Browser) -> None:
    days = [f"{at('2027-01-01 00:00') + i * timedelta(days=2):%Y-%m-%d}" for i in range(2000)]
    calendar = world.calendar(owner, availability=parse_availability([], [f"{day} closed" for day in days]))
    rows = [(day, "", "") for day in days]
    path = f"/settings/calendars/{calendar.id}"
    assert browser.get(path).text.count('name="dates_since"') == 2001
    assert browser.change(path, fields(**overrides(*rows))).status_code == 303
    answer = browser.change(path, fields(**overrides(*rows, ("2026-12-24", "", ""))))
    assert answer.status_code == 422
    assert "At most 2000 dates" in answer.text


def test_a_date_can_not_have_two_lines(browser: Browser) -> None:
    rows = overrides(("2026-12-24", "2026-12-26", ""), ("2026-12-26", "", "9-12"))
    answer = browser.change("/settings/calendars/new", fields(**rows))
    assert answer.status_code == 422
    assert "2026-12-26 has hours in another line already" in answer.text


@pytest.mark.parametrize(
    ("notice", "unit", "horizon", "status"),
    [
        ("49", "hours", "2", 422), ("48", "hours", "2", 303), ("3", "days", "2", 422), ("1", "days", "0", 422),
        ("23", "hours", "0", 303), ("24", "hours", "1", 303), ("25", "hours", "1", 422), ("9", "minutes", "0", 303),
    ],
)  # fmt: skip
def test_a_notice_longer_than_the_horizon_is_refused(
    browser: Browser, notice: str, unit: str, horizon: str, status: int
) -> None:
    sent = fields(min_notice=notice, min_notice_unit=unit, horizon=horizon)
    answer = browser.change("/settings/calendars/new", sent)
    assert answer.status_code == status
    assert ("longer than the days ahead" in answer.text) == (status == 422)


def test_the_buttons_of_the_form_change_it_and_save_nothing(world: World, browser: Browser) -> None:
    path = "/settings/calendars/new"
    mine = fields(name="", hours_tue="8-9", **overrides(("2026-12-24", "", ""), ("nonsense", "", "")))
    copied = browser.change(path, mine | {"copy": "1", "copy_from": "tue", "copy_to": "weekdays"})
    assert [world_field(copied, f"hours_{day}") for day in ("mon", "tue", "fri", "sat")] == ["8-9"] * 3 + [""]
    everywhere = browser.change(path, mine | {"copy": "1", "copy_from": "tue", "copy_to": "all"})
    assert world_field(everywhere, "hours_sun") == "8-9"
    removed = browser.change(path, mine | {"remove": "1"})
    assert "2026-12-24" not in removed.text
    assert "nonsense" in removed.text
    assert browser.change(path, mine | {"more": "1"}).text.count('name="dates_since"') == 3
    for answer in (copied, everywhere, removed, browser.change(path, mine | {"copy": "1", "copy_from": "x"})):
        assert answer.status_code == 200
        assert 'class="error"' not in answer.text
    assert calendars(world) == []


def test_the_preview_shows_what_an_invitee_would_see(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    world.book(world.link(calendar), NINE)
    path = f"/settings/calendars/{calendar.id}"
    shown = preview(browser.change(f"{path}/preview", fields(), headers=HTMX))
    assert shown["Mon 30"].startswith("9:00 9:30 10:30 11:00")
    assert shown["Sat 5"] == "no times"
    assert len(shown) == 14
    token = world.link(calendar)
    dates = overrides(("2026-12-01", "", "20-21"))
    sent = fields(duration="60", step="60", hours_wed="9-10", buffer_after="30", **dates)
    shown = preview(browser.change(f"{path}/preview", sent, headers=HTMX))
    assert shown["Tue 1"] == "20:00"
    assert shown["Wed 2"] == "9:00"
    assert shown["Mon 30"] == "11:00 12:00 13:00 14:00 15:00 16:00"
    assert calendars(world)[0].duration == 30
    assert browser.change(path, sent).status_code == 303
    for day, date in (("Mon 30", "2026-11-30"), ("Tue 1", "2026-12-01")):
        seen = world.browser().get(f"/b/{token}?date={date}")
        assert re.findall(r'data-start="[^"]*">([^<]+)', seen.text) == shown[day].split()


def test_a_preview_of_what_can_not_be_understood_says_why(world: World, browser: Browser) -> None:
    for sent in (fields(hours_mon="17-9"), fields(duration=""), fields(**overrides(("x", "", "")))):
        answer = browser.change("/settings/calendars/new/preview", sent, headers=HTMX)
        assert answer.status_code == 200
        assert "as soon as these are corrected" in answer.text
    shown = browser.change("/settings/calendars/new/preview", fields(name="x"), headers=HTMX)
    assert "160 times on 10 days" in shown.text
    closed = browser.change("/settings/calendars/new", fields(is_open="", name="", look="1"))
    assert "160 times" in closed.text  # times need no name
    assert closed.status_code == 200


def test_hours_that_leave_appointments_outside_are_told_and_they_stay(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner)
    booking = world.book(world.link(calendar), TEN, name="Jane Doe")
    path = f"/settings/calendars/{calendar.id}"
    sent = fields(hours_mon="14-15")
    assert "Jane Doe" in browser.change(f"{path}/preview", sent, headers=HTMX).text
    answer = browser.change(path, sent)
    assert answer.status_code == 422
    assert "outside of the new hours" in answer.text
    assert f"/bookings/{booking.id}" in answer.text
    assert re.search(r'class="sheet part current" id="(\w+)"', answer.text).group(1) == "when"
    assert calendars(world)[0].name == "30-minute meeting"
    assert world_field(answer, "outside_confirmed") == "yes"
    assert browser.change(path, sent | {"outside_confirmed": "yes"}).status_code == 303
    assert [b.starts_at for b in world.bookings()] == [TEN]
    assert browser.change(path, sent | {"name": "Again"}).status_code == 303  # known already
    assert browser.change(path, fields(timezone="Asia/Tokyo")).status_code == 303  # it was outside before, too


def test_an_appointment_whose_end_is_outside_is_told(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    world.book(world.link(calendar), TEN)  # 11:00 to 11:30 in Berlin
    path = f"/settings/calendars/{calendar.id}"
    assert browser.change(path, fields(hours_mon="9-11:30")).status_code == 303
    assert browser.change(path, fields(hours_mon="9-11:29")).status_code == 422


def test_a_zone_that_leaves_appointments_outside_is_told_too(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    world.book(world.link(calendar), TEN)
    assert browser.change(f"/settings/calendars/{calendar.id}", fields(timezone="Asia/Tokyo")).status_code == 422
    assert browser.change(f"/settings/calendars/{calendar.id}", fields(timezone="Europe/Paris")).status_code == 303


def test_an_old_zone_name_stays_when_the_form_is_saved(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, timezone="Asia/Calcutta")
    page = browser.get(f"/settings/calendars/{calendar.id}").text
    assert re.search(r'<option selected value="Asia/Calcutta"', page)


def test_a_calendar_whose_links_are_out_is_archived_and_can_be_restored(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    world.book(world.link(calendar), NINE)
    assert "archive" in browser.get(f"/settings/calendars/{calendar.id}/delete").text
    assert browser.change(f"/settings/calendars/{calendar.id}/delete").status_code == 303
    assert "Archived calendars" in browser.get("/settings/calendars").text
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert len(world.bookings()) == 1
    assert browser.change(f"/settings/calendars/{calendar.id}/links").status_code == 409
    assert browser.change(f"/settings/calendars/{calendar.id}/restore").status_code == 303
    assert world.browser().get(f"/b/{token}").status_code == 200


def test_many_calendars_come_page_by_page_the_archived_ones_last(world: World, owner: Owner, browser: Browser) -> None:
    made = [world.calendar(owner, name=f"Room {number}.") for number in range(51)]
    world.link(made[0])
    browser.change(f"/settings/calendars/{made[0].id}/delete")
    first, second, beyond = (browser.get(f"/settings/calendars?page={page}").text for page in (1, 2, 3))
    assert re.findall(r"Room (\d+)\.</bdi></a>", first) == [str(number) for number in range(1, 51)]
    assert re.findall(r"<h2><bdi>Room (\d+)\.</bdi></h2>", second) == ["0"]
    assert "?page=2" in first
    assert "?page=3" not in second
    assert "There are no more." in beyond
    assert "Room" not in beyond


@pytest.mark.parametrize("lasting", [0, 40, 99])
def test_many_links_are_not_counted_to_the_end(world: World, owner: Owner, browser: Browser, lasting: int) -> None:
    calendar = world.calendar(owner, link_days=None)
    for days, count in ((None, lasting), (30, 99 - lasting)):
        with world.inside():
            links.create_links(world.key, owner.id, calendar.id, count, days=days)
    assert "99 waiting" in browser.get("/settings/calendars").text
    world.link(calendar)
    assert "99+ waiting" in browser.get("/settings/calendars").text


def test_a_calendar_without_links_is_deleted_for_good(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    assert "deleted permanently" in browser.get(f"/settings/calendars/{calendar.id}/delete").text
    browser.change(f"/settings/calendars/{calendar.id}/delete")
    assert calendars(world) == []
    assert browser.get(f"/settings/calendars/{calendar.id}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, "9" * 30, "9" * 5000, "1e3", "%00", "²"])
def test_an_invalid_id_is_404(world: World, browser: Browser, number: str) -> None:
    assert browser.get(f"/settings/calendars/{number}").status_code == 404
    assert browser.change(f"/settings/links/{number}/revoke").status_code == 404


@pytest.mark.slow
def test_a_calendar_with_as_many_dates_as_it_may_have_can_be_saved(
    world: World, owner: Owner, browser: Browser
) -> None:
    calendar = world.calendar(owner)
    days = [(at("2026-12-01 00:00") + timedelta(days=2 * i)).date().isoformat() for i in range(MAX_OVERRIDES)]
    hours = "09:00-10:00, 11:00-12:00, 13:00-14:00, 15:00-16:00"
    rows = overrides(*((day, day, hours) for day in days))
    assert browser.change(f"/settings/calendars/{calendar.id}", fields() | rows).status_code == 303
    with world.inside():
        assert len(db.session.get_one(Calendar, calendar.id).availability.overrides) == MAX_OVERRIDES


def test_a_calendar_is_duplicated_by_a_form_that_is_filled_in(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, "tue 10:00-12:00", name="Visit", duration=45)
    page = browser.get(f"/settings/calendars/new?like={calendar.id}").text
    assert 'value="Visit, copy"' in page
    assert 'value="45"' in page
    assert "10:00-12:00" in page
    assert len(calendars(world)) == 1
    for unknown in (calendar.id + 1, 10**30):
        assert browser.get(f"/settings/calendars/new?like={unknown}").status_code in (200, 404)


def test_calendars_are_found_by_name_once_there_are_ten(world: World, owner: Owner, browser: Browser) -> None:
    for number in range(9):
        world.calendar(owner, name=f"Visite {number}")
    assert 'type="search"' not in browser.get("/settings/calendars").text
    world.calendar(owner, name="Gärten")
    assert 'type="search"' in browser.get("/settings/calendars").text
    found = browser.get("/settings/calendars?q=garten").text
    assert "Gärten" in found
    assert "Visite 1" not in found
    assert "No calendar has “zz” in its name." in browser.get("/settings/calendars?q=zz").text
