"""An address that opens a web calendar is short enough for its server, whatever the texts are."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from support.world import World, at

from integrations import ical
from integrations.add_to_calendar import MAX_ADDRESS, add_to_calendar_links
from scheduling.bookings import get_booking_by_token


@pytest.mark.parametrize("letter", ["я", "a", "👩‍💻", "%", " & "])
@pytest.mark.parametrize("part", ["description", "location", "summary"])
def test_no_address_is_too_long(world: World, letter: str, part: str) -> None:
    token = world.manage_token(world.book(world.link(), at("2026-12-03 09:00")))
    with world.inside():
        event = ical.invitee_event(get_booking_by_token(token), "https://book.example.com/booking/x")
        links = add_to_calendar_links(replace(event, **{part: (letter * 2000)[:2000]}))
    for _service, address in links:
        assert 1_800 < len(address) <= MAX_ADDRESS
        texts = [value for values in parse_qs(urlsplit(address).query).values() for value in values]
        assert any(text.endswith("…") for text in texts)
