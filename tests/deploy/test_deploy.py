"""The nginx of docs/deploy.md before two processes on PostgreSQL, over real HTTPS, also when one process dies."""

import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.deployed_server import NAME, Site, Visitor, settings, site
from support.fake_upstreams import peers
from support.http_client import NO_ANSWER, Answer, filled_in, send
from support.postgres import new_database
from support.routes import SECURITY_HEADERS
from support.server_process import Server, Starting, free_port
from support.shop import Shop, tomorrow
from support.world import PASSWORD

pytestmark = pytest.mark.real_time


@dataclass
class Deployed:
    """The whole of it: nginx, the processes behind it, and what they share."""

    site: Site
    shop: Shop
    servers: list[Server]

    def start_again(self, number: int) -> None:
        """Start a process that has ended, on the port that it had."""
        environ = {"PORT": self.servers[number].environ["PORT"]}
        self.servers[number] = Starting(self.shop.folder, **(self.shop.environ | environ)).ready()

    def links(self, count: int = 1, **fields: int) -> list[str]:
        """Return links of a new owner's new calendar."""
        return self.shop.links(self.shop.calendars(**fields)[0], count)

    def booked(self, links: list[str]) -> int:
        """Return how many bookings there are of these links."""
        ids = {self.shop.world.row(link).id for link in links}
        return sum(booking.link_id in ids for booking in self.shop.world.bookings())


# The tests are one visitor who is in a hurry.
UNLIMITED = {
    "rate=20r/s": "rate=9999r/s",
    "rate=20r/m": "rate=9999r/s",
    "bookonce_connections 40": "bookonce_connections 999",
}


@pytest.fixture(scope="module")
def deployed(
    postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    url = new_database(postgres_server, "deployed", postgres_template)
    environ = settings() | {"DATABASE_URL": url, "SMTP_URL": ""}
    shop = Shop(environ.pop("DATABASE_URL"), folder, **environ)
    try:
        with shop.open(2) as servers:
            ports = (int(servers[0].environ["PORT"]), int(servers[1].environ["PORT"]))
            with site(folder / "nginx", ports, UNLIMITED) as running:
                yield Deployed(running, shop, servers)
    finally:
        shop.close()


@pytest.fixture
def visitor(deployed: Deployed) -> Visitor:
    return deployed.site.visitor()


def owner(deployed: Deployed) -> str:
    """Return the email of a new owner."""
    deployed.shop.calendars()
    return f"owner{deployed.shop.owners}@example.com"


def at_once(count: int, what: Callable[[int], Answer]) -> list[Answer]:
    """Return the answers of so many who ask at the same moment."""
    answers: list[Answer] = []
    gate = threading.Barrier(count)

    def one(number: int) -> None:
        gate.wait()
        answers.append(what(number))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_an_invitee_books_over_https(deployed: Deployed, visitor: Visitor) -> None:
    (link,) = deployed.links()
    page = visitor.get(f"/b/{link}")
    assert page.status == 200
    assert 'data-start="' in page.text
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    booked = visitor.post(f"/b/{link}", filled_in(tomorrow()))
    assert booked.status == 303
    assert "confirmed" in visitor.get(booked.location).text
    assert visitor.get(f"/b/{link}").status == 410
    assert visitor.cookies == {}


def test_an_owner_signs_in_and_makes_a_link(deployed: Deployed, visitor: Visitor) -> None:
    (calendar,) = deployed.shop.calendars()
    answer = visitor.change("/login", {"email": f"owner{deployed.shop.owners}@example.com", "password": PASSWORD})
    assert answer.status == 303
    assert re.fullmatch(
        r"__Host-bookonce=\S+; Expires=[^;]+; Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"]
    )
    made = visitor.change(f"/settings/calendars/{calendar.id}/links", {})
    assert f"https://{NAME}/b/" in (made.text if made.status == 200 else visitor.get(made.location).text)
    assert visitor.post(f"/settings/calendars/{calendar.id}/links", {}).status == 400
    assert visitor.post(f"/settings/calendars/{calendar.id}/links", {"csrf_token": "forged"}).status == 400


