"""The invitee's pages: the answer to each kind of request, on both databases."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from support.world import HTMX, JANE, World, at, field, starts, z
from werkzeug.test import TestResponse

from availability.opening_hours import parse_availability

NINE = at("2026-11-30 09:00")


def look(world: World, token: str, query: str = "", **kwargs: Any) -> TestResponse:
    return world.browser().get(f"/b/{token}{query}", **kwargs)


def send(world: World, token: str, **changes: Any) -> TestResponse:
    data = JANE | {"start": z(NINE), "timezone": "Europe/Berlin", "request_id": "r1"} | changes
    return world.browser().post(f"/b/{token}", data={name: value for name, value in data.items() if value is not None})


def test_the_picker_opens_on_the_first_day_that_has_a_slot(world: World) -> None:
    """It is Monday, 8:00 in Berlin: the day begins at 9:00 there."""
    answer = look(world, world.link())
    assert answer.status_code == 200
    assert starts(answer)[0] == "2026-11-30T08:00:00Z"
    assert len(starts(answer)) == 16
    assert "Olivia Ownerson" in answer.text
    assert "30-minute meeting" in answer.text
    assert "Europe/Berlin" in answer.text


def test_the_first_day_may_be_in_a_later_month(world: World) -> None:
    calendar = world.calendar(availability=parse_availability([], ["2027-01-13 10:00-11:00"]))
    answer = look(world, world.link(calendar))
    assert starts(answer) == ["2027-01-13T09:00:00Z", "2027-01-13T09:30:00Z"]
    assert "January\u00a0– February 2027" in answer.text


def test_a_month_marks_its_bookable_days(world: World) -> None:
    calendar = world.calendar(hours="tue 09:00-10:00")
    answer = look(world, world.link(calendar), "?month=2026-12&tz=Europe/Berlin")
    assert answer.status_code == 200
    assert "December\u00a0– January 2027" in answer.text
    for day in range(1, 32):
        assert (f"date=2026-12-{day:02}" in answer.text) == (day in (1, 8, 15, 22, 29)), day


def test_a_month_without_slots_leads_to_the_next_bookable_day(world: World) -> None:
    calendar = world.calendar(availability=parse_availability([], ["2027-01-13 10:00-11:00"]))
    answer = look(world, world.link(calendar), "?month=2026-12&tz=Europe/Berlin")
    assert starts(answer) == []
    assert "Next free day: Wednesday, 13 January" in answer.text


def test_a_day_has_the_slots_that_start_on_that_date_in_the_invitees_zone(world: World) -> None:
    calendar = world.calendar(hours="mon-fri 00:00-02:00")
    token = world.link(calendar)
    in_berlin = starts(look(world, token, "?date=2026-12-03&tz=Europe/Berlin"))
    assert in_berlin == ["2026-12-02T23:00:00Z", "2026-12-02T23:30:00Z", "2026-12-03T00:00:00Z", "2026-12-03T00:30:00Z"]
    in_london = starts(look(world, token, "?date=2026-12-03&tz=Europe/London"))
    assert in_london == ["2026-12-03T00:00:00Z", "2026-12-03T00:30:00Z", "2026-12-03T23:00:00Z", "2026-12-03T23:30:00Z"]
    in_new_york = look(world, token, "?date=2026-12-02&tz=America/New_York")
    assert starts(in_new_york)[0] == "2026-12-02T23:00:00Z"
    assert ">18:00<" in in_new_york.text
    assert "America/New_York" in in_new_york.text


def test_a_day_on_which_the_clock_repeats_shows_both_times_told_apart(world: World) -> None:
    with time_machine.travel("2026-10-20T00:00:00+00:00", tick=False):
        calendar = world.calendar(hours="sun 01:00-04:00", duration=60, step=60)
        answer = look(world, world.link(calendar), "?date=2026-10-25&tz=Europe/Berlin")
    assert starts(answer) == [
        f"2026-10-{d}T{h}:00:00Z" for d, h in (("24", "23"), ("25", "00"), ("25", "01"), ("25", "02"))
    ]
    assert "2:00 UTC+2" in answer.text
    assert "2:00 UTC+1" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "?date=2026-12-05",  # a Saturday
        "?date=2026-11-29",  # yesterday
        "?date=2031-01-01",
        "?date=0001-01-01",
        "?date=9999-12-31",
        "?date=9999-12-31&tz=Pacific/Kiritimati",
        "?date=0001-01-01&tz=Pacific/Kiritimati",
    ],
)
def test_a_date_without_slots_is_a_page_without_slots(world: World, query: str) -> None:
    answer = look(world, world.link(), query)
    assert answer.status_code == 200
    assert starts(answer) == []


@pytest.mark.parametrize("name", ["date", "month", "tz"])
@pytest.mark.parametrize(
    "value",
    ["", "0000-00-00", "2026-02-30", "2026-13", "nope", "%00", "2026-12-03%00", "9" * 10_000, "America", "../x", "é"],
)
def test_what_is_no_date_month_or_zone_counts_as_absent(world: World, name: str, value: str) -> None:
    answer = look(world, world.link(), f"?{name}={value}")
    assert answer.status_code == 200
    assert starts(answer)[0] == "2026-11-30T08:00:00Z"
    assert '<span>Berlin <span class="soft">(UTC+1)</span></span>' in answer.text


def test_the_form_keeps_the_slot_in_sight(world: World) -> None:
    answer = look(world, world.link(), f"?start={z(NINE)}&tz=Asia/Kathmandu")
    assert answer.status_code == 200
    assert "14:45–15:15</strong><br>Monday, 30 November 2026" in answer.text
    assert "Kathmandu (UTC+5:45)" in answer.text
    assert "Book Monday, 30 November, 14:45" in answer.text
    assert field(answer, "timezone") == "Asia/Kathmandu"
    assert starts(answer) == []


def test_an_instant_may_be_written_with_any_offset(world: World) -> None:
    assert look(world, world.link(), "?start=2026-11-30T10:00:00%2B01:00").status_code == 200


NO_SLOTS = [
    "nope", "", "2026-11-30",
    "2026-11-30T09:00:00", "2026-11-30T09:01:00Z", "2026-11-30T09:00:00.5Z", "2026-11-30T03:00:00Z",
    "2026-12-05T09:00:00Z", "2020-01-06T09:00:00Z", "2036-01-07T09:00:00Z", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z", "9999-12-28T00:00:00Z", "0001-01-01T00:00:00Z",
    "0001-01-04T00:00:00Z", "0000-00-00T00:00:00Z", "2026-11-30T09:00:00Z\0", "x" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("start", NO_SLOTS)
def test_an_invalid_start_or_one_never_offered_is_409_with_other_slots(world: World, start: str) -> None:
    token = world.link()
    answer = world.browser().get(f"/b/{token}", query_string={"start": start})
    assert answer.status_code == 409
    assert starts(answer)
    if start:
        answer = send(world, token, start=start)
        assert answer.status_code == 409
        assert starts(answer)
        assert field(answer, "name") == "Jane Doe"
    assert world.row(token).used_at is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "nope"}, "email"),
        ({"email": "a@b\0.example.com"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"phone": "1" * 41}, "phone"),
        ({"phone": "1\0"}, "phone"),
        ({"notes": "x" * 2001}, "notes"),
        ({"notes": "x" * 10_000}, "notes"),
        ({"notes": "a\0b"}, "notes"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "x" * 10_000}, "timezone"),
        ({"request_id": "r" * 101}, "request_id"),
    ],
)
def test_a_wrong_field_is_422_and_spends_nothing(world: World, changes: dict[str, Any], named: str) -> None:
    token = world.link()
    answer = send(world, token, **changes)
    assert answer.status_code == 422
    assert f'<a href="#{named}">' in answer.text
    assert world.row(token).used_at is None
    assert send(world, token).status_code == 303


@pytest.mark.parametrize(
    ("changes", "opens"),
    [({"email": "nope"}, False), ({"email": "nope", "notes": "Roses"}, True), ({"phone": "1" * 41}, True)],
)
def test_what_is_folded_opens_for_what_is_in_it(world: World, changes: dict[str, Any], opens: bool) -> None:
    answer = send(world, world.link(), **({"phone": "", "notes": ""} | changes))
    assert answer.status_code == 422
    assert ('<details class="more-fields" open>' in answer.text) == opens


@pytest.mark.parametrize("start", ["", None])
def test_without_a_time_it_is_422_and_spends_nothing(world: World, start: str | None) -> None:
    token = world.link()
    answer = send(world, token, start=start)
    assert answer.status_code == 422
    assert "Choose a time first" in answer.text
    assert world.row(token).used_at is None


def test_fields_at_their_limits_and_empty_optional_ones_are_right(world: World) -> None:
    calendar = world.calendar()
    long = {"name": "é" * 200, "phone": "1" * 40, "notes": "x" * 2000, "request_id": "r" * 100}
    assert send(world, world.link(calendar), **long).status_code == 303
    longest = {"name": "🙂" * 200, "notes": "🙂" * 2000, "start": z(NINE + timedelta(hours=2))}
    assert send(world, world.link(calendar), **longest).status_code == 303
    empty: dict[str, Any] = dict.fromkeys(("phone", "notes", "timezone", "request_id"))
    assert send(world, world.link(calendar), start=z(NINE + timedelta(hours=1)), **empty).status_code == 303
    first, _longest, second = world.bookings()
    assert (first.name, first.notes) == ("é" * 200, "x" * 2000)
    assert (second.phone, second.notes, second.timezone) == ("", "", "Europe/Berlin")


def test_a_body_over_64_kb_is_413_and_spends_nothing(world: World) -> None:
    token = world.link()
    assert send(world, token, notes="x" * 64_001).status_code == 413
    assert send(world, token, notes="x" * 60_000).status_code == 422
    assert world.row(token).used_at is None


def test_booking_leads_to_the_confirmation(world: World) -> None:
    answer = send(world, world.link(world.calendar(location="Room 5")))
    assert answer.status_code == 303
    page = world.browser().get(answer.location)
    assert page.status_code == 200
    for words in (
        "Your appointment is confirmed",
        "10:00–10:30",
        "Monday, 30 November 2026",
        "Europe/Berlin",
        "Room 5",
        "Jane Doe",
    ):
        assert words in page.text


def test_the_confirmation_names_both_zones_when_they_differ(world: World) -> None:
    page = world.browser().get(send(world, world.link(), timezone="America/New_York").location)
    assert "4:00–4:30" in page.text
    assert "that is Monday, 30 November, 10:00 in Berlin (UTC+1)" in page.text


SPENT = {
    "used": "This link has already been used",
    "revoked": "This link is no longer valid",
    "expired": "This link has expired",
    "closed": "No appointments can be booked here at the moment",
    "archived": "No appointments can be booked here at the moment",
}


@pytest.mark.parametrize("why", SPENT)
def test_every_request_on_a_spent_link_is_410_in_words_of_its_own(world: World, why: str) -> None:
    token = world.link()
    if why == "used":
        send(world, token, request_id="somebody else's")
    else:
        world.execute({
            "revoked": "UPDATE links SET revoked_at = created_at",
            "expired": "UPDATE links SET expires_at = created_at",
            "closed": "UPDATE calendars SET is_open = false",
            "archived": "UPDATE calendars SET archived_at = created_at",
        }[why])  # fmt: skip
    for query in ("", "?month=2026-12", "?date=2026-12-03", f"?start={z(NINE)}", "?start=nope"):
        answer = look(world, token, query)
        assert answer.status_code == 410
        assert SPENT[why] in answer.text
        assert "Olivia Ownerson" in answer.text
    assert look(world, token, headers=HTMX).status_code == 410
    for changes in ({}, {"start": "nope"}, {"name": ""}, {"look": "1"}):
        assert send(world, token, **changes).status_code == 410


def test_a_link_expires_to_the_second(world: World, frozen: time_machine.Traveller) -> None:
    token = world.link(days=2)
    frozen.move_to(at("2026-12-02 06:59:59"))
    assert look(world, token).status_code == 200
    frozen.move_to(at("2026-12-02 07:00"))
    assert look(world, token).status_code == 410


def test_an_unknown_link_is_404_for_every_request(world: World) -> None:
    assert look(world, "nope").status_code == 404
    assert send(world, "nope").status_code == 404
    assert send(world, "nope", name="").status_code == 404


def test_htmx_is_answered_with_the_fragment_and_a_way_back_with_the_whole_page(world: World) -> None:
    token = world.link()
    fragment = look(world, token, "?date=2026-12-03", headers=HTMX | {"HX-Request-Type": "partial"})
    assert "<html" not in fragment.text
    assert len(starts(fragment)) == 16
    assert "<html" not in look(world, token, "?start=nope", headers=HTMX).text
    assert "<html" in look(world, token, "?date=2026-12-03", headers=HTMX | {"HX-Request-Type": "full"}).text


def test_only_slots_carry_data_start(world: World) -> None:
    answer = look(world, world.link())
    assert answer.text.count("data-start") == answer.text.count('class="slot"') == 16


def test_a_calendar_without_any_slot_says_whom_to_contact(world: World) -> None:
    answer = look(world, world.link(world.calendar(availability=parse_availability([]))))
    assert answer.status_code == 200
    assert "No times are free at the moment" in answer.text
    assert "olivia@example.com" in answer.text


def test_what_people_type_is_shown_as_text(world: World) -> None:
    calendar = world.calendar(name="<b>Bold</b>", description="<script>alert(1)</script>", location='"><img src=x>')
    answer = look(world, world.link(calendar))
    assert "<b>" not in answer.text
    assert "<script>alert" not in answer.text
    page = world.browser().get(send(world, world.link(calendar), name="<i>Jane</i>", notes="</textarea><b>").location)
    assert "<i>" not in page.text
    assert "<b>" not in page.text
    assert "<img" not in page.text


@pytest.mark.parametrize(
    "body", ["[1,2]", "5", '{"name":5}', '{"start":["a"],"name":[1]}', '{"name":"\\ud800"}', "{", "null"]
)
def test_json_is_no_form(world: World, body: str) -> None:
    token = world.link()
    assert world.browser().post(f"/b/{token}", data=body, content_type="application/json").status_code == 422
    assert world.browser().post("/b/unknown", data=body, content_type="application/json").status_code == 404


def test_a_file_is_no_text(world: World) -> None:
    token = world.link()
    for name in ("name", "email", "start"):
        for where, status in ((token, 422), ("unknown", 404)):
            data = JANE | {"start": z(NINE)} | {name: (BytesIO(b"text"), "file.txt")}
            assert world.browser().post(f"/b/{where}", data=data).status_code == status


@pytest.mark.parametrize("host", ["..", "a..b", "x" * 64, "a b", "<b>", "a" * 300, "[::1", "é"])
def test_an_invalid_host_is_400_with_the_headers_of_every_answer(
    world: World, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = world.link()
    answer = world.app.test_client().get(f"/b/{token}", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert token not in caplog.text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "[::1]:8080", "192.0.2.1", "book.example", "a_b.example"]
)
def test_a_host_may_be_any_name_or_address(world: World, host: str) -> None:
    assert world.app.test_client().get(f"/b/{world.link()}", headers={"Host": host}).status_code == 200


def test_lines_count_as_browsers_count_them(world: World) -> None:
    assert send(world, world.link(), notes="a\r\n" * 1000).status_code == 303
    assert world.bookings()[0].notes == ("a\n" * 1000).strip()


@pytest.mark.parametrize("email", ["jane@clinic.local", "jane@example.test", "jané@exämple.com", "j.d+x@example.com"])
def test_addresses_of_in_house_mail_are_addresses_too(world: World, email: str) -> None:
    assert send(world, world.link(), email=email).status_code == 303


def test_a_date_counts_more_than_a_month(world: World) -> None:
    assert starts(look(world, world.link(), "?month=2026-11&date=2026-12-03"))[0] == "2026-12-03T08:00:00Z"


def test_a_slot_that_is_gone_is_answered_with_the_nearest_ones_first_and_each_once(world: World) -> None:
    calendar = world.calendar()
    world.book(world.link(calendar), at("2026-11-30 12:00"))
    answer = world.browser().post(f"/b/{world.link(calendar)}", data=JANE | {"start": "2026-11-30T12:00:00Z"})
    assert answer.status_code == 409
    offered = starts(answer)
    assert offered[:3] == [f"2026-11-30T{time}:00Z" for time in ("11:00", "11:30", "12:30")]
    assert len(offered) == len(set(offered)) == 15
    assert "The nearest free times" in answer.text
    assert 'value="Jane Doe"' in answer.text
