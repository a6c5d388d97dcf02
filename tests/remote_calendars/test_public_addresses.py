"""Which addresses count as public, whatever the version of Python thinks of them."""

from ipaddress import ip_address, ip_network

import pytest

from remote_calendars.fetching import may_have_password, split_url
from remote_calendars.public_addresses import is_allowed, is_public, resolve
from remote_calendars.reading import ReadingFailed


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::"])
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "255.255.255.255"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::127.0.0.1"),
        *("::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::"),
    ],
)
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


def test_a_network_of_the_operator_is_allowed_and_no_other() -> None:
    networks = [ip_network("192.168.0.0/16"), ip_network("fd00::/8")]
    assert is_allowed(ip_address("192.168.3.4"), networks)
    assert is_allowed(ip_address("::ffff:192.168.3.4"), networks)
    assert is_allowed(ip_address("fd00::1"), networks)
    assert not is_allowed(ip_address("10.0.0.1"), networks)


def test_of_several_addresses_those_that_the_operator_allows_are_taken() -> None:
    """`localhost` is ::1 as well on many machines."""
    (found,) = resolve("localhost", 80, [ip_network("127.0.0.0/8")])
    assert str(found) == "127.0.0.1"
    with pytest.raises(ReadingFailed):
        resolve("localhost", 80, [ip_network("10.0.0.0/8")])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://",
        "ftp://a.example/",
        "https://a:b@c.example/",
        "https://a.example:99999/",
        "https://ä.example",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ReadingFailed):
        split_url(url)


def test_webcal_means_https() -> None:
    assert split_url(" webcal://a.example/x.ics ").geturl() == "https://a.example/x.ics"


@pytest.mark.parametrize(
    ("host", "secure", "may"),
    [
        ("caldav.icloud.com", True, True),
        ("p12-caldav.icloud.com", True, True),
        ("p12-caldav.icloud.com", False, False),
        ("icloud.com.evil.example", True, False),
        ("other.co.uk", True, False),
        ("10.0.0.1", True, False),
    ],
)
def test_a_password_goes_to_its_own_host_only(host: str, secure: bool, may: bool) -> None:
    own = "mine.co.uk" if host.endswith("co.uk") else "caldav.icloud.com"
    assert may_have_password(host, secure, own) is may
