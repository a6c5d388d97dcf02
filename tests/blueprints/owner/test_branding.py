"""Settings → Profile → Look: the colour and the logo on the pages for invitees."""

import gc
import gzip
import re
from io import BytesIO

import pytest
from support.images import drawn
from support.world import Browser, World, at

from middleware.static_files import static_url
from models import Owner

NINE = at("2026-11-30 09:00")
LOOK = "/settings/look"


def wear(browser: Browser, accent: str = "#aa3300", logo: bytes | None = None, name: str = "logo.png") -> int:
    """Send the form; return the status."""
    file = {"logo": (BytesIO(logo), name)} if logo is not None else {}
    return browser.change(LOOK, {"accent": accent} | file).status_code


def stylesheet(page: str) -> str:
    return re.findall(r"<link rel=\"stylesheet\" href=\"([^\"]+)\">", page)[0]


def test_all_pages_of_an_invitee_wear_the_owners_colour_and_logo(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    token, spent = world.link(calendar), world.link(calendar)
    manage = world.manage_token(world.book(spent, NINE))
    assert wear(browser, logo=drawn()) == 303
    invitee = world.browser()
    slot = re.search(r'href="(\?start=[^"]+)"', invitee.get(f"/b/{token}").text)
    assert slot
    pages = [f"/b/{token}", f"/b/{token}{slot[1].replace('&amp;', '&')}", f"/b/{spent}", f"/booking/{manage}"]
    for path in [*pages, f"/booking/{manage}/reschedule"]:
        page = invitee.get(path).text
        assert stylesheet(page).endswith(".aa3300.css"), path
        assert 'class="logo"' in page
    sheet = invitee.get(stylesheet(page))
    assert "--accent:#aa3300" in sheet.text
    assert sheet.text.startswith(invitee.get(static_url("style.css")).text)
    logo = re.search(r'<img class="logo" src="([^"]+)"', page)
    assert logo
    image = invitee.get(logo[1])
    assert image.mimetype == "image/webp"
    assert image.data[:4] == b"RIFF"


def test_a_stylesheet_is_compressed_for_browsers_that_accept_it(world: World, owner: Owner, browser: Browser) -> None:
    wear(browser)
    path = stylesheet(browser.get("/settings/profile").text)
    plain = world.browser().get(path)
    answer = world.browser().get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == plain.data
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/look/x.css", "/look/000000000000.aa3300.css", "/look/..%2Fstyle.css", "/logo/none.webp"]
)
def test_what_is_no_look_is_not_found(world: World, path: str) -> None:
    assert world.browser().get(path).status_code == 404


def test_a_colour_is_tried_before_it_is_saved(world: World, owner: Owner, browser: Browser) -> None:
    before = world.dump()["owners"]
    tried = browser.get(f"{LOOK}/colours?accent=%23FFEE88").json
    assert tried["light"]["--accent"] not in ("#ffee88", "#aa3300")  # too pale for text, so it is darker
    assert tried["dark"].keys() == tried["light"].keys()
    assert world.dump()["owners"] == before
    assert wear(browser, "#ffee88") == 303
    sheet = browser.get(stylesheet(browser.get(LOOK).text)).text
    assert all(f"{name}:{value};" in sheet for scheme in tried.values() for name, value in scheme.items())


@pytest.mark.parametrize("query", ["", "?accent=", "?accent=red", "?accent=%23gg0000"])
def test_what_is_no_colour_is_not_tried(browser: Browser, query: str) -> None:
    assert browser.get(f"{LOOK}/colours{query}").status_code == 422


@pytest.mark.parametrize("accent", ["", "red", "#aa330", "#aa33000", "#gg0000", "#aa3300;}"])
def test_what_is_no_colour_is_not_saved(world: World, owner: Owner, browser: Browser, accent: str) -> None:
    before = world.dump()["owners"]
    assert wear(browser, accent) == 422
    assert world.dump()["owners"] == before


def test_what_is_no_logo_is_not_saved_and_said_why(world: World, owner: Owner, browser: Browser) -> None:
    wear(browser, logo=drawn())
    before = world.dump()
    answer = browser.change(LOOK, {"accent": "#00aa33", "logo": (BytesIO(b"<svg>"), "logo.svg")})
    assert answer.status_code == 422
    assert "This file is not an image that we support" in answer.text
    assert 'href="#logo"' in answer.text
    assert {name: world.dump()[name] for name in ("owners", "logos")} == {
        name: before[name] for name in ("owners", "logos")
    }


# The test client leaves the temporary file open in which it gathers what it sends. It is closed here, so that no other
# test is blamed for it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_logo_may_be_larger_than_a_booking_but_not_endless(world: World, browser: Browser) -> None:
    assert wear(browser, logo=drawn() + b"\0" * 2_000_000) == 303
    assert wear(browser, logo=drawn() + b"\0" * 6_000_000) == 413
    assert browser.change("/settings/profile", {"name": "x" * 64_001}).status_code == 413
    gc.collect()


def test_the_look_can_be_taken_off_again(world: World, owner: Owner, browser: Browser) -> None:
    wear(browser, logo=drawn())
    assert browser.change(LOOK, {"no_logo": "1"}).status_code == 303
    assert browser.change(LOOK, {"ours": "1"}).status_code == 303
    page = world.browser().get(f"/b/{world.link(world.calendar(owner))}").text
    assert stylesheet(page) == static_url("style.css")
    assert "logo" not in page
    assert world.dump()["logos"] == []


def test_a_colour_that_was_made_darker_is_said(world: World, browser: Browser) -> None:
    wear(browser, "#ffee00")
    page = browser.get(LOOK).text
    assert "so that it can be read" in page
    assert page.count('class="toast"') == 1  # a second one would cover the first
    wear(browser, "#AA3300")
    assert "so that it can be read" not in browser.get(LOOK).text
    assert 'value="#aa3300"' in browser.get(LOOK).text


def test_two_owners_may_have_the_same_logo(world: World, owner: Owner, browser: Browser) -> None:
    other = world.owner("oscar@example.com")
    wear(browser, logo=drawn())
    theirs = world.signed_in(other)
    wear(theirs, logo=drawn())
    browser.change(LOOK, {"no_logo": "1"})
    page = world.browser().get(f"/b/{world.link(world.calendar(other))}").text
    logo = re.search(r'<img class="logo" src="([^"]+)"', page)
    assert logo
    assert world.browser().get(logo[1]).status_code == 200