def test_both_processes_are_asked(deployed: Deployed, visitor: Visitor) -> None:
    before = [server.said().count("/healthz") for server in deployed.servers]
    assert [visitor.get("/healthz").text for _ in range(10)] == ["ok\n"] * 10
    time.sleep(0.1)
    after = [server.said().count("/healthz") for server in deployed.servers]
    assert all(now - then >= 3 for then, now in zip(before, after, strict=True))


def test_twenty_at_once_for_one_link_are_one_booking(deployed: Deployed) -> None:
    (link,) = deployed.links()
    answers = at_once(20, lambda i: deployed.site.visitor().post(f"/b/{link}", filled_in(tomorrow(30 * i))))
    assert Counter(answer.status for answer in answers) == {303: 1, 410: 19}
    assert deployed.booked([link]) == 1


def test_browsers_are_offered_http_2(visitor: Visitor) -> None:
    visitor.site.ssl.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with visitor.connect() as connection:
            assert connection.selected_alpn_protocol() == "h2"
    finally:
        visitor.site.ssl.set_alpn_protocols(["http/1.1"])


def by_http(site: Site, path: str, host: str = NAME) -> Answer:
    return send(f"http://127.0.0.1:{site.http}", "GET", path, headers={"Host": host})


def test_http_leads_to_https_but_for_the_certificates_renewal(deployed: Deployed) -> None:
    moved = by_http(deployed.site, "/b/abc?tz=UTC")
    assert (moved.status, moved.location) == (301, f"https://{NAME}/b/abc?tz=UTC")
    challenge = deployed.site.webroot / ".well-known/acme-challenge/abc"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("proof")
    assert by_http(deployed.site, "/.well-known/acme-challenge/abc").text == "proof"


def test_a_request_for_another_host_gets_no_answer(deployed: Deployed, visitor: Visitor) -> None:
    assert by_http(deployed.site, "/login", host="other.example.com").status == NO_ANSWER
    assert visitor.get("/login", headers={"Host": "other.example.com"}).status == NO_ANSWER
    with pytest.raises(ssl.SSLError):
        visitor.connect("other.example.com")


def test_what_no_cookie_opens_is_compressed_and_nothing_else(deployed: Deployed, visitor: Visitor) -> None:
    (link,) = deployed.links()
    accepts = {"Accept-Encoding": "gzip"}
    page, sign_in = visitor.get(f"/b/{link}", accepts), visitor.get("/login", accepts)
    assert (page.headers["Content-Encoding"], page.status) == ("gzip", 200)
    assert ("Content-Encoding" in sign_in.headers, sign_in.status) == (False, 200)


def test_a_forged_address_does_not_get_around_the_limit_of_sign_ins(deployed: Deployed, visitor: Visitor) -> None:
    email = owner(deployed)

    token = visitor.csrf_token()

    def sign_in(number: int, password: str) -> int:
        form = {"csrf_token": token, "email": email, "password": password}
        return visitor.post("/login", form, {"X-Forwarded-For": f"198.51.100.{number}"}).status

    assert [sign_in(number, "wrong") for number in range(10)] == [422] * 10
    assert sign_in(10, PASSWORD) == 429


def test_a_body_too_large_is_answered_413(visitor: Visitor) -> None:
    def answer(path: str, size: int) -> tuple[int, str]:
        found = visitor.post(path, {"notes": "x" * size})
        return found.status, "nginx" if found.text.startswith("That is too large") else "app"

    assert answer("/b/unknown", 60_000) == (404, "app")
    assert answer("/b/unknown", 70_000) == (413, "app")
    assert answer("/b/unknown", 90_000) == (413, "nginx")
    assert answer("/settings/calendars/1", 900_000) == (303, "app")  # to the sign-in
    assert answer("/settings/calendars/1", 1_050_000) == (413, "app")
    assert answer("/settings/calendars/1", 1_200_000) == (413, "nginx")
    assert answer("/settings/look", 4_900_000) == (303, "app")
    assert answer("/settings/look", 5_100_000) == (413, "app")
    assert answer("/settings/look", 5_500_000) == (413, "nginx")


