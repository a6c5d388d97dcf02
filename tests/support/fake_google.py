"""A small server that remembers, and answers as Google's sign-in and calendar do, with faults on demand."""

import json
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl

from remote_calendars.oauth import challenge_of

Reply = tuple[int, dict[str, Any]]
REFUSED: Reply = (400, {"error": "invalid_grant"})


class FakeGoogle:
    """`codes` are those not used yet, by challenge. `fault` is a status, and `body` an answer, for the calendar."""

    def __init__(self) -> None:
        self.codes = dict[str, str]()
        self.access, self.refresh, self.rotates = "access-1", "refresh-1", False
        self.busy: dict[str, list[tuple[datetime, datetime]]] = {"work": [], "home": []}
        self.fault, self.body = 0, b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def token(self, form: dict[str, str]) -> Reply:
        if (form["client_id"], form["client_secret"]) != ("id", "secret"):
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "authorization_code":
            if self.codes.get(form["code"]) != challenge_of(form["code_verifier"]):
                return REFUSED
            del self.codes[form["code"]]
            return 200, {"access_token": self.access, "refresh_token": self.refresh, "expires_in": 3600}
        if form["refresh_token"] != self.refresh:
            return REFUSED
        self.access += "+"
        said = {"access_token": self.access, "expires_in": 3600}
        if self.rotates:
            self.refresh += "+"
            said["refresh_token"] = self.refresh
        return 200, said

    def calendar(self, path: str, body: bytes) -> Reply:
        if path.startswith("/users/me/calendarList"):
            return 200, {"items": [{"id": each, "summary": each.title()} for each in self.busy]}
        asked = json.loads(body)
        since, until = (datetime.fromisoformat(asked[name]) for name in ("timeMin", "timeMax"))
        return 200, {"calendars": {each["id"]: self._busy(each["id"], since, until) for each in asked["items"]}}

    def _busy(self, calendar: str, since: datetime, until: datetime) -> dict[str, Any]:
        if calendar not in self.busy:
            return {"errors": [{"reason": "notFound"}], "busy": []}
        clipped = [(max(a, since), min(b, until)) for a, b in self.busy[calendar] if a < until and b > since]
        return {"busy": [{"start": a.isoformat(), "end": b.isoformat()} for a, b in clipped]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/token":
                    return self._reply(*fake.token(dict(parse_qsl(sent.decode()))))
                if self.headers["Authorization"] != f"Bearer {fake.access}":
                    return self._reply(401, {})
                return self._reply(*((fake.fault, {}) if fake.fault else fake.calendar(self.path, sent)))

            do_GET = do_POST  # noqa: N815

            def _reply(self, status: int, said: dict[str, Any]) -> None:
                body = (fake.body if self.path != "/token" else b"") or json.dumps(said).encode()
                self.send_response(status)
                if status == 307:
                    self.send_header("Location", f"{fake.url}/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
