"""The configuration from environment variables; an error names the variable."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from parsing.client_ip import Network, parse_networks
from parsing.hosts import is_host
from parsing.mail_server import MailServer, parse_mail_server, parse_sender
from parsing.oauth_app import OauthApp, google_app, is_tenant, is_uuid, microsoft_app
from parsing.values import parse_positive_int

MIN_KEY = 32
"""Characters. Longer than what people make up, or leave in a copied example."""


class ConfigError(ValueError):
    """An invalid environment variable; the text is one line and begins with its name."""


# libpq's syntax for several hosts; SQLAlchemy expects each as a `host` of the query.
_SEVERAL_HOSTS = re.compile(r"^(postgres[^:/]*://(?:[^@/]*@)?)([^@/?]*,[^@/?]*)(/[^?]*)?(?:\?|$)")


@dataclass(frozen=True)
class Config:
    """The validated configuration. `base_url` has no slash at its end; if `mail` is None, no mail is sent.

    `oauth_apps` has the services that owners can sign in to, by the kind of source.
    """

    database_url: str
    secret_key: str
    base_url: str
    host: str
    port: int
    threads: int
    workers: int
    trusted_proxies: tuple[Network, ...]
    source_networks: tuple[Network, ...]
    oauth_apps: Mapping[str, OauthApp]
    mail: MailServer | None
    log_level: str
    metrics_token: str

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server."""
        return self.mail is not None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], instance: Path) -> "Config":
        """Return the configuration. Creates `instance` and the secret key in it if they are needed.

        Raises ConfigError.
        """
        host = (environ.get("HOST") or "127.0.0.1").strip("[]")
        port = _number(environ, "PORT", default=8080, maximum=65535)
        url = _database_url(environ, instance)
        return cls(
            database_url=url.render_as_string(hide_password=False),
            secret_key=_secret_key(environ, instance, on_sqlite=url.get_backend_name() == "sqlite"),
            base_url=_base_url(environ) or f"http://{f'[{host}]' if ':' in host else host}:{port}",
            host=host,
            port=port,
            threads=_number(environ, "THREADS", default=8, maximum=256),
            workers=_number(environ, "WORKERS", default=1, maximum=64),
            trusted_proxies=_networks(environ, "TRUSTED_PROXIES"),
            source_networks=_networks(environ, "SOURCE_NETWORKS"),
            oauth_apps=_oauth_apps(environ),
            mail=_mail(environ),
            log_level=_log_level(environ),
            metrics_token=_metrics_token(environ),
        )


def current() -> Config:
    """Return the configuration of the current app."""
    config: Config = current_app.config["BOOKONCE"]
    return config


