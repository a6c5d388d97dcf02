"""Whatever is sent to any address, the answer is never a 5xx and always has the security headers."""

import random
import re
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask
from hypothesis import Phase, given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer
from support.cases import how_many, same_each_time
from support.http_client import get
from support.odd_inputs import ODD, PROBE
from support.routes import WITHOUT_COOKIE, assert_closed
from support.server_process import HOUSE, Server, running
from support.world import JANE, PASSWORD, Browser, World, at, z
from werkzeug.routing import Rule
from wtforms.fields.core import UnboundField

from accounts.sessions import start_session
from blueprints.login_required import SESSION_TOKEN
from database import db
from forms.base import OurForm
from models import Owner
from scheduling.busy_times import add_busy_time

pytestmark = pytest.mark.slow

METHODS = ["GET", "GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "BREW"]
RAW = "0123456789abcdef" * 4

# What all forms and all queries take. What is not one's own does no harm.
RIGHT = JANE | {
    "start": z(at("2026-11-30 10:00")), "timezone": "Europe/Berlin", "request_id": "a request", "label": "For Jane",
    "password": PASSWORD, "current": PASSWORD, "new": f"another {PASSWORD}", "contact": "+49 30 1", "is_open": "y",
    "location": "Room 5", "duration": "30", "step": "15", "hours_mon": "9:00-12:30, 13:30-17:00", "tz": "Asia/Tokyo",
    "date": "2026-12-03", "month": "2026-12", "before": "9", "look": "1", "then": "new", "show": "past", "q": "jane",
    "after": "2026-12-03T09:00:00Z~7", "reason": "Ill", "from_day": "2026-12-24", "from_time": "9:30",
    "until_day": "2026-12-27", "until_time": "24:00", "note": "Holiday", "dates_since": "2026-12-24",
    "dates_until": "2026-12-26", "dates_hours": "9-12, 13-24", "buffer_before": "5", "buffer_after": "10",
    "min_notice": "2", "min_notice_unit": "hours", "horizon": "30", "daily_limit": "", "link_days": "90",
    "change_notice": "1", "change_notice_unit": "days", "max_moves": "3", "allow_rebooking": "y", "reminder": "1",
    "reminder_unit": "days", "copy_from": "mon", "copy_to": "weekdays", "outside_confirmed": "yes",
}  # fmt: skip
HEADERS = {
    "HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "picker", "HX-Current-URL": "http://localhost/b/x",
    "Host": "localhost:8080", "X-Forwarded-For": "203.0.113.7, 127.0.0.1", "X-Forwarded-Host": "a.example",
    "X-Forwarded-Proto": "https", "Forwarded": "for=[::1]", "Cookie": "bookonce=e30.x.y", "Accept": "text/html;q=0",
    "Accept-Language": "de, *;q=0", "Referer": "http://localhost/login", "Origin": "null", "Range": "bytes=1-2,4-",
    "If-None-Match": '"x"', "If-Modified-Since": "Mon, 30 Nov 2026 07:00:00 GMT", "Content-Encoding": "gzip",
    "Authorization": "Basic ", "X-CSRFToken": "x", "X-HTTP-Method-Override": "DELETE", "Content-Length": "7",
}  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=edge", "application/json", "text/plain", "", "a",
]  # fmt: skip


def names_read() -> list[str]:
    """Return the names of all fields and parameters, as the code itself has them."""
    lines = [line for path in (HOUSE / "blueprints").rglob("*.py") for line in path.read_text().splitlines()]
    queried = re.findall(r'"(\w+)"', "\n".join(line for line in lines if re.search(r"\b(args|form|values)\b", line)))
    fields = [name for form in OurForm.__subclasses__() for name, of in vars(form).items() if type(of) is UnboundField]
    return sorted({*queried, *fields, *RIGHT})


ODDITIES = st.one_of(st.sampled_from(ODD), st.text(max_size=30).map(lambda t: t.encode("utf-8", "surrogatepass")))
NEARLY = st.builds(
    lambda right, i, odd: right[: i % (len(right) + 1)] + odd + right[i % (len(right) + 1) + 1 :],
    st.sampled_from(sorted(value.encode() for value in RIGHT.values())), st.integers(0, 30), ODDITIES,
)  # fmt: skip
WILD = st.one_of(ODDITIES, NEARLY, st.binary(max_size=20))


