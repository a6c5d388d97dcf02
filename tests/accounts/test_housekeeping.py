"""What is of no use any more is cleared after its period, and nothing before."""

from datetime import timedelta

import pytest
import time_machine
from support.world import World, at

from accounts.housekeeping import MAILS, TOKENS, UNUSED_LINKS, clear_old
from accounts.login_throttle import HOUR, count_attempt
from accounts.password_resets import create_reset
from accounts.sessions import LIFETIME
from database import db, utcnow
from enums import AccountMessageKind, MessageState
from models import AccountMessage, Owner
from scheduling.links import revoke

SECOND = timedelta(seconds=1)


def count(world: World, table: str) -> int:
    ((number,),) = world.execute(f"SELECT count(*) FROM {table}")
    return int(number)


def make(world: World, owner: Owner, table: str) -> timedelta:
    """Make a row that will be old after the period that is returned."""
    calendar = world.calendar(owner)
    match table:
        case "browser_sessions":
            world.signed_in(owner)
            return LIFETIME
        case "login_attempts":
            with world.inside():
                count_attempt("x@example.com", "192.0.2.1", signed_in=True)
            return HOUR
        case "account_tokens":
            with world.inside():
                create_reset(owner.email)
            return timedelta(hours=1) + TOKENS
        case "links":
            token = world.link(calendar)
            with world.inside():
                revoke(owner.id, world.row(token).id)
            return UNUSED_LINKS
        case "account_messages":
            with world.inside():
                sent = {"state": MessageState.SENT, "due_at": utcnow(), "give_up_at": utcnow(), "done_at": utcnow()}
                kind = AccountMessageKind.PASSWORD_CHANGED
                row = AccountMessage(owner_id=owner.id, kind=kind, address=owner.email, created_at=utcnow(), **sent)
                db.session.add(row)
                db.session.commit()
            return MAILS
    booking = world.book(world.link(calendar), at("2026-11-30 09:00"))
    world.message(booking, state="sent")
    return booking.ends_at - utcnow() + MAILS


@pytest.mark.parametrize(
    "table", ["browser_sessions", "login_attempts", "account_tokens", "links", "account_messages", "messages"]
)
def test_each_kind_of_row_is_cleared_when_its_period_is_over(
    world: World, owner: Owner, frozen: time_machine.Traveller, table: str
) -> None:
    period = make(world, owner, table)
    before = count(world, table)
    assert before > 0
    frozen.shift(period - SECOND)
    with world.inside():
        assert clear_old(utcnow()) == 0
    frozen.shift(SECOND)
    with world.inside():
        assert clear_old(utcnow()) == before
        assert clear_old(utcnow()) == 0
    assert count(world, table) == 0


def test_used_and_active_links_and_waiting_mails_stay(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    world.link(world.calendar(owner, link_days=None))
    booking = world.book(world.link(world.calendar(owner, link_days=1)), at("2026-11-30 09:00"))
    world.message(booking, state="waiting")
    frozen.shift(10 * UNUSED_LINKS)
    with world.inside():
        clear_old(utcnow())
    assert (count(world, "links"), count(world, "messages"), count(world, "bookings")) == (2, 1, 1)
