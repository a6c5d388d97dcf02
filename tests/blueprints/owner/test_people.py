"""Colleagues: invited once, walled off from each other, ended with what is coming named; one always manages."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_migrate import downgrade, upgrade
from support.racing import race
from support.smtp_server import PostOffice, post_office
from support.world import PASSWORD, Browser, World, at

from accounts import branding, people
from accounts.errors import TokenGone
from models import Owner
from notifications.worker import Worker
from scheduling.errors import NotFound

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
COLLEAGUE = {"name": "Oscar", "email": "oscar@example.com"}
ACCOUNT = {"name": "Oscar O.", "password": PASSWORD, "timezone": "Europe/Berlin"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


def invited(browser: Browser, **changes: str) -> str:
    """Invite a colleague and return the path that the next page shows."""
    assert browser.change("/settings/people", COLLEAGUE | changes).status_code == 303
    found = re.search(r'value="http://localhost(/join/\w{18})"', browser.get("/settings/people").text)
    assert found
    return found[1]


def joined(world: World, path: str, **changes: str) -> Any:
    return world.browser().change(path, ACCOUNT | changes)


def member(world: World, email: str = "oscar@example.com") -> tuple[Owner, Browser]:
    owner = world.owner(email, "Oscar")
    return owner, world.signed_in(owner)


def roles(world: World) -> list[tuple[str, str, bool]]:
    rows = world.execute("SELECT name, role, ended_at FROM owners ORDER BY id")
    return [(name, role, ended is not None) for name, role, ended in rows]


def test_an_invitation_makes_an_account_with_a_calendar_once(world: World, owner: Owner, browser: Browser) -> None:
    path = invited(browser)
    assert path not in browser.get("/settings/people").text
    assert "oscar@example.com" in browser.get("/settings/people").text
    newcomer = world.browser()
    assert 'value="Oscar"' in newcomer.get(path).text
    assert newcomer.change(path, ACCOUNT).location == "/settings/calendars"
    assert "30-minute meeting" in newcomer.get("/settings/calendars").text
    assert roles(world) == [("Olivia Ownerson", "manager", False), ("Oscar O.", "member", False)]
    assert world.execute("SELECT count(DISTINCT practice_id) FROM owners") == [(1,)]
    for again in (world.browser().get(path), joined(world, path)):
        assert again.status_code == 410
        assert "The invitation was used" in again.text
    assert "Open invitations" not in browser.get("/settings/people").text
    assert world.browser().change("/login", {"email": "oscar@example.com", "password": PASSWORD}).status_code == 303


def test_an_invitation_can_be_mailed(world: World, owner: Owner, browser: Browser, office: PostOffice) -> None:
    path = invited(browser, mail="1")
    assert Worker(world.app, world.app.config["BOOKONCE"].mail).send_due() == 1
    (mail,) = office.to("oscar@example.com")
    assert mail["Subject"] == "Olivia Ownerson invites you to Bookonce"
    assert path in mail.get_body(("plain",)).get_content()
    assert path.rpartition("/")[2] not in str(world.dump())


def test_it_ends_after_seven_days_by_a_newer_one_and_when_it_is_taken_back(
    world: World, browser: Browser, frozen: time_machine.Traveller
) -> None:
    first, second = invited(browser), invited(browser)
    assert [world.browser().get(path).status_code for path in (first, second)] == [410, 200]
    other = invited(browser, email="other@example.com")
    assert browser.change("/settings/people/invitations/3/revoke").status_code == 303
    assert joined(world, other).status_code == 410
    assert browser.change("/settings/people/invitations/3/revoke").status_code == 303
    assert browser.change("/settings/people/invitations/99/revoke").status_code == 404
    frozen.shift(timedelta(days=7) - timedelta(seconds=1))
    assert world.browser().get(second).status_code == 200
    frozen.shift(1)
    assert joined(world, second).status_code == 410


def test_of_two_who_take_one_invitation_at_once_one_gets_an_account(world: World, browser: Browser) -> None:
    token = invited(browser).rpartition("/")[2]

    def take(name: str) -> None:
        with world.inside():
            people.join(token, name, "Europe/Berlin", PASSWORD, "Calendar", "192.0.2.1")

    outcomes = race([partial(take, f"Oscar {i}") for i in range(2)])
    assert [type(outcome) for outcome in outcomes if outcome] == [TokenGone]
    assert world.execute("SELECT count(*) FROM owners") == [(2,)]


def test_the_thirty_first_invitation_in_an_hour_is_refused(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    with world.inside():
        for i in range(people.MAX_INVITATIONS):
            people.invite(owner.id, "New", f"new{i}@example.com", by_mail=True)
    browser = world.signed_in(owner)
    assert browser.change("/settings/people", COLLEAGUE).status_code == 429
    frozen.shift(3600)
    assert browser.change("/settings/people", COLLEAGUE).status_code == 303


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"name": ""}, "name"), ({"email": "nope"}, "email"), ({"email": "olivia@example.com"}, "email"),
     ({"name": "x" * 300}, "name"), ({"email": ""}, "email")],
)  # fmt: skip
def test_a_wrong_invitation_is_422_and_named(browser: Browser, changes: dict[str, str], named: str) -> None:
    answer = browser.change("/settings/people", COLLEAGUE | changes)
    assert answer.status_code == 422
    assert f'href="#{named}"' in answer.text
    assert "Open invitations" not in answer.text


def test_a_wrong_account_is_422_and_the_invitation_stays(world: World, browser: Browser) -> None:
    path = invited(browser)
    for changes in ({"name": ""}, {"password": "short"}, {"password": "password"}, {"timezone": "Mars"}):
        assert joined(world, path, **changes).status_code == 422
    world.owner("oscar@example.com")
    assert "There is an account with this email by now" in joined(world, path).text
    for wrong in ("x", path[6:-1], path[6:] + "1"):
        assert world.browser().get(f"/join/{wrong}").status_code == 404
        assert joined(world, f"/join/{wrong}").status_code == 404


def test_who_does_not_manage_sees_no_people_and_changes_none(world: World, owner: Owner) -> None:
    colleague, theirs = member(world)
    before = world.dump()
    assert "/settings/people" not in theirs.get("/settings/profile").text
    for path in ("", f"/{owner.id}/end"):
        assert theirs.get(f"/settings/people{path}").status_code == 404
    for path in ("", f"/{owner.id}/end", f"/{colleague.id}/manager", f"/{owner.id}/restore", "/invitations/1/revoke"):
        assert theirs.change(f"/settings/people{path}", COLLEAGUE | {"appointments": "keep"}).status_code == 404
    assert world.dump() == before


def test_a_manager_sees_nothing_of_a_colleagues_calendars(world: World, browser: Browser) -> None:
    colleague, _theirs = member(world)
    booking = world.book(world.link(world.calendar(colleague)), NINE)
    assert browser.get(f"/bookings/{booking.id}").status_code == 404
    assert "Jane" not in browser.get("/bookings").text


@pytest.mark.parametrize(("choice", "status"), [("keep", "confirmed"), ("cancel", "cancelled")])
def test_an_account_ends_with_its_coming_appointments_named_and_kept_or_cancelled(
    world: World, browser: Browser, choice: str, status: str
) -> None:
    colleague, theirs = member(world)
    calendar = world.calendar(colleague)
    used, unused = world.link(calendar), world.link(calendar)
    world.book(used, NINE)
    page = f"/settings/people/{colleague.id}/end"
    asked = browser.get(page).text
    assert "1 appointment is coming" in asked
    assert "Jane Doe" in asked
    assert browser.change(page, {}).status_code == 422
    assert browser.change(page, {"appointments": "sell"}).status_code == 422
    assert theirs.get("/bookings").status_code == 200
    assert browser.change(page, {"appointments": choice, "reason": "We moved"}).status_code == 303
    assert [booking.status for booking in world.bookings()] == [status]
    assert world.execute("SELECT reason FROM changes") == ([("We moved",)] if choice == "cancel" else [])
    kinds = world.execute("SELECT kind FROM messages WHERE recipient = 'invitee' AND state = 'waiting'")
    assert kinds == [("booked" if choice == "keep" else "cancelled",)]
    assert world.browser().get(f"/b/{unused}").status_code == 410
    assert theirs.get("/bookings").status_code == 303
    assert theirs.change(f"/settings/calendars/{calendar.id}/links").status_code in (401, 303)
    form = {"email": "oscar@example.com", "password": PASSWORD}
    assert world.browser().change("/login", form).status_code == 422
    assert browser.change(page, {"appointments": choice}).status_code == 303
    assert browser.change(f"/settings/people/{colleague.id}/restore").status_code == 303
    assert world.browser().change("/login", form).status_code == 303
    assert world.browser().get(f"/b/{unused}").status_code == 410


def test_an_ended_account_gets_no_new_password_and_its_links_are_not_made(world: World, browser: Browser) -> None:
    colleague, _theirs = member(world)
    calendar = world.calendar(colleague)
    browser.change(f"/settings/people/{colleague.id}/end")
    world.browser().change("/forgot", {"email": colleague.email})
    assert world.execute("SELECT count(*) FROM account_tokens WHERE ended_at IS NULL") == [(0,)]
    result = world.app.test_cli_runner().invoke(args=["owner", "reset", "--email", colleague.email])
    assert result.exit_code == 1
    result = world.app.test_cli_runner().invoke(args=["link", "create", "--calendar", str(calendar.id)])
    assert result.exit_code == 1


def test_the_last_manager_can_not_be_ended_and_hands_over_first(world: World, owner: Owner, browser: Browser) -> None:
    colleague, theirs = member(world)
    assert browser.change(f"/settings/people/{owner.id}/end").status_code == 409
    assert browser.change(f"/settings/people/{colleague.id}/manager", {"hand_over": "1"}).status_code == 303
    assert [role for _name, role, _ended in roles(world)] == ["member", "manager"]
    assert browser.get("/settings/people").status_code == 404
    assert theirs.change(f"/settings/people/{owner.id}/manager").status_code == 303
    assert [role for _name, role, _ended in roles(world)] == ["manager", "manager"]
    assert browser.change(f"/settings/people/{owner.id}/end").location == "/login"
    assert browser.get("/bookings").status_code == 303
    assert roles(world)[0] == ("Olivia Ownerson", "member", True)
    assert theirs.change(f"/settings/people/{owner.id}/manager").status_code == 404


def test_two_managers_who_end_each_other_at_once_leave_one(world: World, owner: Owner, browser: Browser) -> None:
    colleague, _theirs = member(world)
    browser.change(f"/settings/people/{colleague.id}/manager")

    def end(by: int, of: int) -> None:
        with world.inside():
            people.end_account(by, of, cancel=False, reason="", notify=False)

    outcomes = race([partial(end, owner.id, colleague.id), partial(end, colleague.id, owner.id)])
    assert [type(outcome) for outcome in outcomes if outcome] == [NotFound]
    assert sorted(role for _name, role, _ended in roles(world)) == ["manager", "member"]


def test_the_migration_makes_owners_colleagues_and_the_first_of_them_a_manager(world: World, browser: Browser) -> None:
    member(world)
    before = roles(world)
    world.execute("UPDATE owners SET role = 'manager'")
    with world.inside():
        downgrade(revision="0022")
        upgrade()
    assert roles(world) == before
    assert world.execute("SELECT count(*) FROM practices") == [(1,)]
    assert world.execute("SELECT count(*) FROM owners WHERE practice_id IS NULL") == [(0,)]
    assert browser.get("/settings/people").status_code == 200


def test_who_takes_over_the_look_of_the_practice_follows_it_and_can_leave(
    world: World, owner: Owner, browser: Browser
) -> None:
    colleague, theirs = member(world)
    path = f"/b/{world.link(world.calendar(colleague))}"
    with world.inside():
        branding.change_accent(owner.id, "#aa3300")
        branding.change_logo(owner.id, b"the logo")
    assert browser.change("/settings/people/practice", {"practice_name": "Praxis", "take_look": "1"}).status_code == 303
    assert "Praxis" not in world.browser().get(path).text
    assert theirs.change("/settings/look/practice").status_code == 303
    look = world.execute("SELECT accent, logo, practice_name FROM owners ORDER BY id")
    assert look[1] == ("#aa3300", look[0][1], "Praxis")
    assert "Praxis" in world.browser().get(path).text
    assert browser.change("/settings/people/practice", {"practice_name": "Praxis am Markt"}).status_code == 303
    assert "Praxis am Markt" in world.browser().get(path).text
    assert world.execute("SELECT logo FROM owners ORDER BY id")[1] == (look[0][1],)
    assert browser.change("/settings/people/practice", {"practice_name": "x" * 201}).status_code == 422
    assert theirs.change("/settings/people/practice", {"practice_name": "Mine"}).status_code == 404
    assert theirs.change("/settings/look/practice", {"leave": "1"}).status_code == 303
    assert "Praxis" not in world.browser().get(path).text
