"""The owner's pages, each change tried by its owner; `test_promises` tries them as another owner and as nobody."""

import re
from typing import Any

import pytest
import time_machine
from world import HTMX, PASSWORD, Browser, World, at

from addresses import setup_address
from database import db
from models import Calendar, Owner
from scheduling import links
from scheduling.hours import read_availability, write_windows

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


@pytest.fixture
def owner(world: World) -> Owner:
    return world.owner()


@pytest.fixture
def browser(world: World, owner: Owner) -> Browser:
    return world.signed_in(owner)


def fields(**changes: Any) -> dict[str, Any]:
    """Return a calendar's form as a browser sends it."""
    hours = {f"hours_{day}": "9:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")} | {
        "hours_sat": "",
        "hours_sun": "",
    }
    return (
        {"name": "Visit", "duration": "30", "step": "30", "timezone": "Europe/Berlin", "is_open": "y"} | hours | changes
    )


def calendars(world: World) -> list[Calendar]:
    with world.inside():
        return list(db.session.scalars(db.select(Calendar).order_by(Calendar.id)))


def address_in(text: str) -> str:
    found = re.search(r'id="address"[^>]*value="([^"]+)"', text)
    assert found
    return found[1]


# Set-up


def set_up(world: World, browser: Browser, **changes: str) -> Any:
    with world.inside():
        path = setup_address().removeprefix("http://localhost")
    data = {
        "name": "Olivia",
        "email": "Olivia@Example.com",
        "password": PASSWORD,
        "timezone": "Europe/Berlin",
    } | changes
    return browser.change(path, data)


def test_set_up_makes_the_first_owner_with_a_calendar_ready_to_share(world: World) -> None:
    browser = world.browser()
    answer = set_up(world, browser)
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    page = browser.get("/settings/calendars")
    assert "30-minute meeting" in page.text
    assert "Mo–Fr 09:00–17:00" in page.text
    assert set_up(world, world.browser()).status_code == 404


def test_set_up_is_404_without_its_address_and_once_there_is_an_owner(world: World) -> None:
    for path in ("/setup", "/setup?token=", "/setup?token=wrong"):
        assert world.browser().get(path).status_code == 404
        assert world.browser().change(path, {"name": "x"}).status_code == 404
    world.owner()
    with world.inside():
        path = setup_address().removeprefix("http://localhost")
    assert world.browser().get(path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"email": "nope"}, {"email": "a\0@example.com"}, {"password": "short"}, {"password": "x" * 201},
        {"timezone": ""}, {"timezone": "Mars/Olympus"}, {"name": "x" * 10_000},
    ],
)  # fmt: skip
def test_a_wrong_field_at_set_up_is_422_and_makes_nobody(world: World, changes: dict[str, str]) -> None:
    assert set_up(world, world.browser(), **changes).status_code == 422
    assert world.execute("SELECT count(*) FROM owners") == [(0,)]


# Signing in and out


def sign_in(world: World, email: str = "olivia@example.com", password: str = PASSWORD, **kwargs: Any) -> Any:
    return world.browser().change("/login", {"email": email, "password": password}, **kwargs)


