"""What was checked before a transaction is checked again within it, under the owner's lock."""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from support.racing import race
from support.world import PASSWORD, World

import tokens
from accounts import branding, owners, sessions
from accounts.errors import InvalidCredentials
from database import db, transaction, utcnow
from models import BrowserSession, Owner

NEW = "another horse battery"


def within(app: Flask, action: Callable[[], Any]) -> Any:
    """Run the action in an app context, as each thread needs one of its own."""
    with app.app_context():
        return action()


def start_unchecked(owner: Owner) -> None:
    """Start a session as it was before: nobody looks at the password again."""
    with transaction() as session:
        now, token_hash = utcnow(), tokens.digest("t")
        row = BrowserSession(
            owner_id=owner.id, token_hash=token_hash, expires_at=now, created_at=now, used_on=now.date()
        )
        session.add(row)


@pytest.mark.parametrize(("start", "alive"), [(sessions.start_session, 0), (start_unchecked, 1)])
def test_a_session_that_was_checked_with_the_old_password_does_not_outlive_its_change(
    world: World, owner: Owner, start: Callable[[Owner], Any], alive: int
) -> None:
    with world.inside():
        checked = owners.find_owner(owner.email)
        assert checked is not None
        db.session.expunge(checked)
        owners.change_password(owner.id, PASSWORD, NEW, "192.0.2.9")
        with contextlib.suppress(InvalidCredentials):
            start(checked)
        assert db.session.scalar(select(func.count()).select_from(BrowserSession)) == alive


def test_of_two_changes_of_one_password_only_one_is_made(world: World, owner: Owner) -> None:
    tries = [partial(owners.change_password, owner.id, PASSWORD, f"{NEW} {i}", "192.0.2.9") for i in range(2)]
    outcomes = race([partial(within, world.app, each) for each in tries])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidCredentials", "Owner"]


@pytest.mark.slow
def test_no_sign_in_with_the_old_password_survives_its_change(world: World, owner: Owner) -> None:
    """Each round has two threads, since no more passwords are checked at once; afterwards no session is left."""
    for i in range(4):
        before, after = (PASSWORD, NEW) if i % 2 == 0 else (NEW, PASSWORD)
        attempts: list[Callable[[], Any]] = [partial(sessions.log_in, owner.email, before, "192.0.2.1")]
        attempts.append(partial(owners.change_password, owner.id, before, after, "192.0.2.9"))
        race([partial(within, world.app, each) for each in attempts])
        assert world.execute("SELECT count(*) FROM browser_sessions") == [(0,)]


def test_two_first_logos_at_once_are_one_logo(world: World, owner: Owner) -> None:
    for n in range(5):
        tries = [partial(branding.change_logo, owner.id, b"%d %d" % (n, i)) for i in range(4)]
        assert race([partial(within, world.app, each) for each in tries]) == [None] * 4
        with world.inside():
            digest = db.session.get_one(Owner, owner.id).logo
            assert branding.logo_image(digest)
            branding.change_logo(owner.id, None)
