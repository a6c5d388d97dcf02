"""A name in another direction, or one that sets a direction, turns no other words around, on any page (UAX #9)."""

from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from support.world import HTMX, World, at

from blueprints.reschedule_pages import refusal_words
from i18n.bidi import FIRST_STRONG_ISOLATE, isolate
from scheduling.changes import InviteeActor
from scheduling.errors import ChangeLimitReached, ChangeNotAllowed, TooManyChanges

EVIL = "\u202eevil"
NINE, TEN, TWELVE = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 12:00")
VOID = {"input", "meta", "link", "img", "br"}
READ_OUT = {"aria-label", "title", "alt", "placeholder"}


class Occurrences(HTMLParser):
    """Finds where EVIL stands within other text without being isolated."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.found, self.bare = 0, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_OUT and value:
                self._check(value, f"{tag} {name}")
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, attributes = self.open[-1] if self.open else ("", {})
        by_itself = attributes.get("dir") == "auto" and data.strip(" \n“”").startswith(EVIL)
        if tag == "textarea" or by_itself or any(outer == "bdi" for outer, _ in self.open):
            self.found += data.count(EVIL)
        else:
            self._check(data, tag)

    def _check(self, text: str, where: str) -> None:
        self.found += text.count(EVIL)
        bare = text.replace(FIRST_STRONG_ISOLATE + EVIL, "")
        if EVIL in bare:
            self.bare.append(f"{where}: {bare.strip()!r}")


@pytest.fixture
def app(sqlite_url: str, app_on) -> Flask:  # noqa: ANN001
    return app_on(sqlite_url, SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="book@example.com")  # type: ignore[no-any-return]


def test_typed_text_is_isolated_wherever_it_stands(world: World) -> None:
    owner = world.owner(name=f"{EVIL} Olivia")
    fields = {"name": f"{EVIL} meeting", "location": f"{EVIL} street", "description": f"{EVIL} about"}
    calendar = world.calendar(owner, **fields)
    tokens = [world.link(calendar, label=f"{EVIL} label") for _ in range(3)]
    typed = {"name": f"{EVIL} Jane", "phone": f"{EVIL} 1", "notes": f"{EVIL} notes"}
    first, second = world.book(tokens[0], NINE, **typed), world.book(tokens[1], TEN, **typed)
    world.move(first, TWELVE)
    world.cancel(second, f"{EVIL} reason")
    for booking, recipient in ((first, "invitee"), (second, "owner")):
        world.message(booking, recipient, kind="reminder")
    world.message(first, "invitee", kind="resent", state="waiting", done_at=None)
    world.execute("UPDATE owners SET contact = :evil", evil=f"{EVIL} contact")
    world.execute("UPDATE calendars SET min_notice = 0")
    world.batch(calendar, label=f"{EVIL} batch")
    world.request(world.link(calendar, label=f"{EVIL} label"), f"{EVIL} Karla")
    slot = "start=2026-12-01T09:00:00Z"
    invitees = [
        *(f"/b/{tokens[2]}{query}" for query in ("", f"?{slot}", "?start=gone")),
        f"/b/{tokens[0]}",
        *(f"/booking/{world.manage_token(booking)}" for booking in (first, second)),
        *(f"/booking/{world.manage_token(first)}/reschedule{query}" for query in ("", f"?{slot}")),
    ]
    owners = [
        "/bookings", "/bookings?show=cancelled", f"/bookings?q={EVIL}", "/bookings/1", "/bookings/2",
        "/bookings/1/reschedule", f"/bookings/1/reschedule?{slot}", "/settings/calendars", "/settings/calendars/1",
        "/settings/calendars/1/delete", "/settings/calendars/1/links", "/settings/links/3", "/settings/links/1",
        "/links", f"/links?q={EVIL}", "/links?show=requests", "/settings/batches/1", "/settings/batches/1/sheet",
        "/settings/links/3?tab=text", "/settings/links/3?tab=email", "/settings/calendars/1/wording",
        "/settings/mail", "/settings/profile", "/settings/feed", "/settings/busy",
    ]  # fmt: skip
    olivia = world.signed_in(owner)
    bare = {}
    for browser, path, headers in (
        *((world.browser(), path, {}) for path in invitees),
        *((olivia, path, {}) for path in owners),
        (olivia, "/settings/links/3", HTMX),
    ):
        answer = browser.get(path, headers=headers)
        assert answer.status_code in (200, 409, 410), (path, answer.status_code)
        page = Occurrences()
        page.feed(answer.text)
        assert page.found, path
        if page.bare:
            bare[path] = page.bare
    saved = olivia.change("/settings/calendars/1/delete", follow_redirects=True)
    page = Occurrences()
    page.feed(saved.text)
    assert "was archived" in saved.text
    assert bare | ({"said": page.bare} if page.bare else {}) == {}


@pytest.mark.parametrize(
    ("typed", "isolated"),
    [
        ("Jane", "Jane"),
        ("\u202ex", "\u2068\u202ex\u2069"),
        ("\u2069\u202ex", "\u2068\u202ex\u2069"),
        ("\u2067x", "\u2068\u2067x\u2069\u2069"),
        ("\u2067x\u2069y\u2069z", "\u2068\u2067x\u2069yz\u2069"),
    ],
)
def test_no_text_gets_out_of_its_isolate(typed: str, isolated: str) -> None:
    assert isolate(typed) == isolated


@pytest.mark.parametrize("refusal", [ChangeLimitReached, TooManyChanges])
def test_a_refused_change_isolates_the_owners_name(world: World, refusal: type[ChangeNotAllowed]) -> None:
    booking = world.book(world.link(world.calendar(world.owner(name=EVIL))), NINE)
    actor = InviteeActor(world.manage_token(booking))
    with world.app.test_request_context():
        words = refusal_words(refusal, actor, actor.find(), [], ZoneInfo("UTC"))
    assert isolate(EVIL) in words
