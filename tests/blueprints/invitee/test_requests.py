"""A spent link leads on: whoever opens it asks for a new one, and its owner answers with one press."""

import re
from datetime import timedelta

import pytest
import time_machine
from support.world import HTMX, Browser, World, at, field, z

from models import Owner

NINE = at("2026-11-30 09:00")
ASKED = {"name": "Karla Stein", "contact": "karla@example.com", "note": "I was ill."}


def revoked(world: World, owner: Owner, **more: object) -> str:
    token = world.link(world.calendar(owner), **more)
    world.execute("UPDATE links SET revoked_at = created_at")
    return token


def rows(world: World) -> list[tuple[object, ...]]:
    return list(world.execute("SELECT name, contact, note, state FROM link_requests ORDER BY id"))


@pytest.mark.parametrize("state", ["used", "revoked", "expired", "closed"])
def test_whoever_opens_a_spent_link_can_ask_for_a_new_one(world: World, owner: Owner, state: str) -> None:
    token = world.link(world.calendar(owner), days=0 if state == "expired" else None)
    if state == "used":
        world.book(token, NINE)
    if state == "revoked":
        world.execute("UPDATE links SET revoked_at = created_at")
    if state == "closed":
        world.execute("UPDATE calendars SET is_open = false")
    karla = world.browser()
    assert f'action="/b/{token}/request"' in karla.get(f"/b/{token}").text
    asked = karla.post(f"/b/{token}/request", data=ASKED)
    assert (asked.status_code, asked.location) == (303, f"/b/{token}?asked=1")
    page = karla.get(asked.location)
    assert page.status_code == 410
    assert "Olivia Ownerson" in page.text
    assert "was told" in page.text
    assert "Jane" not in page.text
    assert rows(world) == [("Karla Stein", "karla@example.com", "I was ill.", "open")]


def test_the_same_request_sent_twice_is_one(world: World, owner: Owner) -> None:
    token = revoked(world, owner)
    for _ in range(5):
        assert world.browser().post(f"/b/{token}/request", data=ASKED).status_code == 303
    assert len(rows(world)) == 1


def test_an_active_link_leads_to_itself_and_an_unknown_one_is_404(world: World, owner: Owner) -> None:
    token = world.link(world.calendar(owner))
    answer = world.browser().post(f"/b/{token}/request", data=ASKED)
    assert (answer.status_code, answer.location) == (303, f"/b/{token}")
    assert world.browser().post(f"/b/{'x' * 18}/request", data=ASKED).status_code == 404
    assert rows(world) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"contact": ""}, {"name": "x" * 201}, {"contact": "x" * 255}, {"note": "x" * 10_000},
        {"name": "a\0b"}, {"contact": "a\nb"},
    ],
)  # fmt: skip
def test_a_wrong_field_is_422_and_what_was_typed_stays(world: World, owner: Owner, wrong: dict[str, str]) -> None:
    token = revoked(world, owner)
    answer = world.browser().post(f"/b/{token}/request", data=ASKED | wrong)
    assert answer.status_code == 422
    assert "Nothing was sent yet." in answer.text
    for name, typed in (ASKED | wrong).items():
        if name not in wrong:
            assert field(answer, name) == typed
    assert rows(world) == []


def test_an_address_of_a_script_is_text(world: World, owner: Owner, browser: Browser) -> None:
    evil = {"name": "<script>alert(1)</script>", "contact": "javascript:alert(1)", "note": "<img src=x>"}
    assert world.browser().post(f"/b/{revoked(world, owner)}/request", data=evil).status_code == 303
    page = browser.get("/links?show=requests").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert "<img src=x" not in page


