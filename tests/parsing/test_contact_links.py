"""Addresses and telephone numbers as URLs: odd ones become no other URL, and what is none of them no link."""

import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from markupsafe import Markup, escape
from support import strict_ical
from support.world import World, at

from models import Owner
from parsing.contact_links import contact_urls, mail_link, mailto_url, tel_url, urlize

ODD_ADDRESSES = {
    "jane@example.com": "mailto:jane@example.com",
    "jane+x@example.com": "mailto:jane+x@example.com",
    "o'hara@example.com": "mailto:o'hara@example.com",
    "a?bcc=evil%40e.example@example.org": "mailto:a%3Fbcc%3Devil%2540e.example@example.org",
    "a&subject=x@example.org": "mailto:a%26subject%3Dx@example.org",
    "a#b@example.org": "mailto:a%23b@example.org",
    "a/b@example.org": "mailto:a%2Fb@example.org",
    "a%0AX@example.org": "mailto:a%250AX@example.org",
    "{a}`|^@example.org": "mailto:%7Ba%7D%60%7C%5E@example.org",
    "łukasz@exämple.com": "mailto:%C5%82ukasz@xn--exmple-cua.com",
    "a@b.example?bcc=evil@e.example": None,
    "a@b.example,c@d.example": None,
    "a;b@example.org": None,
    "jane": None,
    "": None,
}


@pytest.mark.parametrize(("address", "url"), ODD_ADDRESSES.items())
def test_an_address_is_percent_encoded(address: str, url: str | None) -> None:
    assert mailto_url(address) == url


@pytest.mark.parametrize(
    "address",
    [
        *ODD_ADDRESSES, "jane.van-doe_1@mail.example.co.uk", "Jane@example.com", "jane@EXAMPLE.com", "jane@-a.example",
        "jane@a-.example", "jane@xn--exmple-cua.com", "j..d@example.com", ".j@example.com", "jane@example", "a@b.c1",
        "jane@example.com\n", '"><b>"@example.com',
    ],
)  # fmt: skip
def test_an_address_is_linked_alike_whether_it_is_ordinary_or_odd(address: str) -> None:
    url = mailto_url(address)
    link = Markup('<a href="{}">{}</a>').format(url, address) if url else escape(address)
    assert mail_link(address) == link


@pytest.mark.parametrize(("address", "url"), ODD_ADDRESSES.items())
def test_an_address_within_a_text_is_linked_alike(address: str, url: str | None) -> None:
    linked = urlize(f"<b>Write to {address} & come")
    assert "<b>" not in linked
    assert unescape(re.sub("<[^>]+>", "", linked)) == f"<b>Write to {address} & come"
    assert [unescape(found) for found in re.findall('href="([^"]*)"', linked)] == ([url] if url else [])
    assert 'href="https://example.org/?a=b&amp;c"' in urlize("at https://example.org/?a=b&c")
    assert 'href="mailto:jane@example.com"' in urlize("mailto:jane@example.com")
    assert "href" not in urlize("mailto:jane@example.com?bcc=evil@e.example")


@pytest.mark.parametrize(
    ("phone", "url"),
    [
        ("+49 30 1234", "tel:+49301234"),
        ("+49 (0)30 1234-56", "tel:+4930123456"),
        ("+49 ( 0 ) 30/1234", "tel:+49301234"),
        ("0049 (0)30 1234", "tel:0049301234"),
        ("(0)30 1234", "tel:0301234"),
        ("(030) 1234", "tel:0301234"),
        ("+1 (212) 555-0100", "tel:+12125550100"),
        ("+1.212.555.0100", "tel:+12125550100"),
        ("+49\N{NO-BREAK SPACE}30\N{NON-BREAKING HYPHEN}1234", "tel:+49301234"),
        ("\N{FULLWIDTH PLUS SIGN}４９ ３０ １２３４", "tel:+49301234"),
        ("٠٣٠١٢٣٤", "tel:0301234"),
        ("+49 30 1234 ext. 5", None),
        ("1-800-FLOWERS", None),
        ("+49 30 1234;ext=5", None),
        ("+49 30 1234, +49 30 1235", None),
        ("030 1234567 / 0171 1234567", None),
        ("+49+30", None),
        ("30 +49", None),
        ("*31#030 1234", None),
        ("٠x", None),
        ("²³¹", "tel:231"),  # as it looks in other fonts
        ("12", None),
        ("+", None),
        ("", None),
        ("on request", None),
    ],
)
def test_a_number_is_digits_only_or_no_link(phone: str, url: str | None) -> None:
    assert tel_url(phone) == url


def test_every_link_of_the_product_is_escaped(world: World, owner: Owner) -> None:
    """On the owner's pages and the invitee's, in the file, and in what the owner wrote."""
    odd = "a?bcc=evil%40e.example@example.org"
    calendar = world.calendar(owner, location=odd, description=f"Write to {odd}")
    world.execute("UPDATE owners SET contact = :odd", odd=odd)
    link = world.link(calendar)
    booking = world.book(link, at("2026-11-30 09:00"), email=odd, phone="+49 (0)30 1")
    mine, theirs = world.signed_in(owner), world.browser()
    manage = f"/booking/{world.manage_token(booking)}"
    pages = [mine.get("/bookings"), mine.get(f"/bookings/{booking.id}"), theirs.get(manage), theirs.get(f"/b/{link}")]
    pages.append(theirs.get(f"/b/{world.link(calendar)}"))
    assert [page.status_code for page in pages] == [200, 200, 200, 410, 200]
    for page in pages:
        links = [unescape(found) for found in re.findall(r'href="(mailto:[^"]*)"', page.text)]
        assert links, page.request.path
        for url in links:
            assert (unquote(urlsplit(url).path), urlsplit(url).query) == (odd, "")
    assert 'href="tel:+49301"' in pages[1].text
    assert odd in strict_ical.read(theirs.get(f"{manage}.ics").data).events[0].location


def test_what_is_no_address_is_text() -> None:
    assert mail_link("<b>") == "&lt;b&gt;"


MAIL, TEL = {"mailto": "mailto:o@example.com"}, {"tel": "tel:+49301234"}


@pytest.mark.parametrize(
    ("contact", "urls"),
    [
        ("o@example.com", MAIL),
        ("+49 (0)30 1234", TEL),
        ("o@example.com, +49 30 1234", MAIL | TEL),
        ("Tel.: +49 30/1234\r\nEmail: o@example.com\nfax: +49 30 99", MAIL | TEL),
        ("Olivia · o@example.com; x@example.com", MAIL),
        ("Ask at the desk, room 123", {}),
        ("javascript:alert(1)", {}),
        ("Write to o@example.com or come by", {}),
        ("2026, 10:30", {}),
        ("", {}),
    ],
)
def test_a_contact_that_is_clearly_an_address_or_a_number_is_one_press_away(contact: str, urls: dict[str, str]) -> None:
    assert contact_urls(contact) == urls
