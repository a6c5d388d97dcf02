"""The environment: what it means, and that a wrong value is refused by its name."""

import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.server_process import HOUSE, KEY

from app import create_app
from config import Config, ConfigError


def config(tmp_path: Path, **environ: str) -> Config:
    return Config.from_environ(environ, tmp_path / "instance")


def test_without_anything_it_is_one_sqlite_file_and_a_kept_key(tmp_path: Path) -> None:
    first = config(tmp_path)
    assert first.database_url == f"sqlite:///{tmp_path}/instance/bookonce.db"
    assert (first.base_url, first.host, first.port, first.threads) == ("http://127.0.0.1:8080", "127.0.0.1", 8080, 8)
    path = tmp_path / "instance/secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(first.secret_key) >= 32
    assert config(tmp_path).secret_key == first.secret_key
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_postgresql_has_three_names(tmp_path: Path, scheme: str) -> None:
    made = config(tmp_path, DATABASE_URL=f"{scheme}://u:p%40ss@db:5433/name", SECRET_KEY=KEY)
    assert made.database_url == "postgresql+psycopg://u:p%40ss@db:5433/name"


@pytest.mark.parametrize(
    ("given", "hosts", "ports"),
    [
        ("postgresql://u:p@one:5433,two:5434/shop?target_session_attrs=read-write", "one,two", "5433,5434"),
        ("postgresql+psycopg://u:p@one,two/shop?target_session_attrs=read-write", "one,two", "5432,5432"),
        ("postgres://u:p@/shop?host=one:5433&host=two:5434&target_session_attrs=read-write", "one,two", "5433,5434"),
        ("postgresql://u:p@/shop?host=/run/a,/run/b&target_session_attrs=read-write", "/run/a,/run/b", ","),
    ],
)
def test_postgresql_may_have_several_hosts(tmp_path: Path, given: str, hosts: str, ports: str) -> None:
    url = make_url(config(tmp_path, DATABASE_URL=given, SECRET_KEY=KEY).database_url)
    _, options = url.get_dialect()().create_connect_args(url)
    assert {name: str(value) for name, value in options.items()} == {
        "user": "u", "password": "p", "dbname": "shop", "host": hosts, "port": ports,
        "target_session_attrs": "read-write",
    }  # fmt: skip


def test_trusted_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    assert config(tmp_path).trusted_proxies == ()
    made = config(tmp_path, TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8,::1")
    assert [str(network) for network in made.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


def test_source_networks_are_addresses_and_networks(tmp_path: Path) -> None:
    assert config(tmp_path).source_networks == ()
    made = config(tmp_path, SOURCE_NETWORKS="192.168.0.0/16, fd00::/8")
    assert [str(network) for network in made.source_networks] == ["192.168.0.0/16", "fd00::/8"]


def test_a_service_to_sign_in_to_is_offered_where_its_client_is_known(tmp_path: Path) -> None:
    assert config(tmp_path).oauth_apps == {}
    google = {"GOOGLE_CLIENT_ID": "1-a.apps.googleusercontent.com", "GOOGLE_CLIENT_SECRET": "hunter2"}
    microsoft = {"MICROSOFT_CLIENT_ID": "b", "MICROSOFT_CLIENT_SECRET": "c~d"}
    apps = config(tmp_path, **google).oauth_apps
    assert list(apps) == ["google"]
    assert apps["google"].client_id == google["GOOGLE_CLIENT_ID"]
    assert "hunter2" not in str(apps)
    apps = config(tmp_path, **google, **microsoft).oauth_apps
    assert apps["microsoft"].token_url == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    apps = config(tmp_path, **microsoft, MICROSOFT_TENANT="example.onmicrosoft.com").oauth_apps
    assert "/example.onmicrosoft.com/" in apps["microsoft"].authorize_url


@pytest.mark.parametrize("service", ["GOOGLE", "MICROSOFT"])
def test_a_clients_id_and_its_secret_need_each_other(tmp_path: Path, service: str) -> None:
    with pytest.raises(ConfigError, match=f"^{service}_CLIENT_SECRET: must be set"):
        config(tmp_path, **{f"{service}_CLIENT_ID": "a"})
    with pytest.raises(ConfigError, match=f"^{service}_CLIENT_ID: must be set"):
        config(tmp_path, **{f"{service}_CLIENT_SECRET": "a"})


def test_the_id_of_a_secret_is_not_taken_for_the_secret(tmp_path: Path) -> None:
    environ = {"MICROSOFT_CLIENT_ID": "a", "MICROSOFT_CLIENT_SECRET": "0f5c0e6a-1b2c-4d3e-8f90-a1b2c3d4e5f6"}
    with pytest.raises(ConfigError, match="^MICROSOFT_CLIENT_SECRET: is the secret's id; its value is needed"):
        config(tmp_path, **environ)


@pytest.mark.parametrize(
    ("url", "host", "port", "encrypted", "user", "password"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, False, "", ""),
        ("smtp://localhost:1025/", "localhost", 1025, False, "", ""),
        ("smtp://u%40x.org:p%3A%2F%23%25@mail.example.com", "mail.example.com", 587, False, "u@x.org", "p:/#%"),
        ("smtps://u:hunter2@mail.example.com", "mail.example.com", 465, True, "u", "hunter2"),
        ("smtps://[::1]:2465", "::1", 2465, True, "", ""),
    ],
)
def test_the_mail_server(
    tmp_path: Path, url: str, host: str, port: int, encrypted: bool, user: str, password: str
) -> None:
    mail = config(tmp_path, SMTP_URL=url, MAIL_FROM="book@example.com").mail
    assert mail
    assert (mail.host, mail.port, mail.encrypted, mail.user, mail.password) == (host, port, encrypted, user, password)
    assert mail.must_encrypt == bool(user)
    assert not password or password not in repr(mail) + str(mail)


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("book@example.com", "", "book@example.com"),
        ("Practice, Dr. O <book@example.com>", "Practice, Dr. O", "book@example.com"),
        ('"The Practice" <book@exämple.com>', "The Practice", "book@xn--exmple-cua.com"),
    ],
)
def test_who_mail_comes_from(tmp_path: Path, sender: str, name: str, address: str) -> None:
    mail = config(tmp_path, SMTP_URL="smtp://localhost", MAIL_FROM=sender).mail
    assert mail
    assert (mail.name, mail.address) == (name, address)


