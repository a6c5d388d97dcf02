"""Promise 8, by each role against each address that names a row of an owner: owner, manager, other owner, nobody."""

from dataclasses import dataclass

import pytest
from flask import url_for
from support.world import HTMX, Browser, World, at

from accounts.one_time_tokens import add_token
from accounts.people import invite
from database import transaction
from enums import TokenPurpose
from scheduling.busy_times import add_busy_time

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
MANAGERS = "/settings/people/"
"""What begins so is for managers: they end accounts and invite, also for Paula's practice, and Paula may not."""
ODD = {"owner.mail.account_again", "owner.mail.account_dismiss"}
"""Of another table whose rows this test does not make; `tests/notifications/test_account_mails.py` tries them."""


@dataclass
class Roles:
    """Browsers of each role, seen from Paula, whose rows the addresses name."""

    paula: Browser
    manager: Browser
    other: Browser
    nobody: Browser
    addresses: list[tuple[str, str]]
    """Method and path."""


@pytest.fixture
def roles(world: World) -> Roles:
    manager, paula, other = (world.owner(f"{name}@example.com", name) for name in ("Olivia", "Paula", "Oscar"))
    calendar = world.calendar(paula)
    booking = world.book(world.link(calendar), NINE)
    signed_in = world.signed_in(paula)
    with world.inside():
        busy = add_busy_time(paula.id, TEN, at("2026-11-30 11:00"))
        with transaction() as session:
            add_token(session, paula.id, TokenPurpose.PASSWORD)
        invitation = invite(manager.id, "New", "new@example.com", by_mail=False)
    ids = {
        "calendar_id": calendar.id,
        "link_id": world.row(world.link(calendar)).id,
        "booking_id": booking.id,
        "busy_id": busy.id,
        "message_id": world.message(booking).id,
        "session_id": 1,
        "colleague_id": paula.id,
        "invitation_id": invitation.id,
    }
    with world.app.test_request_context():
        addresses = [
            (method, url_for(rule.endpoint, **{name: ids[name] for name in rule.arguments}))
            for rule in world.app.url_map.iter_rules()
            if rule.arguments & ids.keys() and rule.endpoint not in ODD
            for method in sorted(rule.methods & {"GET", "POST"})
        ]
    assert len(addresses) >= 30
    return Roles(signed_in, world.signed_in(manager), world.signed_in(other), world.browser(), addresses)


def status(browser: Browser, method: str, path: str) -> int:
    data = {"csrf_token": browser.csrf_token(), "name": "Mine now", "label": "Mine now", "email": "x@example.com"}
    return browser.open(path, method=method, data=data if method == "POST" else None).status_code


@pytest.mark.parametrize("role", ["manager", "other"])
def test_nobody_else_reaches_a_row_of_an_owners(world: World, roles: Roles, role: str) -> None:
    browser, before = getattr(roles, role), world.dump()
    for method, path in roles.addresses:
        if not path.startswith(MANAGERS) or role == "other":
            assert status(browser, method, path) == 404, (method, path)
    assert world.dump() == before


def test_without_a_session_each_address_leads_to_the_login(world: World, roles: Roles) -> None:
    before = world.dump()
    for method, path in roles.addresses:
        assert roles.nobody.open(path, method=method).location == "/login", (method, path)
        assert roles.nobody.open(path, method=method, headers=HTMX).headers["HX-Redirect"] == "/login"
    assert world.dump() == before


def test_control_the_owner_reaches_them_and_the_manager_the_colleague(roles: Roles) -> None:
    for method, path in sorted(roles.addresses, key=lambda address: ("delete" in address[1], address[1])):
        if path.startswith(MANAGERS):
            assert status(roles.paula, method, path) == 404, (method, path)
            if method == "GET":
                assert status(roles.manager, method, path) == 200, (method, path)
        elif "/browsers/" not in path:
            assert status(roles.paula, method, path) != 404, (method, path)


@pytest.mark.parametrize("path", ["/bookings", "/settings/calendars", "/settings/mail"])
def test_no_list_shows_what_is_of_another(roles: Roles, path: str) -> None:
    for browser in (roles.manager, roles.other):
        answer = browser.get(path)
        assert answer.status_code == 200
        for words in (b"Jane", b"30-minute meeting"):
            assert words not in answer.data