def _number(environ: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    text = environ.get(name) or str(default)
    number = parse_positive_int(text, maximum)
    if number is None:
        raise ConfigError(f"{name}: {text!r} is not a whole number from 1 to {maximum}")
    return number


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    text = environ.get(name)
    try:
        return parse_networks(text) if text else ()
    except ValueError as error:
        raise ConfigError(f"{name}: '{error}' is no address or network such as 127.0.0.1 or 10.0.0.0/8") from None


def _oauth_apps(environ: Mapping[str, str]) -> dict[str, OauthApp]:
    apps = {}
    if google := _oauth_client(environ, "GOOGLE"):
        apps["google"] = google_app(*google)
    tenant = environ.get("MICROSOFT_TENANT") or "common"
    if not is_tenant(tenant):
        raise ConfigError(f"MICROSOFT_TENANT: {tenant!r} is not a tenant such as common or example.onmicrosoft.com")
    if microsoft := _oauth_client(environ, "MICROSOFT"):
        if is_uuid(microsoft[1]):
            raise ConfigError("MICROSOFT_CLIENT_SECRET: is the secret's id; its value is needed")
        apps["microsoft"] = microsoft_app(*microsoft, tenant)
    return apps


def _oauth_client(environ: Mapping[str, str], service: str) -> tuple[str, str] | None:
    """Return the id and the secret of the operator's registration; None if there is none."""
    names = f"{service}_CLIENT_ID", f"{service}_CLIENT_SECRET"
    client_id, secret = (environ.get(name) or "" for name in names)
    for name, value in zip(names, (client_id, secret), strict=True):
        if not all("!" <= character <= "~" for character in value):
            raise ConfigError(f"{name}: has spaces or characters that are not ASCII")
    if not client_id and not secret:
        return None
    if not client_id or not secret:
        missing, there = names if secret else names[::-1]
        raise ConfigError(f"{missing}: must be set where {there} is")
    return client_id, secret


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    url, sender = environ.get("SMTP_URL") or "", environ.get("MAIL_FROM") or ""
    try:
        if sender:
            parse_sender(sender)
        return parse_mail_server(url, sender) if url else None
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _log_level(environ: Mapping[str, str]) -> str:
    level = (environ.get("LOG_LEVEL") or "INFO").upper()
    if level not in ("INFO", "WARNING", "ERROR"):
        raise ConfigError(f"LOG_LEVEL: {level!r} is not INFO (a line for each request), WARNING or ERROR")
    return level


def _metrics_token(environ: Mapping[str, str]) -> str:
    token = environ.get("METRICS_TOKEN") or ""
    if not all("!" <= character <= "~" for character in token):
        raise ConfigError("METRICS_TOKEN: has characters that can't be sent in a header")
    return token


def _base_url(environ: Mapping[str, str]) -> str:
    text = (environ.get("BASE_URL") or "").rstrip("/")
    if not text:
        return ""
    scheme, _, host = text.partition("://")
    if scheme.lower() not in ("http", "https") or not is_host(host):
        raise ConfigError(f"BASE_URL: {text!r} is not an address such as https://book.example.com")
    return f"{scheme.lower()}://{host}"


def _database_url(environ: Mapping[str, str], instance: Path) -> URL:
    text = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'bookonce.db'}"
    try:
        url = make_url(_SEVERAL_HOSTS.sub(_split_hosts, text))
    except (ArgumentError, ValueError):
        raise ConfigError("DATABASE_URL: is not a database's address, such as sqlite:////var/lib/bookonce.db") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ConfigError(f"DATABASE_URL: {url.drivername!r} is neither sqlite nor postgresql")
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ConfigError("DATABASE_URL: names no file, and a database in memory would lose every booking")
        if url.query:
            raise ConfigError("DATABASE_URL: takes no options after the name of an SQLite file")
        folder = (instance / str(url.database)).parent
        if folder == instance:
            _make_folder(instance, "DATABASE_URL")
        if not folder.is_dir():
            raise ConfigError(f"DATABASE_URL: the folder {str(folder)!r} does not exist")
    return url


def _split_hosts(found: re.Match[str]) -> str:
    before, hosts, name = found.groups("/")
    each = (host if host.rpartition("]")[2].count(":") else f"{host}:5432" for host in hosts.split(","))
    return f"{before}{name}?{'&'.join(f'host={host}' for host in each)}&"


def _secret_key(environ: Mapping[str, str], instance: Path, on_sqlite: bool) -> str:
    given = environ.get("SECRET_KEY")
    if given:
        if not given.isprintable():
            raise ConfigError("SECRET_KEY: has characters that are not text")
        return _long_enough(given, "it")
    if not on_sqlite:
        raise ConfigError("SECRET_KEY: must be set when the database is not SQLite, the same for every process")
    _make_folder(instance, "SECRET_KEY")
    return _stored_key(instance / "secret_key")


def _stored_key(path: Path) -> str:
    """Return the key in the file `path`; if there is none, create it atomically with mode 0600."""
    try:
        if not path.exists():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600, exist_ok=False)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process was first: use its key
            finally:
                draft.unlink()
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"SECRET_KEY: the key can't be kept in {str(path)!r}: {error}") from None
    return _long_enough(key, f"the key in the file {str(path)!r}")


def _long_enough(key: str, what: str) -> str:
    if len(key) < MIN_KEY:
        raise ConfigError(
            f"SECRET_KEY: {what} has fewer than {MIN_KEY} characters; `openssl rand -base64 36` makes a good one"
        )
    return key


def _make_folder(path: Path, name: str) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{name}: the folder {str(path)!r} can't be made: {error.strerror}") from None
