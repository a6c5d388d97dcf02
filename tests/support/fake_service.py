"""A small server that remembers, and answers as a service with OAuth 2 does, with faults on demand.

What is the same at Google and Microsoft: agreeing, codes, tokens that end and rotate, scopes. The calendars are in
`fake_google.py` and `fake_microsoft.py`.
"""

import json
import re
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from parsing.oauth_app import OauthApp
from remote_calendars.services import challenge_of

Json = dict[str, Any]


@dataclass
class Reply:
    """An answer: the object in it, and more headers."""

    status: int
    said: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    seconds: float = 0


@dataclass
class Asked:
    """A request to the calendar: `query` and `said` are what it holds."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    said: Json
    scope: set[str]


REFUSED = Reply(400, {"error": "invalid_grant"})


class FakeService:
    """`faults` are answers by a pattern of the path, in place of the right one, so many times. `asked` are requests."""

    include_granted = False

    def __init__(self) -> None:
        self.app = OauthApp("id", "s3cret", "", "", "")
        self.codes = dict[str, tuple[str, str, set[str]]]()
        self.grants = dict[str, set[str]]()
        self.access = dict[str, set[str]]()
        self.rotates, self.seconds, self.made = False, 3600, 0
        self.faults: list[list[Any]] = []
        self.asked: list[Asked] = []
        self.renewals = 0
        self.revoked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.app = OauthApp(
            "id", "s3cret", f"{self.url}/authorize", f"{self.url}/token", f"{self.url}/api", self.revokes()
        )

    def revokes(self) -> str:
        return f"{self.url}/revoke"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(self, path: str, status: int, times: int = 1, said: Json | None = None, **more: Any) -> None:
        """Answer requests whose path matches with a fault, so many times."""
        self.faults.append([path, times, Reply(status, said or {}, **more)])

    def end_access(self) -> None:
        """Let all access tokens end."""
        self.access.clear()

    def end_grants(self) -> None:
        """Let the owner take back what they agreed to."""
        self.grants.clear()
        self.access.clear()

    def agree(self, address: str, scopes: set[str] | None = None) -> str:
        """Agree on the page at the address, to some of the scopes or all; return where the browser is sent to."""
        asked = self.page(address)
        wanted = {each.rsplit("/", 1)[-1] for each in asked["scope"].split()}
        if self.include_granted and asked.get("include_granted_scopes") == "true":
            wanted = wanted.union(*self.grants.values())
        self.made += 1
        code = f"code-{self.made}"
        self.codes[code] = asked["code_challenge"], asked["redirect_uri"], wanted if scopes is None else scopes
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"

    def decline(self, address: str, error: str = "access_denied") -> str:
        """Decline on the page at the address; return where the browser is sent to."""
        asked = self.page(address)
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'error': error})}"

    def page(self, address: str) -> dict[str, str]:
        """Return what the page at the address is asked for, which must be right."""
        assert address.startswith(f"{self.url}/authorize?"), address
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", "id")
        assert asked["code_challenge_method"] == "S256"
        return asked

    def token(self, form: dict[str, str]) -> Reply:
        if (form.get("client_id"), form.get("client_secret")) != ("id", "s3cret"):
            return Reply(401, {"error": "invalid_client", "error_description": form["client_secret"]})
        if form["grant_type"] == "authorization_code":
            challenge, redirect_uri, scope = self.codes.pop(form["code"], ("", "", set[str]()))
            if challenge != challenge_of(form["code_verifier"]) or redirect_uri != form["redirect_uri"]:
                return REFUSED
            self.made += 1
            refresh = f"refresh-{self.made}"
            self.grants[refresh] = scope
            return self._tokens(refresh, refresh)
        self.renewals += 1
        refresh = form["refresh_token"]
        if refresh not in self.grants:
            return REFUSED
        if self.rotates:
            self.made += 1
            new = f"refresh-{self.made}"
            self.grants[new] = self.grants.pop(refresh)
            return self._tokens(new, new)
        return self._tokens(refresh, "")

    def _tokens(self, refresh: str, told: str) -> Reply:
        self.made += 1
        access, scope = f"access-{self.made}", self.grants[refresh]
        self.access[access] = scope
        said = {"access_token": access, "expires_in": self.seconds, "token_type": "Bearer", "scope": self.named(scope)}
        return Reply(200, said | ({"refresh_token": told} if told else {}))

    def named(self, scope: set[str]) -> str:
        return " ".join(sorted(scope))

    def revoke(self, form: dict[str, str]) -> Reply:
        self.revoked.append(form["token"])
        known = self.grants.pop(form["token"], None)
        self.access.clear()
        return Reply(200) if known is not None else Reply(400, {"error": "invalid_token"})

    def calendar(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        parts = urlsplit(target)
        for fault in self.faults:
            if fault[1] and re.match(fault[0], parts.path):
                fault[1] -= 1
                return fault[2]  # type: ignore[no-any-return]
        if parts.path == "/authorize":
            to = urlencode({"to": self.agree(self.url + target)})
            return Reply(200, raw=f'<title>Allow?</title><a href="/agreed?{to}">Allow</a>'.encode())
        if parts.path == "/agreed":
            return Reply(303, headers={"Location": parse_qs(parts.query)["to"][0]})
        if parts.path in ("/token", "/revoke"):
            return getattr(self, parts.path[1:])(dict(parse_qsl(body.decode())))  # type: ignore[no-any-return]
        scope = self.access.get(headers.get("authorization", "").removeprefix("Bearer "))
        if scope is None:
            return Reply(401, {"error": {"code": 401}})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(method, parts.path.removeprefix("/api"), query, headers, json.loads(body or b"{}"), scope)
        self.asked.append(asked)
        return self.calendar(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = fake.answer(self.command, self.path, headers, body)
                time.sleep(reply.seconds)
                sent = json.dumps(reply.said).encode() if reply.raw is None else reply.raw
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json" if reply.raw is None else "text/html")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        for method in ("GET", "POST", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.do)
        return Handler