# The first and the last days that there are, in the zones in which they are over first or last.
DAYS = ["0001-01-01", "0001-01-02", "1969-12-31", "1970-01-01", "8999-12-31", "9000-01-01", "9999-12-30", "9999-12-31"]
TIMES = ["00:00:00", "12:00:00", "23:59:59"]
OFFSETS = ["Z", "+14:00", "-12:00"]
ENDS_OF_TIME = st.fixed_dictionaries(
    {"tz": st.sampled_from(["Etc/GMT-14", "Etc/GMT+12", "Pacific/Kiritimati"])},
    optional={
        "date": st.sampled_from(DAYS),
        "month": st.sampled_from([day[:7] for day in DAYS]),
        "start": st.builds("{}T{}{}".format, *map(st.sampled_from, (DAYS, TIMES, OFFSETS))),
    },
)


@st.composite
def pairs(draw: Any) -> list[tuple[str, bytes]]:
    """Fields or parameters: mostly all right but for a few, or a few of any kind."""
    chosen = {name: value.encode() for name, value in RIGHT.items()} if draw(st.booleans()) else {}
    if draw(st.integers(0, 3)) == 0:
        chosen |= {name: value.encode() for name, value in draw(ENDS_OF_TIME).items()}
    for name in draw(st.lists(st.sampled_from(names_read()), max_size=3)):
        chosen[name] = draw(WILD)
    twice = [(name, draw(WILD)) for name in draw(st.lists(st.sampled_from(names_read()), max_size=1))]
    return [*chosen.items(), *twice]


@st.composite
def bodies(draw: Any) -> dict[str, Any]:
    """A form in the right or in a wrong shape, or no form at all."""
    shape = draw(st.sampled_from(["form", "form", "form", "wrong type", "bytes", "none"]))
    if shape == "none":
        return {}
    data = encoded(draw(pairs())).encode() if shape != "bytes" else draw(WILD)
    right = "application/x-www-form-urlencoded"
    return {"data": data, "content_type": right if shape == "form" else draw(st.sampled_from(TYPES))}


@st.composite
def headers(draw: Any) -> dict[str, str]:
    """Some headers, right ones or with something odd; without what no server would let through."""
    chosen = {"HX-Request": "true"} if draw(st.booleans()) else {}
    for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=3)):
        odd = draw(WILD).decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "")
        chosen[name] = HEADERS[name] if draw(st.booleans()) else odd
    if not chosen.get("Content-Length", "7").isdigit():
        del chosen["Content-Length"]
    return chosen


