"""What is pasted into a field counts as what its sender saw."""

import pytest
from support.world import JANE, Browser, World, at, starts, z

from models import Owner

NINE = at("2026-12-03 08:00")


def book(world: World, **fields: str) -> int:
    token = world.link()
    answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE), "timezone": "Europe/Berlin"} | fields)
    return answer.status_code


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("ann@invitee.example\u200b", "ann@invitee.example"),
        ("\ufeffann@invitee.example", "ann@invitee.example"),
        ("Ann <ann@invitee.example>", "ann@invitee.example"),
        ("mailto:ann@invitee.example", "ann@invitee.example"),
        ("ann@invitee.example.", "ann@invitee.example"),
    ],
)
def test_an_email_is_taken_without_what_is_too_much(world: World, email: str, kept: str) -> None:
    assert book(world, email=email) == 303
    assert [booking.email for booking in world.bookings()] == [kept]


@pytest.mark.parametrize("name", ["\u3164", "\u200b \u200d", "\u2800", "\u202e"])
def test_a_name_that_nobody_sees_is_missing(world: World, name: str) -> None:
    assert book(world, name=name) == 422
    assert world.bookings() == []


def test_phones_lose_what_nobody_sees_and_names_keep_their_joiners(world: World) -> None:
    assert book(world, phone="\u2066+49 30 1\u2069", name="می\u200cخواهم\u200b") == 303
    (booking,) = world.bookings()
    assert (booking.phone, booking.name) == ("+49 30 1", "می\u200cخواهم")


def test_a_label_loses_what_nobody_sees(world: World, owner: Owner, browser: Browser) -> None:
    link = world.row(world.link(world.calendar(owner)))
    browser.change(f"/settings/links/{link.id}/label", {"label": "Jane\u200b\u2060"})
    assert world.execute("SELECT label FROM links") == [("Jane",)]


@pytest.mark.parametrize("query", ["?fbclid=x", "?utm_source=sms&utm_medium=x", "?tz=Nowhere/None&gclid=1"])
def test_a_query_that_chooses_nothing_changes_nothing(world: World, query: str) -> None:
    token = world.link()
    plain, tagged = world.browser().get(f"/b/{token}"), world.browser().get(f"/b/{token}{query}")
    assert starts(plain) == starts(tagged)
    assert "data-find-zone" in plain.text
    assert "data-find-zone" in tagged.text


@pytest.mark.parametrize("query", ["?tz=Europe/Paris", "?date=2026-12-03", "?month=2026-12", "?zones=1"])
def test_control_a_choice_is_a_choice(world: World, query: str) -> None:
    assert "data-find-zone" not in world.browser().get(f"/b/{world.link()}{query}").text