def test_signing_in_and_out(world: World, owner: Owner) -> None:
    browser = world.browser()
    assert browser.get("/settings/calendars").location == "/login"
    answer = browser.change("/login", {"email": " OLIVIA@example.com ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    assert browser.get("/settings/calendars").status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.change("/logout").location == "/login"
    assert browser.get("/settings/calendars").location == "/login"
    assert world.execute("SELECT count(*) FROM sign_ins") == [(0,)]


def test_after_signing_in_one_is_where_one_wanted_to_go(world: World, owner: Owner) -> None:
    browser = world.browser()
    browser.get("/bookings?past=1")
    answer = browser.change("/login", {"email": owner.email, "password": PASSWORD})
    assert answer.location == "/bookings?past=1"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("olivia@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("olivia@example.com", ""),
        ("a\0b", "c\0d"), ("x" * 10_000, "y" * 10_000),
    ],
)  # fmt: skip
def test_a_wrong_sign_in_is_422(world: World, owner: Owner, email: str, password: str) -> None:
    assert sign_in(world, email, password).status_code == 422


def test_ten_failures_close_the_door_for_ten_minutes_even_to_the_right_password(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    for _ in range(10):
        assert sign_in(world, password="wrong").status_code == 422
    answer = sign_in(world)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    world.owner("oscar@example.com")
    assert sign_in(world, "oscar@example.com").status_code == 303
    assert sign_in(world, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 303
    frozen.shift(599)
    assert sign_in(world).status_code == 429
    frozen.shift(1)
    assert sign_in(world).status_code == 303


def test_success_forgets_the_failures_before_it(world: World, owner: Owner) -> None:
    for _ in range(2):
        for _ in range(9):
            assert sign_in(world, password="wrong").status_code == 422
        assert sign_in(world).status_code == 303


def test_a_session_ends_after_thirty_days(world: World, browser: Browser, frozen: time_machine.Traveller) -> None:
    frozen.shift(30 * 86400 - 1)
    assert browser.get("/bookings").status_code == 200
    frozen.shift(1)
    assert browser.get("/bookings").status_code == 303


def test_htmx_is_sent_to_the_sign_in_with_a_header(world: World) -> None:
    answer = world.browser().get("/settings/calendars", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/login"


def test_a_change_without_the_right_csrf_token_is_400(world: World, browser: Browser) -> None:
    calendar = world.calendar(browser_owner(world))
    values = {"calendar_id": calendar.id, "link_id": world.row(world.link(calendar)).id, "token": "x"}
    tried = 0
    for rule in world.app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint.split(".")[0] not in ("public", "manage"):
            with world.app.test_request_context():
                path = world.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
            for data in ({}, {"csrf_token": "wrong"}):
                assert browser.post(path, data=data).status_code == 400, path
            tried += 1
    assert tried >= 11


def browser_owner(world: World) -> Owner:
    with world.inside():
        return db.session.scalars(db.select(Owner)).first()


def test_forms_work_over_https_behind_our_own_referrer_policy(world: World, owner: Owner) -> None:
    browser = world.browser()
    page = browser.get("/login", base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    data = {"email": owner.email, "password": PASSWORD, "csrf_token": token and token[1]}
    answer = browser.post(
        "/login", data=data, base_url="https://localhost", headers={"Referer": "https://localhost/login"}
    )
    assert answer.status_code == 303


# Calendars


def test_the_list_shows_each_calendar_with_its_menu_and_how_its_links_are_doing(
    world: World, owner: Owner, browser: Browser
) -> None:
    assert "You have no calendar yet" in browser.get("/settings/calendars").text
    calendar = world.calendar(owner)
    world.book(world.link(calendar), NINE)
    for _ in range(3):
        world.link(calendar)
    page = browser.get("/settings/calendars").text
    assert "3 links waiting · 1 booked" in page
    for item in ("Share", "Links", "Edit", "Delete"):
        assert f">{item}<" in page


def test_creating_a_calendar(world: World, browser: Browser) -> None:
    answer = browser.change("/settings/calendars/new", fields(hours_sat="10-12, 13:30 - 24:00", description="a\r\nb"))
    assert (answer.status_code, answer.location) == (303, "/settings/calendars")
    (calendar,) = calendars(world)
    assert (calendar.name, calendar.duration, calendar.horizon, calendar.link_days) == ("Visit", 30, 60, 90)
    assert write_windows(calendar.availability.week[5]) == "10:00-12:00, 13:30-24:00"
    assert calendar.availability.week[6] == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("name", "a\0"), ("description", "x" * 2001), ("location", "x" * 501),
        ("duration", "0"), ("duration", "1441"), ("duration", "half"), ("duration", ""), ("duration", "9" * 5000),
        ("step", "0"), ("step", "-5"), ("timezone", "Mars/Olympus"), ("timezone", ""),
        ("hours_mon", "9-12, 11-13"), ("hours_mon", "17-9"), ("hours_mon", "9"), ("hours_mon", "9:00-25:00"),
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


def test_editing_keeps_appointments_and_what_the_form_does_not_show(
    world: World, owner: Owner, browser: Browser
) -> None:
    availability = read_availability(["mon-fri 09:00-17:00"], ["2026-12-24 closed"])
    calendar = world.calendar(
        owner, availability=availability, buffer_after=10, min_notice=60, horizon=30, daily_limit=3
    )
    booking = world.book(world.link(calendar), TEN)
    answer = browser.change(f"/settings/calendars/{calendar.id}", fields(hours_mon="", is_open=""))
    assert answer.status_code == 303
    (kept,) = calendars(world)
    assert (kept.name, kept.is_open, kept.availability.week[0]) == ("Visit", False, ())
    assert (kept.buffer_after, kept.min_notice, kept.horizon, kept.daily_limit) == (10, 60, 30, 3)
    assert kept.availability.overrides == availability.overrides
    assert [b.starts_at for b in world.bookings()] == [booking.starts_at]


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
    assert "Archived calendars (1)" in browser.get("/settings/calendars").text
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert len(world.bookings()) == 1
    assert browser.change(f"/settings/calendars/{calendar.id}/links").status_code == 409
    assert browser.change(f"/settings/calendars/{calendar.id}/restore").status_code == 303
    assert world.browser().get(f"/b/{token}").status_code == 200


def test_a_calendar_without_links_is_deleted_for_good(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    assert "for good" in browser.get(f"/settings/calendars/{calendar.id}/delete").text
    browser.change(f"/settings/calendars/{calendar.id}/delete")
    assert calendars(world) == []
    assert browser.get(f"/settings/calendars/{calendar.id}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, "9" * 30, "9" * 5000, "1e3", "%00", "²"])
def test_an_id_that_is_none_is_404(world: World, browser: Browser, number: str) -> None:
    assert browser.get(f"/settings/calendars/{number}").status_code == 404
    assert browser.change(f"/settings/links/{number}/revoke").status_code == 404


# Sharing


def test_share_makes_a_fresh_link_in_a_dialog_or_on_a_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    path = f"/settings/calendars/{calendar.id}/links"
    page = browser.change(path)
    assert page.status_code == 200
    dialog = browser.change(path, headers=HTMX)
    assert dialog.text.lstrip().startswith("<dialog")
    for text in (page.text, dialog.text):
        assert "Works for one booking, then expires. Links you made before stay as they are." in text
        assert world.browser().get(address_in(text)).status_code == 200
    assert address_in(page.text) != address_in(dialog.text)


def test_links_begin_with_the_base_url_whatever_host_the_request_names(
    world: World, owner: Owner, browser: Browser
) -> None:
    world.app.config["BASE_URL"] = "https://book.example"
    calendar = world.calendar(owner)
    page = browser.change(
        f"/settings/calendars/{calendar.id}/links", headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    )
    assert address_in(page.text).startswith("https://book.example/b/")


def test_a_closed_calendar_can_not_be_shared(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, is_open=False)
    answer = browser.change(f"/settings/calendars/{calendar.id}/links")
    assert answer.status_code == 409
    assert "is closed" in answer.text
    assert world.execute("SELECT count(*) FROM links") == [(0,)]


def test_links_lists_what_was_made_and_who_booked(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    assert "No link of this calendar was made yet" in browser.get(f"/settings/calendars/{calendar.id}/links").text
    world.book(world.link(calendar, label="Jane"), NINE)
    world.link(calendar, label="Spare")
    page = browser.get(f"/settings/calendars/{calendar.id}/links").text
    for words in ("Jane", "booked", "Spare", "waiting", "jane@example.com", "Monday, 30 November 2026, 10:00–10:30"):
        assert words in page
    assert page.count(">Copy again<") == page.count(">Revoke<") == 1


def test_an_active_link_can_be_copied_again(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    link = world.row(token)
    assert address_in(browser.get(f"/settings/links/{link.id}").text) == f"http://localhost/b/{token}"
    world.book(token, NINE)
    spent = browser.get(f"/settings/links/{link.id}").text
    assert token not in spent
    assert "can’t be booked with any more" in spent


def test_a_link_can_be_labelled(world: World, owner: Owner, browser: Browser) -> None:
    link = world.row(token := world.link(world.calendar(owner)))
    path = f"/settings/links/{link.id}/label"
    assert browser.change(path, {"label": " Jane "}).status_code == 303
    assert world.row(token).label == "Jane"
    assert browser.change(path, {"label": "John"}, headers=HTMX).text == "Saved"
    for wrong in ("x" * 201, "a\0b"):
        assert browser.change(path, {"label": wrong}).status_code == 422
        assert browser.change(path, {"label": wrong}, headers=HTMX).status_code == 422
    assert world.row(token).label == "John"


def test_only_an_active_link_can_be_revoked(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    token = world.link(calendar)
    path = f"/settings/links/{world.row(token).id}/revoke"
    assert browser.change(path).location == f"/settings/calendars/{calendar.id}/links"
    assert world.browser().get(f"/b/{token}").status_code == 410
    assert browser.change(path).status_code == 409
    used = world.link(calendar)
    world.book(used, NINE)
    expired = world.link(calendar, days=0)
    for other in (used, expired):
        before = world.dump()["links"]
        assert browser.change(f"/settings/links/{world.row(other).id}/revoke").status_code == 409
        assert world.dump()["links"] == before


def test_many_links_come_page_by_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    with world.inside():
        links.mint(world.key, owner.id, calendar.id, count=120)
    path, seen = f"/settings/calendars/{calendar.id}/links", 0
    while path:
        page = browser.get(path).text
        seen += page.count(">Revoke<")
        older = re.search(r'href="([^"]+before=\d+)"', page)
        path = older[1] if older else ""
    assert seen == 120
    for odd in ("nope", "-1", "9" * 400, "%00", "²"):
        assert browser.get(f"/settings/calendars/{calendar.id}/links?before={odd}").status_code == 200


# Profile


def test_the_profile_is_what_a_spent_link_shows(world: World, owner: Owner, browser: Browser) -> None:
    token = world.link(world.calendar(owner))
    world.book(token, NINE)
    data = {"name": "Dr. Olivia", "timezone": "Asia/Tokyo", "contact": "olivia@example.com\r\n+49 30 901820"}
    assert browser.change("/settings/profile", data).status_code == 303
    page = world.browser().get(f"/b/{token}").text
    assert "Dr. Olivia" in page
    assert "+49 30 901820" in page
    assert "18:00–18:30" in browser.get("/bookings").text


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"contact": " "}, {"contact": "x" * 501}, {"contact": "\0"}, {"timezone": "Nowhere"}]
)
def test_a_wrong_profile_is_not_saved(world: World, browser: Browser, changes: dict[str, str]) -> None:
    before = world.dump()["owners"]
    data = {"name": "Olivia", "timezone": "Asia/Tokyo", "contact": "mail me"} | changes
    assert browser.change("/settings/profile", data).status_code == 422
    assert world.dump()["owners"] == before


def test_a_new_password_signs_out_all_other_browsers(world: World, owner: Owner, browser: Browser) -> None:
    other = world.signed_in(owner)
    wrong = browser.change("/settings/password", {"current": "wrong", "new": "another password"})
    assert wrong.status_code == 422
    assert browser.change("/settings/password", {"current": PASSWORD, "new": "short"}).status_code == 422
    assert browser.change("/settings/password", {"current": PASSWORD, "new": "another password"}).status_code == 303
    assert browser.get("/bookings").status_code == 200
    assert other.get("/bookings").status_code == 303
    assert sign_in(world).status_code == 422
    assert sign_in(world, password="another password").status_code == 303


# Appointments


def test_appointments_come_by_the_owners_days(world: World, owner: Owner, browser: Browser, frozen: Any) -> None:
    assert "Nothing here yet" in browser.get("/bookings").text
    calendar = world.calendar(owner)
    for start, name in ((TEN, "Second"), (NINE, "First"), (at("2026-12-01 09:00"), "Third")):
        world.book(world.link(calendar), start, name=name)
    cancelled = world.book(world.link(calendar), at("2026-12-01 10:00"), name="Fourth")
    world.browser().post(f"/booking/{world.manage_token(cancelled)}/cancel")
    page = browser.get("/bookings").text
    places = [page.index(word) for word in ("30 November", "First", "Second", "1 December", "Third")]
    assert places == sorted(places)
    assert page.count("cancelled") == 1
    frozen.move_to(at("2026-11-30 09:30"))
    assert "First" not in browser.get("/bookings").text
    past = browser.get("/bookings?past=1").text
    assert "First" in past
    assert "Second" not in past


def test_many_appointments_come_page_by_page(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner, hours="mon-sun 00:00-24:00", duration=10, step=10)
    for i in range(51):
        world.book(world.link(calendar), at("2026-12-01 00:00").replace(hour=i // 6, minute=i % 6 * 10), name=f"N{i}.")
    assert "N49." in (first := browser.get("/bookings").text)
    assert "N50." not in first
    assert "N50." in browser.get("/bookings?page=2").text
    for odd in ("0", "-1", "nope", "9" * 400, "²"):
        assert browser.get(f"/bookings?page={odd}").status_code == 200


def test_home_leads_to_where_work_is(world: World, browser: Browser) -> None:
    assert world.browser().get("/").location == "/login"
    assert browser.get("/").location == "/settings/calendars"


def test_health_says_ok_when_the_database_answers(world: World) -> None:
    answer = world.browser().get("/healthz")
    assert (answer.status_code, answer.text.strip()) == (200, "ok")
    assert "Set-Cookie" not in answer.headers
