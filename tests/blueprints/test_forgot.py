"""A new password for whoever forgot theirs: the same for known and unknown accounts, once, for an hour."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from support.commands import ok, refused
from support.racing import race
from support.smtp_server import PostOffice, post_office
from support.world import PASSWORD, Browser, World

from accounts.errors import TokenGone
from accounts.password_checks import password_check
from accounts.password_resets import reset_password
from database import db
from models import Owner
from notifications.worker import Worker

NEW = "a new and longer password"
UNKNOWN = "nobody@example.com"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


def ask(world: World, email: str, address: str = "192.0.2.1") -> Any:
    return world.browser().change("/forgot", {"email": email}, environ_base={"REMOTE_ADDR": address})


def mailed(world: World) -> int:
    return len(world.execute("SELECT id FROM account_messages WHERE kind = 'password-reset'"))


def token_of(world: World, email: str = "olivia@example.com") -> str:
    """Return the token that the command prints."""
    (address,) = ok(world, "owner", "reset", "--email", email)
    return address.removeprefix("http://localhost/reset/")


def sign_in(world: World, password: str) -> int:
    form = {"email": "olivia@example.com", "password": password}
    return world.browser().change("/login", form).status_code


def test_a_mailed_address_sets_a_new_password_once_and_ends_all_sessions(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    assert 'href="/forgot"' in world.browser().get("/login").text
    answer = ask(world, " OLIVIA@example.com ")
    assert (answer.status_code, answer.location) == (303, "/forgot?sent=1")
    worker = Worker(world.app, world.app.config["BOOKONCE"].mail)
    assert worker.send_due() == 1
    (mail,) = office.to(owner.email)
    path = re.search(r"http://localhost(/reset/\w{18})\s", mail.get_body(("plain",)).get_content())
    assert path
    page = world.browser().get(path[1])
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert world.browser().change(path[1], {"password": "short"}).status_code == 422
    assert browser.get("/bookings").status_code == 200
    answer = world.browser().change(path[1], {"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert browser.get("/bookings").status_code == 303
    assert (sign_in(world, PASSWORD), sign_in(world, NEW)) == (422, 303)
    for again in (world.browser().get(path[1]), world.browser().change(path[1], {"password": PASSWORD})):
        assert again.status_code == 410
        assert "does not work any more" in again.text
    assert sign_in(world, NEW) == 303
    assert worker.send_due() == 1
    assert office.to(owner.email)[-1]["Subject"] == "Your password was changed"


def test_the_database_holds_no_token(world: World, owner: Owner) -> None:
    ask(world, owner.email)
    token = token_of(world)
    assert token not in str(world.dump())


@pytest.mark.parametrize("email", ["olivia@example.com", UNKNOWN])
def test_known_and_unknown_accounts_read_the_same_and_cost_the_same(world: World, owner: Owner, email: str) -> None:
    ask(world, "warm-up@example.com", "192.0.2.9")
    counts = []
    for asked in (UNKNOWN, email):
        statements: list[str] = []
        with world.inside():
            note = lambda _c, _cursor, sql, *_more: statements.append(sql.split()[0])  # noqa: B023, E731
            event.listen(db.engine, "before_cursor_execute", note)
            answer = ask(world, asked)
            event.remove(db.engine, "before_cursor_execute", note)
        counts.append([word for word in statements if word in ("SELECT", "INSERT", "UPDATE", "DELETE")])
        assert (answer.status_code, answer.location) == (303, "/forgot?sent=1")
    assert counts[0] == counts[1]
    assert counts[0].count("INSERT") >= 3
    assert mailed(world) == (email != UNKNOWN)
    page = world.browser().get("/forgot?sent=1").text
    assert "If there is an account" in page


def test_at_most_three_mails_an_hour_and_ten_requests_from_an_address(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    for _ in range(10):
        assert ask(world, owner.email).status_code == 303
    assert mailed(world) == 3
    for email in (owner.email, UNKNOWN):
        answer = ask(world, email)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert ask(world, UNKNOWN, "192.0.2.2").status_code == 303
    assert sign_in(world, PASSWORD) == 303
    frozen.shift(3600)
    assert ask(world, owner.email).status_code == 303
    assert mailed(world) == 4


def test_an_address_is_old_after_an_hour_and_its_mail_is_not_sent(
    world: World, owner: Owner, frozen: time_machine.Traveller, office: PostOffice
) -> None:
    token = token_of(world)
    ask(world, owner.email)
    frozen.shift(3599)
    assert world.browser().get(f"/reset/{token}").status_code == 200
    frozen.shift(1)
    assert world.browser().get(f"/reset/{token}").status_code == 410
    assert world.browser().change(f"/reset/{token}", {"password": NEW}).status_code == 410
    assert Worker(world.app, world.app.config["BOOKONCE"].mail).send_due() == 0
    assert world.execute("SELECT state FROM account_messages") == [("dropped",)]


def test_a_new_password_ends_all_other_addresses_for_one(world: World, owner: Owner, browser: Browser) -> None:
    first, second = token_of(world), token_of(world)
    assert world.browser().change(f"/reset/{first}", {"password": NEW}).status_code == 303
    assert world.browser().get(f"/reset/{second}").status_code == 410
    third = token_of(world)
    signed_in = world.browser()
    signed_in.change("/login", {"email": owner.email, "password": NEW})
    assert signed_in.change("/settings/password", {"current": NEW, "new": PASSWORD}).status_code == 303
    assert world.browser().get(f"/reset/{third}").status_code == 410


def test_wrong_cut_and_decorated_tokens(world: World, owner: Owner) -> None:
    token = token_of(world)
    for wrong in ("x", token[:-1], token + "1", "é", "%00"):
        assert world.browser().get(f"/reset/{wrong}").status_code == 404
        assert world.browser().change(f"/reset/{wrong}", {"password": NEW}).status_code == 404
    assert world.browser().get(f"/reset/{token}.").location == f"/reset/{token}"
    assert world.browser().get(f"/reset/{token}").status_code == 200


def test_of_two_new_passwords_at_one_address_one_is_set(world: World, owner: Owner) -> None:
    token = token_of(world)

    def set_to(password: str) -> None:
        with world.inside():
            reset_password(token, password, "192.0.2.1")

    outcomes = race([partial(set_to, f"{NEW} {i}") for i in range(2)])
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [TokenGone]


def test_beside_two_checks_of_passwords_it_can_be_sent_again(world: World, owner: Owner) -> None:
    token = token_of(world)
    with password_check(), password_check():
        assert world.browser().change(f"/reset/{token}", {"password": NEW}).status_code == 503
    assert world.browser().change(f"/reset/{token}", {"password": NEW}).status_code == 303


def test_it_opens_a_door_that_guesses_had_closed(world: World, owner: Owner) -> None:
    for _ in range(10):
        sign_in(world, "wrong")
    assert sign_in(world, PASSWORD) == 429
    assert world.browser().change(f"/reset/{token_of(world)}", {"password": NEW}).status_code == 303
    assert sign_in(world, NEW) == 303


@pytest.mark.parametrize("email", ["", "nope", "a\0@example.com", "x" * 300])
def test_what_is_no_address_is_422_and_named(world: World, owner: Owner, email: str) -> None:
    answer = ask(world, email)
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert mailed(world) == 0


def test_without_mail_the_page_names_the_command(
    database_url: str, app_on: Callable[..., Flask], office: PostOffice
) -> None:
    silent = World(app_on(database_url))
    silent.owner()
    assert "flask --app app owner reset --email" in silent.browser().get("/forgot").text
    assert ask(silent, "olivia@example.com").status_code == 303
    assert silent.execute("SELECT count(*) FROM account_tokens") == [(0,)]


def test_the_commands_list_owners_and_refuse_unknown_ones(world: World, owner: Owner) -> None:
    assert ok(world, "owner", "list") == [f"{owner.id}\tolivia@example.com\tOlivia Ownerson"]
    assert "no owner" in refused(world, "owner", "reset", "--email", UNKNOWN)
