"""Add to calendar: the file, and the addresses that fill in the appointment at Google, Microsoft and Yahoo."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from support.world import World, at

NINE = at("2026-11-30 09:00")


def addresses(page: str) -> dict[str, dict[str, str]]:
    """Return the fields of each address that leads to another host, by that host."""
    found = {}
    for address in re.findall(r'href="(https://[^"]+)" target="_blank" rel="noopener noreferrer"', page):
        parts = urlsplit(unescape(address))
        assert "+" not in parts.query  # some of them show it as it is
        found[parts.hostname] = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return found


def test_each_has_what_when_and_where(world: World) -> None:
    calendar = world.calendar(name="Visit & tea", location="Room 5?", description="Bring\nhoney")
    booking = world.book(world.link(calendar), NINE)
    path = f"/booking/{world.manage_token(booking)}"
    page = world.browser().get(path).text
    found = addresses(page)
    about = "Bring\nhoney"
    assert found["calendar.google.com"] == {
        "action": "TEMPLATE",
        "text": "Visit & tea with Olivia Ownerson",
        "dates": "20261130T090000Z/20261130T093000Z",
        "details": about,
        "location": "Room 5?",
    }
    for host in ("outlook.live.com", "outlook.office.com"):
        assert found[host] == {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": "Visit & tea with Olivia Ownerson",
            "startdt": "2026-11-30T09:00:00+00:00",
            "enddt": "2026-11-30T09:30:00+00:00",
            "body": about,
            "location": "Room 5?",
        }
    assert found["calendar.yahoo.com"] == {
        "v": "60",
        "title": "Visit & tea with Olivia Ownerson",
        "st": "20261130T090000Z",
        "et": "20261130T093000Z",
        "desc": about,
        "in_loc": "Room 5?",
    }
    assert f'href="{path}.ics"' in page


def test_the_manage_link_goes_to_none_of_them_and_stays_in_the_file(world: World) -> None:
    token = world.manage_token(world.book(world.link(), NINE))
    browser = world.browser()
    page = browser.get(f"/booking/{token}").text
    elsewhere = re.findall(r'href="(https?://(?!localhost)[^"]*)"', page)
    assert len(elsewhere) == 4
    assert token not in "".join(elsewhere)
    assert token in browser.get(f"/booking/{token}.ics").text.replace("\r\n ", "")


def test_what_is_cancelled_is_not_offered_to_be_added(world: World) -> None:
    booking = world.book(world.link(), NINE)
    world.cancel(booking)
    page = world.browser().get(f"/booking/{world.manage_token(booking)}").text
    assert addresses(page) == {}
    assert "Add to calendar" not in page