def test_who_signs_in_with_an_address_writes_from_it_and_without_a_server_there_is_no_mail(tmp_path: Path) -> None:
    mail = config(tmp_path, SMTP_URL="smtp://jane%40example.com:p@localhost").mail
    assert mail
    assert mail.address == "jane@example.com"
    assert config(tmp_path, MAIL_FROM="book@example.com").mail is None
    assert config(tmp_path, SMTP_URL="", MAIL_FROM="").mail is None


def test_the_base_url_follows_host_and_port_or_is_given(tmp_path: Path) -> None:
    assert config(tmp_path, HOST="::1", PORT="9000").base_url == "http://[::1]:9000"
    assert config(tmp_path, HOST="[::1]", PORT="9000").base_url == "http://[::1]:9000"
    assert config(tmp_path, BASE_URL="HTTPS://book.example/").base_url == "https://book.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "-1"), ("PORT", "8080.5"), ("PORT", "9" * 5000),
        ("PORT", "²"), ("THREADS", "0"), ("THREADS", "many"),
        ("SMTP_URL", "mail.example.com"), ("SMTP_URL", "http://mail.example.com"), ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://localhost:0"), ("SMTP_URL", "smtp://localhost:70000"), ("SMTP_URL", "smtp://a b"),
        ("SMTP_URL", "smtp://user@localhost"), ("SMTP_URL", "smtp://:hunter2@localhost"),
        ("SMTP_URL", "smtp://u:hunter2@x@localhost"), ("SMTP_URL", "smtp://u:hunter2#@localhost"),
        ("SMTP_URL", "smtp://u:hunter2/@localhost"), ("SMTP_URL", "smtp://u:hunter2%0A@localhost"),
        ("SMTP_URL", "smtp://u:hunter2ß@localhost"), ("SMTP_URL", "smtp://localhost/in"),
        ("SMTP_URL", "smtp://localhost?tls=no"), ("SMTP_URL", "smtp://local\nhost"), ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b@c"), ("MAIL_FROM", "Practice <book@example.com> x"), ("MAIL_FROM", "x\r\nBcc: a@b.example"),
        ("BASE_URL", "book.example"), ("BASE_URL", "ftp://book.example"), ("BASE_URL", "https://"),
        ("BASE_URL", "https://book.example/path"), ("BASE_URL", "https://book.example:port"),
        ("BASE_URL", "https://a b"), ("BASE_URL", "https://a?"), ("BASE_URL", "https://a#"), ("BASE_URL", "https://a..b"),
        ("BASE_URL", 'https://a"b.com'), ("SECRET_KEY", "a\udcff"), ("DATABASE_URL", "sqlite:////tmp/x.db?timeout=abc"),
        ("DATABASE_URL", "nope"), ("DATABASE_URL", "mysql://db/name"), ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"), ("DATABASE_URL", "sqlite:////no/such/folder/x.db"),
        ("DATABASE_URL", "postgresql://db:port/name"), ("TRUSTED_PROXIES", "1"), ("TRUSTED_PROXIES", "proxy.local"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"), ("TRUSTED_PROXIES", "127.0.0.1,"), ("TRUSTED_PROXIES", "*"),
        ("SOURCE_NETWORKS", "lan"), ("SOURCE_NETWORKS", "10.0.0.1/8"),
        ("GOOGLE_CLIENT_ID", "a b"), ("GOOGLE_CLIENT_SECRET", "hunter2\n"), ("MICROSOFT_TENANT", "a/b"),
    ],
)  # fmt: skip
def test_a_wrong_value_stops_the_start_with_a_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{name}: ") as refused:
        config(tmp_path, **{name: value})
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(SystemExit, match=rf"^{name}: "):
        create_app({name: value}, tmp_path / "instance")


def test_a_mail_server_needs_a_sender_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="^MAIL_FROM: must be set with SMTP_URL"):
        config(tmp_path, SMTP_URL="smtp://user:password@localhost")


def test_postgresql_demands_a_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="^SECRET_KEY: must be set"):
        config(tmp_path, DATABASE_URL="postgresql://db/name")


PLACEHOLDER = re.search(r"^SECRET_KEY='(.+)'$", (HOUSE / "docs/deploy.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("key", ["x", KEY[:31], PLACEHOLDER and PLACEHOLDER[1]])
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    assert config(tmp_path, SECRET_KEY=KEY[:32]).secret_key == KEY[:32]
    with pytest.raises(ConfigError, match=r"^SECRET_KEY: it has fewer than 32 characters") as refused:
        config(tmp_path, SECRET_KEY=key)
    assert key not in str(refused.value).split()
    (tmp_path / "instance").mkdir(exist_ok=True)
    (tmp_path / "instance/secret_key").write_text(key)
    with pytest.raises(ConfigError, match=r"^SECRET_KEY: the key in the file .* has fewer"):
        config(tmp_path)


def test_a_password_in_the_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        config(tmp_path, DATABASE_URL="mysql://user:hunter2@db/name")
    assert "hunter2" not in str(refused.value)
