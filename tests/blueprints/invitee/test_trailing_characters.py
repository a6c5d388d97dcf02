"""What stands after a token in a pasted address does not count as part of it."""

from urllib.parse import quote

import pytest
from support.world import World, at

from scheduling.feeds import feed_token, renew_feed

AFTER = [
    ".",
    ")",
    ">",
    "”",
    "’",
    "'",
    '"',
    ",",
    ";",
    "/",
    " ",
    "\u200b",
    "\u00a0",
    "%",
    "]",
    "…",
    ".)",
    "\n",
    "/x",
    ".",
]


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_is_found_with_one_redirect(world: World, after: str, method: str) -> None:
    token = world.link()
    answer = world.browser().open(f"/b/{token}{quote(after)}?tz=Europe/Paris", method=method)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/b/{token}?tz=Europe/Paris"
    assert world.browser().open(answer.headers["Location"], method=method).status_code == 200


def test_each_kind_of_token_is_found(world: World) -> None:
    owner = world.owner()
    booking = world.book(world.link(world.calendar(owner)), at("2026-12-03 09:00"))
    with world.inside():
        renew_feed(world.key, owner.id)
    with world.inside():
        from accounts.owners import find_owner

        current = find_owner(owner.email)
        feed = current and feed_token(world.key, current.feed_salt, current.feed_hash)
    manage = world.manage_token(booking)
    for pasted, plain in (
        (f"/booking/{manage}.", f"/booking/{manage}"),
        (f"/booking/{manage})", f"/booking/{manage}"),
        (f"/booking/{manage}.ics)", f"/booking/{manage}.ics"),
        (f"/booking/{manage}/reschedule.", f"/booking/{manage}/reschedule"),
        (f"/feed/{feed}.ics.", f"/feed/{feed}.ics"),
        (f"/feed/{feed}.ics)", f"/feed/{feed}.ics"),
    ):
        answer = world.browser().get(pasted)
        assert (answer.status_code, answer.headers.get("Location")) == (302, plain), pasted
        assert world.browser().get(plain).status_code == 200


@pytest.mark.parametrize("after", [".", ")", "/", "/x"])
def test_an_unknown_token_stays_unknown(world: World, after: str) -> None:
    assert world.browser().get(f"/b/{'x' * 18}{after}").status_code == 404
    assert world.browser().get(f"/booking/{'x' * 18}{after}").status_code == 404


def test_a_longer_token_is_another_one_and_a_post_is_not_led_on(world: World) -> None:
    token = world.link()
    assert world.browser().get(f"/b/{token}x").status_code == 404
    assert world.browser().get(f"/b/{token}-").status_code == 404
    assert world.browser().post(f"/b/{token}.").status_code == 404


@pytest.mark.parametrize(
    "broken",
    ["{0}\r\n{1}", "{0}=\r\n{1}", "{0} {1}", "{0}\u200b{1}", "{0}\u00ad{1}\n", "{0}\n {1}>", "\n{0}{1}", "{0}{1}%2E"],
)
def test_a_link_that_a_mail_program_broke_is_mended(world: World, broken: str) -> None:
    token = world.link()
    answer = world.browser().get(f"/b/{quote(broken.format(token[:9], token[9:]), safe='')}?utm_source=mail")
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/b/{token}?utm_source=mail")


def test_capitals_before_the_token_do_not_matter_and_within_it_they_do(world: World) -> None:
    token = world.link()
    answer = world.browser().get(f"/B/{token}", headers={"Host": "LOCALHOST"})
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/b/{token}")
    assert world.browser().get(f"/b/{token.swapcase()}").status_code == 404


def test_what_is_missing_is_not_guessed(world: World) -> None:
    token = world.link()
    answer = world.browser().get(f"/b/{token[:-1]}")
    assert answer.status_code == 404
    assert "The end of the address may be missing" in answer.text


@pytest.mark.parametrize("query", ["utm_source=mail", "fbclid=x", "utm_source=a&utm_medium=b&gclid=c"])
def test_what_is_added_to_the_query_changes_nothing(world: World, query: str) -> None:
    token = world.link()
    assert world.browser().get(f"/b/{token}?{query}").data == world.browser().get(f"/b/{token}?x=y").data
