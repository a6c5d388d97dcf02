"""Signing in to another service on Settings → Other calendars, and whatever can go wrong on the way back."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from support.fake_google import READS, WRITES, FakeGoogle
from support.fake_microsoft import FakeMicrosoft
from support.sources import Sources, add_source_row
from support.world import PASSWORD, Browser, World, at
from time_machine import Traveller
from werkzeug.test import TestResponse

from enums import SourceKind
from models import Owner

PATH = "/settings/sources"
CONNECT = f"{PATH}/google/connect"
NINE, TEN = at("2026-12-03 08:00"), at("2026-12-03 09:00")  # in Berlin
ME = "me@example.com"
TOO_OLD = "This sign-in is too old, or was used already, or began in another browser."


def words(answer: TestResponse) -> str:
    """Return what is on the page, without marks that isolate names."""
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2])
    return re.sub("[\u2066-\u2069]", "", " ".join(unescape(text).split()))


def begin(browser: Browser, address: str = CONNECT) -> str:
    """Return the page of the service to which a button leads."""
    answer = browser.get(address)
    assert answer.status_code == 303
    return str(answer.location)


def come_back(browser: Browser, address: str) -> str:
    """Return what the owner reads who is sent back to the address."""
    return words(browser.get(address.removeprefix("http://localhost"), follow_redirects=True))


def connect(browser: Browser, google: FakeGoogle, address: str = CONNECT) -> str:
    return come_back(browser, google.agree(begin(browser, address)))


def kept(world: World) -> list[int]:
    """Return the ids of the sources."""
    return [row[0] for row in world.dump()["sources"]]


def test_an_account_is_connected_with_the_least_rights_and_its_calendars_can_be_chosen(
    world: World, browser: Browser, google: FakeGoogle
) -> None:
    google.add_calendar("holidays", "Holidays", role="reader")
    google.add_event(NINE, TEN)
    page = browser.get(PATH)
    assert f'href="{CONNECT}"' in page.text
    said = connect(browser, google)
    assert "“Olivia” is connected. Choose below which of its calendars count." in said
    assert "Holidays" in said
    assert list(google.grants.values()) == [READS]
    assert [row[3:5] for row in world.dump()["imported_times"]] == [(NINE, TEN)]
    said = words(browser.get(PATH))
    assert "Google Calendar" in said
    assert "1 busy time until" in said
    everything = str(world.dump())
    assert not any(token in everything for token in [*google.grants, *google.access, "Secret"])


def test_what_is_not_set_up_is_not_offered(browser: Browser, world: World) -> None:
    assert "/connect" not in browser.get(PATH).text
    assert "Google Calendar is not set up on this server." in come_back(browser, CONNECT)
    assert browser.get(f"{PATH}/yahoo/connect").status_code == 404


def test_a_state_is_good_once_for_ten_minutes_and_in_its_session_only(
    world: World, browser: Browser, google: FakeGoogle, frozen: Traveller
) -> None:
    oscar = world.signed_in(world.owner("oscar@example.com", "Oscar"))
    address = google.agree(begin(browser))
    assert TOO_OLD in come_back(oscar, address)
    assert TOO_OLD in come_back(browser, address.replace("state=", "state=x"))
    assert TOO_OLD in come_back(browser, f"{PATH}/google/callback?code=code-1")
    late = google.agree(begin(browser))
    assert len(google.codes) == 2
    frozen.shift(timedelta(minutes=10))
    assert TOO_OLD in come_back(browser, late)
    assert TOO_OLD in come_back(browser, address)
    assert (kept(world), len(google.codes)) == ([], 2)  # nobody was asked for a token
    address = google.agree(begin(browser))
    assert "is connected" in come_back(browser, address)
    assert TOO_OLD in come_back(browser, address)
    assert len(kept(world)) == 1


def test_each_sign_in_has_a_state_and_a_verifier_of_its_own(browser: Browser, google: FakeGoogle) -> None:
    first, second = (parse_qs(urlsplit(begin(browser)).query) for _ in range(2))
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert first["redirect_uri"] == ["http://localhost/settings/sources/google/callback"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "You did not agree at Google Calendar, so nothing was connected."),
        ("server_error", "Google Calendar did not let you in (server_error). Nothing was connected."),
        ("<b>Call 0900", "Google Calendar did not let you in (?). Nothing was connected."),
    ],
)
def test_whoever_does_not_agree_connects_nothing(
    world: World, browser: Browser, google: FakeGoogle, error: str, said: str
) -> None:
    address = google.decline(begin(browser), error)
    assert said in come_back(browser, address)
    assert TOO_OLD in come_back(browser, address)
    assert kept(world) == []


def test_what_fails_after_agreeing_is_told_and_nothing_is_half_made(
    world: World, browser: Browser, google: FakeGoogle
) -> None:
    google.fail("/token", 500)
    assert "Google Calendar could not be connected. The server has a problem of its own" in connect(browser, google)
    google.fail("/token", 401, said={"error": "invalid_client"})
    assert "does not accept this server’s registration (invalid_client)" in connect(browser, google)
    google.fail("/token", 200, raw=b"<html>")
    assert "could not be connected" in connect(browser, google)
    address = google.agree(begin(browser), {"calendar.calendarlist.readonly"})
    assert "Google Calendar may not say when you are busy" in come_back(browser, address)
    google.fail("/api/users", 403, said={"error": {"errors": [{"reason": "accessNotConfigured"}]}})
    assert "Tell the server’s administrator." in connect(browser, google)
    assert kept(world) == []


def test_an_account_that_was_taken_back_is_connected_again_in_its_place(
    world: World, browser: Browser, google: FakeGoogle, sources: Sources, owner: Owner
) -> None:
    google.add_calendar("work", "Work")
    source = sources.sign_in(owner, SourceKind.GOOGLE, google)
    browser.change(f"{PATH}/{source.id}", {"name": "Mine", "calendars": "1", "calendar": "work"})
    google.end_grants()
    said = words(browser.change(f"{PATH}/{source.id}/read", follow_redirects=True))
    assert "Bookonce may not see this account, or not any more (invalid_grant). Connect it again." in said
    page = browser.get(PATH).text
    (address,) = (unescape(found) for found in re.findall(rf'href="({CONNECT}\?[^"]+)"', page))
    assert "“Mine” is connected." in connect(browser, google, address)
    assert kept(world) == [source.id]
    row = sources.row(source)
    assert (row.problem, row.name) == ("", "Mine")
    assert re.findall(r'"counts": (\w+)', row.calendars) == ["false", "true"]


def test_the_same_account_is_not_there_twice(world: World, browser: Browser, google: FakeGoogle) -> None:
    connect(browser, google)
    assert "is connected" in connect(browser, google)
    assert len(kept(world)) == 1


def test_writing_is_asked_for_when_it_is_switched_on(
    world: World, owner: Owner, browser: Browser, google: FakeGoogle, sources: Sources
) -> None:
    google.add_calendar("holidays", "Holidays", role="reader")
    source = sources.sign_in(owner, SourceKind.GOOGLE, google)
    page = browser.get(f"{PATH}/{source.id}").text
    assert 'name="write_to"' not in page
    assert browser.change(f"{PATH}/{source.id}", {"calendars": "1", "write_to": ME}).status_code == 303
    assert sources.row(source).write_to == ""
    (address,) = (unescape(found) for found in re.findall(rf'href="({CONNECT}\?[^"]+write=1)"', page))
    address = google.agree(begin(browser, address), READS)
    assert "You did not allow writing" in come_back(browser, address)
    said = connect(browser, google, f"{CONNECT}?source={source.id}&write=1")
    assert "Choose below into which calendar appointments are written." in said
    assert list(google.grants.values())[-1] == READS | WRITES
    page = browser.get(f"{PATH}/{source.id}").text
    assert re.findall(r'name="write_to" value="([^"]*)"', page) == ["", ME]
    browser.change(f"{PATH}/{source.id}", {"calendars": "1", "calendar": ME, "write_to": ME})
    assert sources.row(source).write_to == ME
    asked = google.page(begin(browser, f"{CONNECT}?source={source.id}"))
    assert "calendar.events.owned" in asked["scope"]  # what was allowed is asked for again
    world.execute("UPDATE sources SET secret = :secret", secret=b"x" * 60)  # after a change of key, too
    asked = google.page(begin(browser, f"{CONNECT}?source={source.id}"))
    assert "calendar.events.owned" in asked["scope"]
    connect(browser, google, f"{CONNECT}?source={source.id}")
    assert (kept(world), sources.row(source).write_to) == ([source.id], ME)


def test_removal_gives_access_back_unless_somebody_else_needs_it(
    world: World, browser: Browser, google: FakeGoogle, sources: Sources, owner: Owner
) -> None:
    oscar = world.owner("oscar@example.com", "Oscar")
    theirs, mine = (sources.sign_in(each, SourceKind.GOOGLE, google) for each in (oscar, owner))
    browser.change(f"{PATH}/{mine.id}/delete")
    assert (google.revoked, kept(world)) == ([], [theirs.id])
    google.fail("/revoke", 500)
    world.signed_in(oscar).change(f"{PATH}/{theirs.id}/delete")
    assert kept(world) == []
    mine = sources.sign_in(owner, SourceKind.GOOGLE, google)
    refresh = sources.secret(mine).refresh
    browser.change(f"{PATH}/{mine.id}/delete")
    assert (google.revoked, kept(world)) == ([refresh], [])


def test_deleting_the_own_account_gives_access_back_unless_somebody_else_needs_it(
    world: World, browser: Browser, google: FakeGoogle, sources: Sources, owner: Owner
) -> None:
    oscar = world.owner("oscar@example.com", "Oscar")
    _theirs, mine = (sources.sign_in(each, SourceKind.GOOGLE, google) for each in (oscar, owner))
    other, path = world.signed_in(oscar), "/settings/privacy/delete"
    assert other.change(path, {"password": "wrong"}).status_code == 422
    assert other.change(path, {"password": PASSWORD}).status_code == 303
    assert (google.revoked, kept(world)) == ([], [mine.id])
    refresh = sources.secret(mine).refresh
    assert browser.change(path, {"password": PASSWORD}).status_code == 303
    assert (google.revoked, kept(world)) == ([refresh], [])


def test_another_owners_source_and_one_of_another_kind_can_not_be_connected_again(
    world: World, owner: Owner, browser: Browser, google: FakeGoogle
) -> None:
    theirs = add_source_row(world, world.owner("oscar@example.com").id)
    feed = add_source_row(world, owner.id)
    assert browser.get(f"{CONNECT}?source={theirs}").status_code == 404
    assert browser.get(f"{CONNECT}?source={feed}").status_code == 404
    address = google.agree(begin(browser))
    assert world.browser().get(address.removeprefix("http://localhost")).location == "/login"
    assert len(google.codes) == 1


def test_a_source_that_was_removed_meanwhile_is_told(
    world: World, owner: Owner, browser: Browser, google: FakeGoogle, sources: Sources
) -> None:
    source = sources.sign_in(owner, SourceKind.GOOGLE, google)
    address = google.agree(begin(browser, f"{CONNECT}?source={source.id}"))
    browser.change(f"{PATH}/{source.id}/delete")
    assert "That calendar was removed in the meantime." in come_back(browser, address)
    assert kept(world) == []


def test_a_microsoft_account_is_connected_in_the_same_way(
    world: World, owner: Owner, browser: Browser, microsoft: FakeMicrosoft, sources: Sources
) -> None:
    microsoft.add_event(NINE, TEN)
    connect_here = f"{PATH}/microsoft/connect"
    assert f'href="{connect_here}"' in browser.get(PATH).text
    address = microsoft.agree(begin(browser, connect_here))
    assert "“olivia@example.com” is connected." in come_back(browser, address)
    assert list(microsoft.grants.values()) == [{"offline_access", "Calendars.ReadBasic"}]
    assert sources.busy() == [(NINE, TEN)]
    (source_id,) = kept(world)
    assert 'name="write_to"' not in browser.get(f"{PATH}/{source_id}").text
    address = microsoft.agree(begin(browser, f"{connect_here}?source={source_id}&write=1"))
    come_back(browser, address)
    assert re.findall(r'name="write_to" value="([^"]*)"', browser.get(f"{PATH}/{source_id}").text) == ["", "AAMk="]
    assert "Microsoft 365" in words(browser.get(PATH))
    browser.change(f"{PATH}/{source_id}/delete")  # there is nothing to be told to Microsoft
    assert kept(world) == []


def test_the_state_of_one_service_is_none_at_the_other(
    world: World, browser: Browser, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    address = google.agree(begin(browser)).replace("/google/", "/microsoft/")
    assert TOO_OLD in come_back(browser, address)
    assert (kept(world), len(google.codes)) == ([], 1)
