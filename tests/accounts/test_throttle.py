"""Guesses at passwords are limited: at once, by address over all accounts, and in Settings as well."""

import pytest
from support.world import PASSWORD, Browser, World

from accounts.login_throttle import MAX_FAILURES_FROM_UNKNOWN_PLACES, MAX_FAILURES_OF_ADDRESS, count_attempt
from accounts.password_checks import MAX_AT_ONCE, password_check
from accounts.setup import new_setup_token
from models import Owner


def sign_in(world: World, email: str, address: str, password: str = PASSWORD) -> int:
    form = {"email": email, "password": password}
    return world.browser().change("/login", form, environ_base={"REMOTE_ADDR": address}).status_code


@pytest.mark.parametrize(
    ("of_failures", "near", "far"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8:1:{i:x}::1", "2001:db8:1:ffff::1", "2001:db8:2::1"),
    ],
)
def test_an_address_has_a_number_of_failures_over_all_accounts(
    world: World, owner: Owner, of_failures: str, near: str, far: str
) -> None:
    with world.inside():
        for i in range(MAX_FAILURES_OF_ADDRESS):
            count_attempt(f"nobody{i}@example.com", of_failures.format(i=i))
    assert sign_in(world, owner.email, near) == 429
    assert sign_in(world, owner.email, far) == 303


def test_success_with_one_account_forgives_no_failures_with_others(world: World, owner: Owner) -> None:
    with world.inside():
        for i in range(MAX_FAILURES_OF_ADDRESS - 1):
            count_attempt(f"nobody{i}@example.com", "192.0.2.1")
    assert sign_in(world, owner.email, "192.0.2.1") == 303
    assert sign_in(world, owner.email, "192.0.2.1", "wrong") == 422
    assert sign_in(world, owner.email, "192.0.2.1") == 429


@pytest.mark.parametrize("stranger", ["198.51.100.{i}", "2001:db8:{i:x}::1"])
@pytest.mark.parametrize(("home", "other_room"), [("192.0.2.1", "192.0.2.1"), ("2001:db8:f:1::1", "2001:db8:f:2::1")])
def test_strangers_anywhere_can_not_lock_the_owner_out_of_a_known_place(
    world: World, owner: Owner, stranger: str, home: str, other_room: str
) -> None:
    assert sign_in(world, owner.email, home) == 303
    for email in (owner.email, "nobody@example.com"):
        with world.inside():
            for i in range(MAX_FAILURES_FROM_UNKNOWN_PLACES):
                count_attempt(email, stranger.format(i=i + 16))
        assert sign_in(world, email, "203.0.113.5", "wrong") == 429
    assert sign_in(world, owner.email, "203.0.113.5") == 429
    assert sign_in(world, owner.email, other_room, "wrong") == 422
    assert sign_in(world, owner.email, other_room) == 303
    assert world.execute("SELECT count(*) FROM known_places") == [(1,)]


def test_the_third_check_at_once_is_refused_and_not_counted(world: World, owner: Owner, browser: Browser) -> None:
    assert MAX_AT_ONCE == 2
    guess = {"current": "wrong", "new": "another password"}
    with password_check(), password_check():
        for email in (owner.email, "nobody@example.com"):
            form = {"email": email, "password": "wrong"}
            answer = world.browser().change("/login", form)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert browser.change("/settings/password", guess).status_code == 503
    assert world.execute("SELECT count(*) FROM login_attempts") == [(0,)]
    assert sign_in(world, owner.email, "192.0.2.1") == 303


def test_a_set_up_beside_two_checks_is_refused_and_can_be_sent_again(world: World) -> None:
    with world.inside():
        path = f"/setup?token={new_setup_token()}"
    form = {"name": "Olivia", "email": "o@example.com", "password": PASSWORD, "timezone": "Europe/Berlin"}
    with password_check(), password_check():
        assert world.browser().change(path, form).status_code == 503
    assert world.execute("SELECT count(*) FROM owners") == [(0,)]
    assert world.browser().change(path, form).status_code == 303


@pytest.mark.slow
def test_guesses_at_the_current_password_are_limited_as_sign_ins_are(browser: Browser) -> None:
    form = {"current": "wrong", "new": "another password"}
    for _ in range(10):
        assert browser.change("/settings/password", form).status_code == 422
    answer = browser.change("/settings/password", form | {"current": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