def test_three_a_link_and_ten_an_hour_from_one_address(world: World, owner: Owner) -> None:
    calendar = world.calendar(owner)
    tokens = [world.link(calendar) for _ in range(5)]
    world.execute("UPDATE links SET revoked_at = created_at")

    def ask(token: str, name: str) -> int:
        return world.browser().post(f"/b/{token}/request", data=ASKED | {"name": name}).status_code

    assert [ask(tokens[0], f"{number}") for number in range(5)] == [303, 303, 303, 429, 429]
    assert [ask(token, f"{number}") for token in tokens[1:] for number in range(3)] == [303] * 7 + [429] * 5
    answer = world.browser().post(f"/b/{tokens[4]}/request", data=ASKED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert field(answer, "note") == "I was ill."
    with time_machine.travel(at("2026-11-30 07:00") + timedelta(hours=1), tick=False):
        assert ask(tokens[4], "later") == 303
        assert ask(tokens[0], "later") == 429


def test_the_owner_sees_it_at_once_and_answers_with_one_press(world: World, owner: Owner, browser: Browser) -> None:
    token = world.link(world.calendar(owner), label="Fair")
    world.book(token, NINE)
    world.browser().post(f"/b/{token}/request", data=ASKED)
    assert '<span class="count"' in browser.get("/bookings").text
    assert "Karla Stein" in browser.get("/links").text
    page = browser.get("/links?show=requests").text
    for words in ("Karla Stein", "karla@example.com", "I was ill.", "Fair"):
        assert words in page
    dialog = browser.change("/links/requests/1/answer", headers=HTMX)
    assert dialog.text.lstrip().startswith("<dialog")
    found = re.search(r'href="http://localhost(/b/[^"]+)"', dialog.text)
    assert found
    form = world.browser().get(f"{found[1]}?start=2026-11-30T10:00:00Z")
    assert (field(form, "name"), field(form, "email")) == ("Karla Stein", "karla@example.com")
    assert "Hello Karla Stein" in browser.get("/settings/links/2?tab=text").text
    again = browser.change("/links/requests/1/answer")
    assert found[1] in again.text
    assert world.execute("SELECT count(*) FROM links") == [(2,)]
    assert "Nobody is waiting" in browser.get("/links?show=requests").text
    assert '<span class="count"' not in browser.get("/bookings").text


@pytest.mark.parametrize(
    ("contact", "way"),
    [
        ("karla@example.com", 'id="mail" href="mailto:karla@example.com?'),
        ("+49 170 1234", 'id="sms" href="sms:+491701234?&amp;body=Hello%20Karla'),
        ("at the desk", 'id="address"'),
    ],
)
def test_the_answer_is_ready_in_the_way_in_which_they_can_be_reached(
    world: World, owner: Owner, browser: Browser, contact: str, way: str
) -> None:
    world.browser().post(f"/b/{revoked(world, owner)}/request", data=ASKED | {"contact": contact})
    assert way in browser.change("/links/requests/1/answer", headers=HTMX).text
    assert ("sms:+491701234?" in browser.get("/settings/links/2?tab=text").text) == contact.startswith("+")


def test_without_javascript_the_page_of_the_answer_counts_anew(world: World, owner: Owner, browser: Browser) -> None:
    request = world.request(revoked(world, owner))
    assert '<span class="count"' in browser.get("/bookings").text
    assert '<span class="count"' not in browser.change(f"/links/requests/{request.id}/answer").text


def test_a_request_is_dismissed_and_an_answered_one_stays(world: World, owner: Owner, browser: Browser) -> None:
    request = world.request(revoked(world, owner))
    assert browser.change(f"/links/requests/{request.id}/dismiss").status_code == 303
    assert rows(world)[0][3] == "dismissed"
    assert browser.change(f"/links/requests/{request.id}/answer").status_code == 200
    assert browser.change(f"/links/requests/{request.id}/dismiss").status_code == 303
    assert rows(world)[0][3] == "answered"


def test_a_closed_calendar_answers_nobody(world: World, owner: Owner, browser: Browser) -> None:
    request = world.request(revoked(world, owner))
    world.execute("UPDATE calendars SET is_open = false")
    assert browser.change(f"/links/requests/{request.id}/answer").status_code == 409
    assert rows(world)[0][3] == "open"


def test_looking_at_a_spent_link_writes_nothing(world: World, owner: Owner) -> None:
    token = revoked(world, owner)
    before = world.dump()
    for path in (f"/b/{token}", f"/b/{token}?asked=1", f"/b/{token}/request"):
        world.browser().get(path)
    assert world.dump() == before
    assert z(NINE)


def test_the_owner_is_one_press_away(world: World, owner: Owner) -> None:
    token = world.link(world.calendar(owner))
    world.book(token, at("2026-11-30 09:00"))
    page = world.browser().get(f"/b/{token}").text
    assert len(re.findall(r'class="button" href="mailto:olivia@example.com"', page)) == 1
    assert "tel:" not in page
    world.execute("UPDATE owners SET contact = 'Ask me: +49 (0)30 1234'")
    page = world.browser().get(f"/b/{token}").text
    assert "mailto:" not in page
    world.execute("UPDATE owners SET contact = '+49 (0)30 1234'")
    page = world.browser().get(f"/b/{token}").text
    assert re.search(r'class="button" href="tel:\+49301234">.*Call</a>', page)
