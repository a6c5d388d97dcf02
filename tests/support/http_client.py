"""An invitee without a browser: plain HTTP requests to a real server."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from support.world import JANE

NO_ANSWER = 0
PATIENCE = 30


@dataclass
class Answer:
    """A response and how many seconds it took; the status is NO_ANSWER if the connection broke."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    def hidden(self) -> dict[str, str]:
        """Return the hidden fields of the page."""
        pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.text)
        return {unescape(name): unescape(value) for name, value in pairs}


Pairs = Mapping[str, str]


def send(
    address: str,
    method: str,
    path: str,
    form: Pairs | None = None,
    headers: Pairs | None = None,
    body: bytes | None = None,
) -> Answer:
    """Send one request over a connection of its own; return the answer, also if there is none.

    The body is the form, or other bytes.
    """
    body = urlencode(form).encode() if form is not None else body
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    began = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, body, kind | dict(headers or {}))
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        return Answer(response.status, text, dict(response.getheaders()), time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return Answer(NO_ANSWER, seconds=time.monotonic() - began)
    finally:
        connection.close()


def get(address: str, path: str) -> Answer:
    return send(address, "GET", path)


def post(address: str, path: str, form: Pairs) -> Answer:
    return send(address, "POST", path, form)


def filled_in(start: str) -> dict[str, str]:
    """Return the form for the slot `2026-12-03T09:00:00Z`, filled in, with a request id of its own."""
    return JANE | {"start": start, "timezone": "Europe/Berlin", "request_id": uuid4().hex}
