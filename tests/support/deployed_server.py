"""Runs the configuration in docs/deploy.md as it is written there, with other ports, file names and certificates."""

import http.client
import os
import re
import shlex
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import trustme

from support import nginx
from support.http_client import NO_ANSWER, PATIENCE, Answer, Pairs
from support.server_process import HOUSE, KEY, free_port

NAME = "book.example.com"


def document() -> str:
    return (HOUSE / "docs/deploy.md").read_text()


def block(file: str) -> str:
    """Return the code block of the document that shows the file of this name."""
    found = [text for text in re.findall(r"^```\w+\n(.*?)^```", document(), re.M | re.S) if f"# {file}\n" in text]
    assert len(found) == 1, f"docs/deploy.md has {len(found)} blocks for {file}"
    return str(found[0])


def put(text: str, swaps: Mapping[str, object]) -> str:
    """Return the text with each old part replaced by its new one; each old part must be in it."""
    for old, new in swaps.items():
        assert old in text, f"docs/deploy.md does not say {old!r} any more"
        text = text.replace(old, str(new))
    return text


def settings() -> dict[str, str]:
    """Return the variables in the document's file of settings, with a key pasted where it says so."""
    written = dict(line.split("=", 1) for line in shlex.split(block("/etc/bookonce.env"), comments=True))
    return written | {"SECRET_KEY": KEY}


@dataclass
class Site:
    """The document's nginx before two ports; `ssl` is what a browser that knows its certificate has."""

    nginx: nginx.Nginx
    https: int
    http: int
    ssl: ssl.SSLContext
    webroot: Path

    def visitor(self) -> "Visitor":
        return Visitor(self)


@contextmanager
def site(folder: Path, ports: tuple[int, int], changes: Pairs | None = None) -> Iterator[Site]:
    """Give the document's nginx in the new `folder`, before what listens on these ports; `changes` are for controls."""
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    certificate = authority.issue_cert(NAME)
    kept = folder.with_name(folder.name + "-kept")
    kept.mkdir()
    certificate.private_key_pem.write_to_path(kept / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(kept / "chain.pem")
    https, http_port = free_port(), free_port()
    swaps = {
        "127.0.0.1:8081": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8082": f"127.0.0.1:{ports[1]}",
        "listen [::]:80": f"listen 127.0.0.1:{free_port()}",
        "listen [::]:443": f"listen 127.0.0.1:{free_port()}",
        "listen 80": f"listen 127.0.0.1:{http_port}",
        "listen 443": f"listen 127.0.0.1:{https}",
        f"/etc/letsencrypt/live/{NAME}/fullchain.pem": kept / "chain.pem",
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": kept / "key.pem",
        "/var/log/nginx/": f"{folder}/",
        "/var/www/html": kept,
        "/etc/nginx/bookonce-headers": kept / "headers",
    }
    (kept / "headers").write_text(block("/etc/nginx/bookonce-headers"))
    text = put(put(block("/etc/nginx/sites-available/bookonce"), swaps), changes or {})
    with nginx.running(folder, text, https) as running:
        yield Site(running, https, http_port, context, kept)


@dataclass
class Visitor:
    """An HTTPS client that keeps cookies."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: Pairs | None = None) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, form: Pairs, headers: Pairs | None = None) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(form).encode(), kind | dict(headers or {}))

    def csrf_token(self) -> str:
        """Return the token that the pages of this session hold."""
        page = next(page for page in map(self.get, ("/login", "/settings/profile")) if page.status == 200)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]

    def change(self, path: str, form: Pairs) -> Answer:
        """Send a form as one of our pages would: with the session's CSRF token."""
        return self.post(path, {"csrf_token": self.csrf_token()} | dict(form))

    def send(self, method: str, path: str, body: bytes | None = None, headers: Pairs | None = None) -> Answer:
        """Send one request over a connection of its own; return the answer, also if there is none."""
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        began = time.monotonic()
        try:
            with closing(http.client.HTTPSConnection(NAME)) as connection:
                connection.sock = self.connect()
                connection.request(method, path, body, (cookies if self.cookies else {}) | dict(headers or {}))
                response = connection.getresponse()
                text = response.read().decode("latin-1" if response.getheader("Content-Encoding") else "utf-8")
                answer = Answer(response.status, text, dict(response.getheaders()), time.monotonic() - began)
        except (OSError, http.client.HTTPException):
            return Answer(NO_ANSWER, seconds=time.monotonic() - began)
        if cookie := answer.headers.get("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def connect(self, name: str = NAME) -> ssl.SSLSocket:
        """Return a connection on which TLS is spoken, to the server of this name."""
        plain = socket.create_connection(("127.0.0.1", self.site.https), PATIENCE)
        try:
            return self.site.ssl.wrap_socket(plain, server_hostname=name)
        except OSError:
            plain.close()
            raise


def path_with(*folders: Path) -> str:
    """Return a PATH that begins with these folders."""
    return os.pathsep.join([*map(str, folders), os.environ["PATH"]])
