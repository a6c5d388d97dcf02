"""The commands for mail, and encryption: a password goes only to the mail server that is configured."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from support.commands import ok, refused
from support.smtp_server import PASSWORD, USER, PostOffice, post_office
from support.world import World, at

NINE = at("2026-11-30 09:00")
SENDER = {"MAIL_FROM": "book@example.com"}
LOGIN = f"{USER}:p%40ss%2Fword"


@pytest.fixture
def world_by(sqlite_url: str, app_on: Any) -> Callable[[str], World]:
    """Make a world whose mail goes by this server."""
    return lambda url: World(app_on(sqlite_url, SMTP_URL=url, **SENDER))


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def meant(monkeypatch: pytest.MonkeyPatch, office: PostOffice) -> str:
    """Let a host that is not this machine lead to the post office; return its name."""
    import socket

    real = socket.getaddrinfo

    def found(host: Any, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if host == "mail.example.com" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return f"mail.example.com:{office.port}"


def test_mail_test_sends_one_mail_and_names_its_server(world_by: Callable[[str], World]) -> None:
    with post_office() as office:
        (line,) = ok(world_by(office.url), "mail-test", "me@example.com")
        assert line == f"127.0.0.1:{office.port} has taken it on for me@example.com."
        (mail,) = office.taken
        assert (mail["X-Rcpt"], mail["Subject"]) == ("me@example.com", "Bookonce can send mail")


@pytest.mark.parametrize(
    "typed", ["Me <me@example.com>", "mailto:me@example.com", " me@example.com.", "me@example.com\u200b"]
)
def test_an_address_is_taken_as_the_forms_take_it(world_by: Callable[[str], World], typed: str) -> None:
    with post_office() as office:
        assert ok(world_by(office.url), "mail-test", typed)[0].endswith(" for me@example.com.")


def test_mail_test_says_in_a_line_what_is_wrong(world_by: Callable[[str], World], app_on: Any, sqlite_url: str) -> None:
    assert "SMTP_URL: is not set" in refused(World(app_on(sqlite_url)), "mail-test", "me@example.com")
    assert "Connection refused" in refused(world_by("smtp://127.0.0.1:1"), "mail-test", "me@example.com")
    assert "no such host" in refused(world_by("smtp://mail.invalid"), "mail-test", "me@example.com")
    assert "not an email address" in refused(world_by("smtp://127.0.0.1:1"), "mail-test", "me")
    with post_office() as office:
        office.answers["RCPT"] = "550 5.7.1 Relaying\r\n denied"
        assert "550 5.7.1 Relaying" in refused(world_by(office.url), "mail-test", "me@example.com")
        office.answers["RCPT"] = "450 Busy"
        assert "450 Busy" in refused(world_by(office.url), "mail-test", "me@example.com")


def test_work_once_sends_what_is_due(world_by: Callable[[str], World], app_on: Any, sqlite_url: str) -> None:
    with post_office() as office:
        world = world_by(office.url)
        world.book(world.link(), NINE)
        assert ok(World(app_on(sqlite_url)), "work", "--once") == ["0"]  # without a mail server they wait
        assert ok(world, "work", "--once") == ["2"]
        assert ok(world, "work", "--once") == ["0"]
        assert len(office.taken) == 2


def test_with_starttls_a_password_is_said_under_encryption(
    world_by: Callable[[str], World], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(tls=certified(authority, "mail.example.com"), sign_in=True) as office:
        ok(world_by(f"smtp://{LOGIN}@{meant(monkeypatch, office)}"), "mail-test", "me@example.com")
        assert len(office.taken) == 1
        wrong = f"smtp://{USER}:wrong@mail.example.com:{office.port}"
        assert "535" in refused(world_by(wrong), "mail-test", "me@example.com")


def test_with_smtps_it_is_encrypted_from_the_first_byte(
    world_by: Callable[[str], World], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(ssl_context=certified(authority, "mail.example.com")) as office:
        ok(world_by(f"smtps://{meant(monkeypatch, office)}"), "mail-test", "me@example.com")
        assert len(office.taken) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_who_is_not_whom_they_say_gets_no_password(
    world_by: Callable[[str], World], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context = certified(authority, "other.example.com")
    options: dict[str, Any] = {"ssl_context": context} if scheme == "smtps" else {"tls": context, "sign_in": True}
    with post_office(**options) as office:
        url = f"{scheme}://{LOGIN}@{meant(monkeypatch, office)}"
        line = refused(world_by(url), "mail-test", "me@example.com")
        assert "its certificate can't be trusted" in line
        assert PASSWORD not in line
        assert office.signed_in == []


def test_without_encryption_no_password_leaves_this_machine(
    world_by: Callable[[str], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office() as office:
        line = refused(world_by(f"smtp://{LOGIN}@{meant(monkeypatch, office)}"), "mail-test", "me@example.com")
        assert "offers no encryption (STARTTLS), and a password is not sent without" in line
        assert office.signed_in == []


def test_without_a_password_any_certificate_is_better_than_none(
    world_by: Callable[[str], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(tls=certified(trustme.CA(), "other.example.com")) as office:
        ok(world_by(f"smtp://{meant(monkeypatch, office)}"), "mail-test", "me@example.com")
        assert office.encrypted == [True]
