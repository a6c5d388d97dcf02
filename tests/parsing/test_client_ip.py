"""Who asks, behind a reverse proxy or not: what anybody could have written is not believed."""

from typing import Any

import pytest
from support.world import World

from parsing.client_ip import client_ip, parse_networks, rate_limit_key

OURS = parse_networks("127.0.0.1, 10.0.0.0/8, ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "asks"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, nonsense, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("::1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_last_address_that_no_proxy_of_ours_has(peer: str, forwarded_for: str, asks: str) -> None:
    assert client_ip(peer, forwarded_for, OURS) == asks


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert client_ip("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


def test_a_household_of_ipv6_is_one_place() -> None:
    assert (
        rate_limit_key("2001:db8:1:2:3:4:5:6") == rate_limit_key("2001:db8:1:2::9") != rate_limit_key("2001:db8:1:3::9")
    )
    assert rate_limit_key("192.0.2.1") != rate_limit_key("192.0.2.2")


@pytest.mark.parametrize("trusted", [True, False])
def test_failed_sign_ins_count_by_who_asks(database_url: str, app_on: Any, trusted: bool) -> None:
    world = World(app_on(database_url, **({"TRUSTED_PROXIES": "127.0.0.1"} if trusted else {})))
    owner = world.owner()

    def sign_in(forwarded_for: str) -> int:
        browser = world.browser()
        browser.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded_for
        return browser.change("/login", {"email": owner.email, "password": "wrong"}).status_code

    for i in range(10):
        assert sign_in(f"6.6.6.{i}, 198.51.100.1") == 422
    assert sign_in("198.51.100.1") == 429
    assert sign_in("203.0.113.7") == (422 if trusted else 429)