def encoded(values: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{name}={quote_plus(value)}" for name, value in values)


class Target:
    """The app with something in it of every kind, and the addresses of all its routes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner, self.other = world.owner(), world.owner("oscar@example.com", "Oscar")
        self.rules = sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        signer = URLSafeTimedSerializer(world.key, salt="wtf-csrf-token")
        self.csrf_token = str(signer.dumps(RAW))
        self.rounds = 0
        self.refresh()

    def refresh(self) -> None:
        """Make everything anew now and then, since what is fuzzed is used up, and the owner if they are gone."""
        with self.world.inside():
            owner = db.session.get(Owner, self.owner.id)
        gone = owner is None or owner.ended_at is not None
        self.owner = self.world.owner(f"olivia{self.rounds}@example.com") if owner is None or gone else owner
        if self.rounds % 50 == 0 or gone:
            calendar, others = (self.world.calendar(owner, "mon-sun 00:00-24:00") for owner in (self.owner, self.other))
            self.links = [self.world.link(calendar) for _ in range(2)]
            far_away = at("2027-01-04 09:00") + timedelta(minutes=30 * self.rounds / 50)
            booking = self.world.book(self.links[1], far_away)
            self.manage = self.world.manage_token(booking)
            with self.world.inside():
                busy = add_busy_time(self.owner.id, far_away + timedelta(days=9), far_away + timedelta(days=10))
            self.ids = [calendar.id, others.id, self.world.row(self.links[0]).id, booking.id, busy.id, 99]
        self.rounds += 1

    def path(self, rule: Rule, choose: Any) -> str:
        """Return an address of the route, with what is right or anything wild in it."""
        path = rule.rule
        for name in rule.arguments:
            rights = [str(i) for i in self.ids] if name.endswith("_id") else [*self.links, self.manage, "style.css"]
            value = quote(choose(WILD), safe="") if choose(st.integers(0, 3)) == 0 else choose(st.sampled_from(rights))
            path = re.sub(rf"<(\w+:)?{name}>", lambda _found, value=value: value, path)
        return path

    def browser(self, owner: Owner | None) -> Browser:
        """Return a browser of nobody, or of an owner with a session and the CSRF token above."""
        browser = self.world.browser()
        if owner:
            with self.world.inside():
                token = start_session(owner)
            with browser.session_transaction() as session:
                session[SESSION_TOKEN], session["csrf_token"] = token, RAW
        return browser


def fuzz(target: Target, examples: int) -> int:
    """Send so many requests of all kinds; return how many found somebody at home."""
    answered = 0

    @same_each_time(examples, phases=[Phase.generate, Phase.shrink])
    @given(st.data())
    def send(data: Any) -> None:
        nonlocal answered
        choose = data.draw
        target.refresh()
        rule = choose(st.sampled_from(target.rules))
        method = choose(st.sampled_from(METHODS))
        path = target.path(rule, choose) if choose(st.integers(0, 9)) else f"/{quote(choose(WILD))}"
        query = encoded(choose(pairs())) if choose(st.booleans()) else ""
        body = choose(bodies()) if method == "POST" else {}
        if method == "POST" and "data" in body and choose(st.booleans()):
            body["data"] += f"&csrf_token={target.csrf_token}".encode()
        browser = target.browser(choose(st.sampled_from([None, target.owner])))
        invitees = path.startswith(WITHOUT_COOKIE) and method != "POST"
        before = target.world.dump() if invitees else None
        path = f"{path[:1]}{path[1:].lstrip('/')}"  # after two slashes the test client would read a host
        answer = browser.open(path, method=method, query_string=query, headers=choose(headers()), **body)
        assert answer.status_code < 500
        assert_closed(answer)
        assert PROBE not in answer.data.decode(errors="replace")
        assert before is None or target.world.dump() == before
        answered += answer.status_code < 400

    send()
    return answered


@pytest.mark.generated
@pytest.mark.long
def test_no_request_is_answered_by_a_5xx(world: World) -> None:
    """Fewer on PostgreSQL, where each takes longer and little is different."""
    on_sqlite = world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    requests = how_many(1200 if on_sqlite else 300)
    assert fuzz(Target(world), requests) > requests // 7


def test_control_a_route_that_fails_on_something_odd_is_found(sqlite_url: str, app_on: Any) -> None:
    app: Flask = app_on(sqlite_url)
    app.add_url_rule("/fragile/<name>", view_func=lambda name: name.encode("ascii"))
    target = Target(World(app))
    target.rules = [rule for rule in target.rules if re.match("/(b|fragile)/", rule.rule)]
    with pytest.raises((UnicodeEncodeError, AssertionError)):
        fuzz(target, examples=1000)


# What comes before the app: HTTP itself


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with running(tmp_path) as server:
        yield server


PIECES = [
    b"GET /healthz HTTP/1.1\r\n", b"POST /login HTTP/1.1\r\n", b"GET / HTTP/9.9\r\n", b"GET\r\n", b"\r\n", b"\r\n\r\n",
    b"Host: localhost\r\n", b"Host: \xff\r\n", b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"hello",
    b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: cow\r\n", b"\0",
    b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"X: " + b"a" * 300_000 + b"\r\n", b" folded\r\n", b": nameless\r\n",
    b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n", b"GET /b/\xc3\x28 HTTP/1.1\r\n", b"\x16\x03\x01",
    b"GET http://other.example/ HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1\r\n", b"CONNECT a:1 HTTP/1.1\r\n",
]  # fmt: skip


def test_no_malformed_http_is_answered_by_a_5xx_but_that_it_is_not_implemented(server: Server) -> None:
    chance = random.Random(7)
    statuses = set()
    for _ in range(300):
        said = b"".join(chance.choices(PIECES, k=chance.randrange(1, 7))) + b"\r\n\r\n"
        answer = talk(server, said)
        for status, head in re.findall(rb"HTTP/1\.[01] (\d+) [^\r]*\r\n((?:[^\r]+\r\n)*)", answer):
            statuses.add(int(status))
            assert b"nosniff" in head or status == b"100", said[:200]
    assert {status for status in statuses if status >= 500} <= {501}
    assert statuses >= {200, 400}
    assert get(server.address, "/healthz").status == 200
    assert server.complaints() == []


def talk(server: Server, said: bytes) -> bytes:
    """Send bytes, then nothing more; return all that comes back."""
    host, port = server.address.removeprefix("http://").split(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass  # it hung up
    return answer