def raw(site: Site, said: bytes, tls: bool = True) -> bytes:
    """Send bytes to nginx; return all that comes back."""
    with site.visitor().connect() if tls else socket.create_connection(("127.0.0.1", site.http), 10) as connection:
        connection.sendall(said)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


HTTPS_HEADERS = SECURITY_HEADERS | {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


def assert_headers_once(answer: bytes, status: int) -> None:
    """Each of our headers is there once, with its value."""
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    head = answer.partition(b"\r\n\r\n")[0].decode()
    for name, value in HTTPS_HEADERS.items():
        assert re.findall(rf"^{name}: (.*?)\r?$", head, re.M | re.I) == [value], head
    assert not re.search(r"^Server: nginx/\d", head, re.M)


HOST = f"Host: {NAME}\r\nConnection: close\r\n".encode()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /b/%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 60_000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n", 404),
        (b"POST /b/x HTTP/1.1\r\n" + HOST + b"Content-Length: 9999999\r\n\r\n", 413),
        (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n", 404),
        (b"GET /b/x HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ],
    ids=[
        "bad path",
        "large header",
        "bad length",
        "long path",
        "metrics",
        "large body",
        "TRACE",
        "app: none",
        "app: link",
    ],
)
def test_what_nginx_answers_itself_has_our_headers_once(deployed: Deployed, said: bytes, status: int) -> None:
    assert_headers_once(raw(deployed.site, said), status)


def test_over_http_and_when_nobody_answers_too(tmp_path: Path) -> None:
    with site(tmp_path / "nginx", (free_port(), free_port())) as front:
        assert_headers_once(raw(front, b"GET /login HTTP/1.1\r\n" + HOST + b"\r\n"), 503)
        assert_headers_once(raw(front, b"GET /login HTTP/1.1\r\n" + HOST + b"\r\n", tls=False), 301)
        assert_headers_once(raw(front, b"GET /\0 HTTP/1.1\r\n\r\n", tls=False), 400)


def test_a_visitor_who_asks_too_often_waits(tmp_path: Path) -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with peers(ok, ok) as asked, site(tmp_path / "nginx", asked.ports) as front:
        visitor = front.visitor()
        signs_in = [visitor.post("/login", {"email": "a"}) for _ in range(14)]
        assert [answer.status for answer in signs_in][:11] == [200] * 11
        assert signs_in[-1].status == 429
        assert signs_in[-1].headers["Retry-After"] == "10"
        assert signs_in[-1].text.startswith("Too many requests came from your address.")
        assert_headers_once(raw(front, b"POST /login HTTP/1.1\r\n" + HOST + b"\r\n"), 429)
        assert visitor.get("/login").status == 200
        one = f"GET /b/x HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()
        pages = re.findall(rb"^HTTP/1.1 (\d+)", raw(front, one * 299 + b"GET /b/x HTTP/1.1\r\n" + HOST + b"\r\n"), re.M)
        assert set(pages) == {b"200", b"429"}
        assert 100 <= pages.count(b"200") < 250


def test_the_proxy_does_not_pass_on_the_figures(deployed: Deployed, visitor: Visitor) -> None:
    key = {"Authorization": f"Bearer {settings()['METRICS_TOKEN']}"}
    for server in deployed.servers:
        assert send(server.address, "GET", "/metrics", headers=key).status == 200
    for path in ("/metrics", "/metrics?x=1", "/%6detrics", "//metrics", "/./metrics", "/b/../metrics", "/metrics#x"):
        answer = visitor.get(path, key)
        assert (answer.status, "bookonce_" in answer.text) == (404, False), path


# When a process is away


def test_with_one_process_killed_the_other_answers(deployed: Deployed, visitor: Visitor) -> None:
    links = deployed.links(12)
    deployed.servers[0].kill()
    assert {visitor.get(f"/b/{link}").status for link in links} == {200}
    answers = [visitor.post(f"/b/{link}", filled_in(tomorrow(30 * i))) for i, link in enumerate(links)]
    assert [answer.status for answer in answers] == [303] * 12
    assert max(answer.seconds for answer in answers) < 2
    assert deployed.booked(links) == 12
    deployed.start_again(0)
    asked = deployed.servers[0].said().count("/healthz")
    assert {visitor.get("/healthz").status for _ in range(4)} == {200}
    assert deployed.servers[0].said().count("/healthz") > asked


def test_one_after_the_other_is_restarted_and_nobody_notices(deployed: Deployed) -> None:
    links = deployed.links(600, duration=5, step=5)
    left, answers, told = iter(list(enumerate(links))), [], []
    done = threading.Event()

    def invitee() -> None:
        visitor = deployed.site.visitor()
        while not done.is_set():
            number, link = next(left)
            answers.append(visitor.post(f"/b/{link}", filled_in(tomorrow(5 * number))).status)
            told.append(link)
            time.sleep(0.02)

    threads = [threading.Thread(target=invitee) for _ in range(3)]
    for thread in threads:
        thread.start()
    took = []
    for number in (0, 1):
        began = time.monotonic()
        deployed.servers[number].stop()
        took.append(time.monotonic() - began)
        deployed.start_again(number)
    done.set()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {303: len(told)}
    assert deployed.booked(told) == len(told) > 20
    assert max(took) < 6


@pytest.mark.parametrize(("method", "times"), [("POST", 1), ("GET", 2)])
def test_what_a_process_may_have_read_is_sent_to_another_only_if_it_changes_nothing(
    tmp_path: Path, method: str, times: int
) -> None:
    """Both take the request and die."""
    with peers(b"", b"") as asked, site(tmp_path / "nginx", asked.ports) as front:
        answer = front.visitor().send(method, "/b/abc", b"name=Jane" if method == "POST" else None)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert answer.text.startswith("No answer came.")
        assert len(asked.requests) == times
        assert b"\r\nConnection: close\r\n" in asked.requests[0]  # what is kept may be closed as a form is sent


def test_a_file_that_only_one_version_has_is_found(tmp_path: Path) -> None:
    ok, gone = (f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n".encode() for line in ("200 OK", "404 Not Found"))
    with peers(ok, gone) as asked, site(tmp_path / "nginx", asked.ports) as front:
        visitor = front.visitor()
        assert {visitor.get("/static/style.abc.css").status for _ in range(4)} == {200}
        assert {visitor.get("/b/abc").status for _ in range(4)} == {200, 404}


# Tokens are in no log


def test_no_token_is_in_any_log(deployed: Deployed, visitor: Visitor) -> None:
    (link, other) = deployed.links(2)
    manage = visitor.post(f"/b/{link}", filled_in(tomorrow())).location
    for path in (
        f"/b/{link}",
        f"/b/{other}?tz=UTC",
        manage,
        f"{manage}.ics",
        "/feed/fEEdtoken.ics",
        "/setup?token=sETup",
    ):
        assert visitor.get(path).status in (200, 404, 410)
    visitor.post(f"/b/{other}", {"notes": "x" * 90_000})
    by_http(deployed.site, f"/b/{other}")
    time.sleep(0.1)
    said = deployed.site.nginx.logs() + "".join(server.said() for server in deployed.servers)
    assert re.search(r'^127\.0\.0\.1 \[\S+\] GET /b 200 \d+ [\d.]+ "127\.0\.0\.1:\d+" "200"$', said, re.M)
    assert re.search(r"GET /setup 404 .*\n.*POST /b 413 ", said)
    assert [key for key in (link, other, manage.split("/")[-1], "fEEdtoken", "sETup") if key in said] == []


NO_ERROR_LOG = "error_log /dev/null emerg;"


@pytest.mark.parametrize("changes", [{}, {NO_ERROR_LOG: ""}], ids=["as it is", "control: with an error log"])
def test_no_token_is_in_any_log_when_nobody_answers(tmp_path: Path, changes: dict[str, str]) -> None:
    with site(tmp_path / "nginx", (free_port(), free_port()), changes) as front:
        answers = [front.visitor().get("/b/sEcret"), front.visitor().post("/booking/sEcret/cancel", {"a": "b"})]
        time.sleep(0.1)
        said = front.nginx.logs()
    assert [answer.status for answer in answers] == [503, 503]
    assert re.search(r'POST /booking 503 \d+ [\d.]+ "127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+" "502, 502"', said)
    assert ("sEcret" in said) == bool(changes)
