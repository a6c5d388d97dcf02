"""An owner's new email: with the password, confirmed at the new address, and told to the old one."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import time_machine
from flask import Flask
from support.racing import race
from support.smtp_server import PostOffice, post_office
from support.world import PASSWORD, Browser, World

from accounts.email_changes import change_email
from models import Owner
from notifications.worker import Worker

NEW = "new@example.com"
CHANGE = {"email": NEW, "password": PASSWORD}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


def send(world: World) -> int:
    return Worker(world.app, world.app.config["BOOKONCE"].mail).send_due()


def mailed_path(world: World, office: PostOffice, email: str = NEW) -> str:
    send(world)
    found = re.search(r"http://localhost(/email/\w{18})\s", office.to(email)[-1].get_body(("plain",)).get_content())
    assert found
    return found[1]


def emails(world: World) -> list[str]:
    return [email for (email,) in world.execute("SELECT email FROM owners ORDER BY id")]


def test_it_counts_once_it_is_confirmed_at_the_new_address(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    assert browser.change("/settings/email", CHANGE | {"email": " New@Example.com "}).status_code == 303
    path = mailed_path(world, office)
    assert emails(world) == [owner.email]
    assert NEW in world.browser().get(path).text
    assert emails(world) == [owner.email]
    assert world.browser().change(path).location == "/login"
    assert emails(world) == [NEW]
    assert world.execute("SELECT contact FROM owners") == [(NEW,)]
    assert (world.browser().get(path).status_code, world.browser().change(path).status_code) == (410, 410)
    assert browser.get("/bookings").status_code == 200
    assert world.browser().change("/login", {"email": NEW, "password": PASSWORD}).status_code == 303
    assert send(world) == 1
    told = office.to(owner.email)[-1]
    assert told["Subject"] == "Your email was changed"
    assert NEW in told.get_body(("plain",)).get_content()


def test_a_contact_that_is_not_the_email_stays(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    world.execute("UPDATE owners SET contact = 'Call me'")
    browser.change("/settings/email", CHANGE)
    assert browser.change(mailed_path(world, office)).location == "/settings/profile"
    assert world.execute("SELECT contact FROM owners") == [("Call me",)]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"password": "wrong"}, "password"), ({"password": ""}, "password"), ({"email": "nope"}, "email"),
        ({"email": ""}, "email"), ({"email": "oscar@example.com"}, "email"), ({"email": "x" * 300}, "email"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_422_and_named(world: World, browser: Browser, changes: dict[str, str], named: str) -> None:
    world.owner("oscar@example.com")
    answer = browser.change("/settings/email", CHANGE | changes)
    assert answer.status_code == 422
    assert f'href="#{named}"' in answer.text
    assert emails(world) == ["olivia@example.com", "oscar@example.com"]
    assert world.execute("SELECT count(*) FROM account_messages") == [(0,)]


def test_one_that_was_taken_meanwhile_stays_with_its_account(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    browser.change("/settings/email", CHANGE)
    path = mailed_path(world, office)
    world.owner(NEW)
    assert browser.change(path).status_code == 409
    assert emails(world) == [owner.email, NEW]


def test_a_second_request_ends_the_first_and_the_sixth_in_an_hour_is_refused(
    world: World, browser: Browser, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    browser.change("/settings/email", CHANGE)
    first = mailed_path(world, office)
    for i in range(4):
        assert browser.change("/settings/email", CHANGE | {"email": f"new{i}@example.com"}).status_code == 303
    assert world.browser().get(first).status_code == 410
    assert browser.change("/settings/email", CHANGE).status_code == 429
    last = mailed_path(world, office, "new3@example.com")
    frozen.shift(24 * 3600)
    assert world.browser().change(last).status_code == 410
    assert browser.change("/settings/email", CHANGE).status_code == 303


def test_a_new_email_ends_what_was_mailed_to_the_old_one(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    world.browser().change("/forgot", {"email": owner.email})
    send(world)
    reset = re.search(r"/reset/\w{18}", office.to(owner.email)[-1].as_string())
    assert reset
    browser.change("/settings/email", CHANGE)
    browser.change(mailed_path(world, office))
    assert world.browser().get(reset[0]).status_code == 410


def test_without_mail_it_counts_at_once_and_two_at_once_get_no_shared_email(
    database_url: str, app_on: Callable[..., Flask], office: PostOffice
) -> None:
    silent = World(app_on(database_url))
    people = [silent.owner(f"{name}@example.com") for name in ("olivia", "oscar")]
    browser = silent.signed_in(people[0])
    assert browser.change("/settings/email", CHANGE | {"email": "first@example.com"}).status_code == 303
    assert emails(silent) == ["first@example.com", "oscar@example.com"]

    def take(owner_id: int) -> None:
        with silent.inside():
            change_email(owner_id, PASSWORD, NEW, "192.0.2.1")

    outcomes = race([partial(take, person.id) for person in people])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EmailTaken", "NoneType"]
    assert emails(silent).count(NEW) == 1
