"""One page of all links: filters with counts, search, paging; revoke, undo, expiry, another for the same person."""

import re
from datetime import timedelta

import pytest
from support.world import HTMX, Browser, World, at

from models import Calendar, Owner
from scheduling import links
from scheduling.links import LinkDetails

NINE = at("2026-11-30 09:00")


@pytest.fixture
def calendar(world: World, owner: Owner) -> Calendar:
    return world.calendar(owner)


def names(text: str) -> list[str]:
    """Return for whom the links of a page are, in their order."""
    return re.findall(r"<h2><bdi>([^<]*)</bdi></h2>", text)


def of_each_state(world: World, owner: Owner, calendar: Calendar) -> dict[str, str]:
    tokens = {name: world.link(calendar, label=name) for name in ("active", "used", "revoked")}
    tokens["expired"] = world.link(calendar, label="expired", days=0)
    world.book(tokens["used"], NINE)
    with world.inside():
        links.revoke(owner.id, world.row(tokens["revoked"]).id)
    return tokens


def test_all_links_of_all_calendars_are_on_one_page(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    assert "You have no links yet" in browser.get("/links").text
    other = world.calendar(owner, name="Site visit")
    world.link(calendar, label="Jane")
    token = world.link(other, label="John")
    page = browser.get("/links").text
    assert names(page) == ["John", "Jane"]
    assert "Site visit" in page
    assert f"…{token[-6:]}" in page
    assert page.count(">Copy</span></a>") == 2
    assert "built-in" not in page
    assert names(browser.get(f"/links?calendar={other.id}").text) == ["John"]
    assert names(browser.get(f"/settings/calendars/{calendar.id}/links").text) == ["Jane"]
    oscar = world.signed_in(world.owner("oscar@example.com", "Oscar"))
    for query in ("", f"?calendar={calendar.id}", "?q=jane", f"?q=http://localhost/b/{token}"):
        assert names(oscar.get(f"/links{query}").text) == []


@pytest.mark.parametrize("path", ["/links", "/settings/calendars/1/links"])
def test_each_state_is_a_filter_with_its_count(
    world: World, owner: Owner, browser: Browser, calendar: Calendar, path: str
) -> None:
    of_each_state(world, owner, calendar)
    world.link(calendar, label="active too")
    counts = re.findall(r'state=(\w+)[^>]*>\w+ <span class="hint">(\d+\+?)<', browser.get(path).text)
    assert counts == [("active", "2"), ("used", "1"), ("expired", "1"), ("revoked", "1")]
    for state in ("used", "expired", "revoked"):
        assert names(browser.get(f"{path}?state={state}").text) == [state]
    assert names(browser.get(f"{path}?state=active").text) == ["active too", "active"]
    for odd in ("state=nonsense", "calendar=x", "batch=0", "before=99999999999999999999", "q=%00", "q=%25"):
        assert browser.get(f"{path}?{odd}").status_code == 200


def test_counts_end_at_99(world: World, owner: Owner, browser: Browser, calendar: Calendar) -> None:
    with world.inside():
        links.create_links(world.key, owner.id, calendar.id, 101)
    assert browser.get("/links").text.count('<span class="hint">99+<') == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zoe", ["Zoë, fair"]), ("fair zoë", ["Zoë, fair"]), ("zoe@", ["Zoë, fair"]), ("jane@example", ["booked"]),
        ("doe", ["booked"]), ("nobody", []), ("_", []), ("zoe doe", []), ("spring", ["No name", "No name"]),
    ],
)  # fmt: skip
def test_a_search_finds_the_note_the_person_and_the_batch(
    world: World, owner: Owner, browser: Browser, calendar: Calendar, words: str, found: list[str]
) -> None:
    world.link(calendar, details=LinkDetails("Zoë, fair", "Zoë", "zoe@example.org"))
    world.book(world.link(calendar, label="booked"), NINE)
    world.batch(calendar)
    assert names(browser.get("/links", query_string={"q": words}).text) == found


def test_a_search_stays_within_the_filter(world: World, owner: Owner, browser: Browser, calendar: Calendar) -> None:
    other = world.calendar(owner)
    world.book(world.link(calendar), NINE)
    assert names(browser.get("/links?q=doe&state=used").text) == ["Jane Doe"]
    for query in ("state=active", f"calendar={other.id}", "before=1"):
        assert names(browser.get(f"/links?q=doe&{query}").text) == []


def test_a_whole_address_finds_its_link(world: World, owner: Owner, browser: Browser, calendar: Calendar) -> None:
    token = world.link(calendar, label="Jane")
    world.link(calendar, label="John")
    for pasted in (f"http://localhost/b/{token}", f" https://elsewhere/b/{token}?utm_source=x", token, f"/b/{token}."):
        assert names(browser.get("/links", query_string={"q": pasted}).text) == ["Jane"], pasted


def test_a_relabelled_link_is_found_by_its_new_note_and_its_batch(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    world.batch(calendar, count=1)
    browser.change("/settings/links/1/label", {"label": "Jane"})
    assert names(browser.get("/links?q=jane+spring").text) == ["Jane"]


def test_pages_follow_each_other_and_keep_the_filter(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    with world.inside():
        links.create_links(world.key, owner.id, calendar.id, 60)
    of_each_state(world, owner, calendar)
    path, seen = "/links?state=active", 0
    while path:
        page = browser.get(path).text
        seen += len(names(page))
        older = re.search(r'href="([^"]+before=\d+[^"]*)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
        assert not path or "state=active" in path
    assert seen == 61


def test_revoke_acts_at_once_and_can_be_undone(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    token = world.link(calendar, label="Tom")
    link_id = world.row(token).id
    answer = browser.change(f"/settings/links/{link_id}/revoke", {"back": "/links?state=active"})
    assert answer.location == "/links?state=active"
    assert world.browser().get(f"/b/{token}").status_code == 410
    page = browser.get(answer.location).text
    assert "The link for Tom was revoked." in page
    undo = re.search(r'class="toast".*?action="([^"]+)"', page, re.DOTALL)
    assert undo
    assert 'class="toast"' not in browser.get("/links").text
    assert browser.change(undo[1], {"back": "/links"}).location == "/links"
    assert world.browser().get(f"/b/{token}").status_code == 200
    assert browser.change(undo[1]).status_code == 409


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/links/../x", "/settings/profile", "/links\n"]
)
def test_the_way_back_is_a_list_of_links(world: World, browser: Browser, calendar: Calendar, back: str) -> None:
    world.link(calendar)
    answer = browser.change("/settings/links/1/revoke", {"back": back})
    assert answer.location == f"/settings/calendars/{calendar.id}/links"


def test_only_a_revoked_link_is_restored_and_an_old_one_is_expired_then(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    tokens = of_each_state(world, owner, calendar)
    for name in ("active", "used", "expired"):
        before = world.dump()["links"]
        assert browser.change(f"/settings/links/{world.row(tokens[name]).id}/restore").status_code == 409
        assert world.dump()["links"] == before
    world.execute("UPDATE links SET expires_at = created_at WHERE revoked_at IS NOT NULL")
    assert browser.change(f"/settings/links/{world.row(tokens['revoked']).id}/restore").status_code == 303
    assert names(browser.get("/links?state=expired").text) == ["expired", "revoked"]


def test_the_last_day_can_be_changed(world: World, owner: Owner, browser: Browser, calendar: Calendar) -> None:
    tokens = of_each_state(world, owner, calendar)
    path = f"/settings/links/{world.row(tokens['expired']).id}/expiry"
    assert browser.get(path).status_code == 200
    assert browser.change(path, {"expires_on": "2026-11-30"}).status_code == 303
    assert world.browser().get(f"/b/{tokens['expired']}").status_code == 200
    assert world.row(tokens["expired"]).expires_at == at("2026-11-30 23:00")
    assert 'value="2026-11-30"' in browser.get(path).text
    assert "expires today" in browser.get("/links").text
    assert browser.change(path, {"expires_on": ""}).status_code == 303
    assert world.row(tokens["expired"]).expires_at is None
    for wrong in ("2026-11-29", "30.11.2026", "9999-12-31"):
        refused = browser.change(path, {"expires_on": wrong})
        assert (refused.status_code, f'value="{wrong}"' in refused.text) == (422, True)
    for name in ("used", "revoked"):
        other = f"/settings/links/{world.row(tokens[name]).id}/expiry"
        assert browser.change(other, {"expires_on": "2026-12-24"}).status_code == 409


def test_a_new_link_for_the_same_person(world: World, owner: Owner, browser: Browser, calendar: Calendar) -> None:
    token = world.link(calendar, details=LinkDetails("Jane, fair", "Jane", "jane@example.com"))
    world.book(token, NINE)
    dialog = browser.change("/settings/links/1/again", headers=HTMX)
    assert dialog.status_code == 200
    assert token not in dialog.text
    row = world.execute("SELECT label, name, email FROM links WHERE id = 2")[0]
    assert row == ("Jane, fair", "Jane", "jane@example.com")


def test_an_appointment_names_for_whom_its_link_was_and_leads_to_it(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    token = world.link(calendar, label="Spring fair, table 3")
    world.book(token, NINE)
    page = browser.get("/bookings/1").text
    assert "Spring fair, table 3" in page
    found = re.search(r'href="(/links\?q=[^"]+)"', page)
    assert found
    assert names(browser.get(found[1]).text) == ["Spring fair, table 3"]
    assert 'href="/bookings/1"' in browser.get(found[1]).text


def test_a_link_that_expires_soon_says_so(world: World, browser: Browser, calendar: Calendar) -> None:
    for days, said in ((1, "expires tomorrow"), (2, "expires in 2 days")):
        world.link(calendar, details=LinkDetails(expiry=timedelta(days=days)))
        assert said in browser.get("/links").text


def test_only_what_expires_within_two_days_stands_out(world: World, browser: Browser, calendar: Calendar) -> None:
    for days in (1, 2, 3, 90):
        world.link(calendar, details=LinkDetails(expiry=timedelta(days=days)))
    found = re.findall(r'said-next soon">([^<]+)<', browser.get("/links").text)
    assert found == ["expires in 2 days", "expires tomorrow"]


def test_a_calendars_own_list_does_not_repeat_its_name(world: World, browser: Browser, calendar: Calendar) -> None:
    world.link(calendar)
    everywhere, own = (browser.get(path).text for path in ("/links", f"/settings/calendars/{calendar.id}/links"))
    assert (everywhere.count("link-calendar"), own.count("link-calendar")) == (1, 0)


def test_the_list_of_one_batch_does_not_repeat_its_name(world: World, browser: Browser, calendar: Calendar) -> None:
    world.batch(calendar, label="Winter fair")
    assert browser.get("/links").text.count("2 of 2 · Winter fair") == 1
    page = browser.get("/links?batch=1").text
    assert "2 of 2" in page
    assert "2 of 2 ·" not in page


def test_new_links_are_made_of_the_only_open_calendar_or_of_one_of_many(
    world: World, owner: Owner, browser: Browser, calendar: Calendar
) -> None:
    world.calendar(owner, name="Closed", is_open=False)
    assert f'action="/settings/calendars/{calendar.id}/links"' in browser.get("/links").text
    assert 'href="/links/new"' not in browser.get("/links").text
    other = world.calendar(owner, name="Site & garden")
    page = browser.get("/links").text
    assert 'href="/links/new"' in page
    assert 'action="/settings/calendars/' not in page
    page = browser.get("/links/new").text
    assert names_of_calendars(page) == ["30-minute meeting", "Site &amp; garden"]
    for each in (calendar, other):
        assert f'action="/settings/calendars/{each.id}/links"' in page
        assert f'href="/settings/calendars/{each.id}/links/batch"' in page
    assert 'type="search"' not in page
    made = browser.change(f"/settings/calendars/{other.id}/links", headers=HTMX)
    assert "Site &amp; garden" in made.text


def test_from_ten_open_calendars_on_one_is_searched_for(world: World, owner: Owner, browser: Browser) -> None:
    assert "No calendar is open" in browser.get("/links/new").text
    for number in range(10):
        world.calendar(owner, name=f"Café {number}")
    assert 'type="search"' in browser.get("/links/new").text
    assert names_of_calendars(browser.get("/links/new?q=7 CAFE").text) == ["Café 7"]
    none = browser.get("/links/new?q=<b>").text
    assert "No open calendar has “&lt;b&gt;” in its name" in none
    assert names_of_calendars(none) == []
    oscar = world.signed_in(world.owner("oscar@example.com", "Oscar"))
    assert names_of_calendars(oscar.get("/links/new").text) == []


def names_of_calendars(text: str) -> list[str]:
    return re.findall(r'<h2 class="grow"><bdi>([^<]*)</bdi></h2>', text)
