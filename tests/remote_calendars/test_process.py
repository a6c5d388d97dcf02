"""The child process: what it reads, what it refuses, and that nothing foreign keeps it longer or makes it larger."""

import os
import ssl
import time
import zlib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest
import trustme
from support.feed_server import FeedServer, calendar, feed_server

from remote_calendars import process
from remote_calendars.messages import reading_from_json, scope_to_json
from remote_calendars.process import ask
from remote_calendars.reading import ProblemCode, ReadingFailed, Scope

SCOPE = Scope(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
LUNCH = "SUMMARY:Lunch\nDTSTART:20270210T110000Z\nDTEND:20270210T120000Z"

pytestmark = [pytest.mark.slow, pytest.mark.real_time]


def read(address: str, seconds: float = 20, networks: tuple[str, ...] = ("127.0.0.0/8",), **more: Any) -> Any:
    request = {"kind": "ics", "address": address, "networks": networks, "scope": scope_to_json(SCOPE)} | more
    return ask(request, seconds)


def problem(address: str, **more: Any) -> ProblemCode:
    with pytest.raises(ReadingFailed) as failure:
        read(address, **more)
    return failure.value.code


def test_a_feed_is_read(feeds: FeedServer) -> None:
    address = feeds.serve(calendar(LUNCH, "DTSTART:never"), ETag='"1"')
    said = read(address)
    reading = reading_from_json(said)
    noon = datetime(2027, 2, 10, 12, tzinfo=UTC)
    assert (reading.busy, reading.count) == ([(noon.replace(hour=11), noon)], 1)
    assert [note.code for note in reading.notes] == ["start"]
    assert said["marks"]["etag"] == '"1"'


def test_a_feed_that_says_the_same_is_not_worked_out_again(feeds: FeedServer) -> None:
    address = feeds.serve(calendar(LUNCH))
    digest = read(address)["marks"]["digest"]
    feeds.serve(calendar("DTSTAMP:20270101T000000Z\n" + LUNCH))
    assert read(address, known={"digest": digest})["same"] is True
    feeds.serve(b"", status=304)
    assert read(address, known={"etag": '"1"'}) == {"same": True, "marks": {}}
    assert feeds.asked[-1][2]["If-None-Match"] == '"1"'


def test_how_long_a_server_wants_us_to_wait_is_passed_on(feeds: FeedServer) -> None:
    address = feeds.serve(b"", status=429, Retry_After="120")
    with pytest.raises(ReadingFailed) as failure:
        read(address)
    assert (failure.value.code, failure.value.retry_after) == (ProblemCode.SERVER, 120)


def test_nothing_of_ours_is_sent_along(feeds: FeedServer) -> None:
    read(feeds.serve(calendar(LUNCH)))
    assert sorted(feeds.asked[0][2]) == ["Accept", "Accept-Encoding", "Host", "User-Agent"]


def test_our_secrets_are_not_in_its_environment(monkeypatch: pytest.MonkeyPatch, feeds: FeedServer) -> None:
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    monkeypatch.setenv("http_proxy", feeds.url("/proxy"))
    seen: dict[str, str] = {}

    def look(handler: BaseHTTPRequestHandler) -> None:
        seen.update(psutil.Process(os.getpid()).children()[0].environ())

    feeds.pages["/feed.ics"] = look
    assert problem(feeds.url()) == ProblemCode.NO_ANSWER
    assert seen
    assert not seen.keys() & {"SECRET_KEY", "DATABASE_URL", "SMTP_URL", "http_proxy"}


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "login"), (403, "login"), (404, "not found"), (410, "not found"), (400, "refused"), (503, "server")],
)
def test_an_error_of_the_server_is_told(feeds: FeedServer, status: int, code: str) -> None:
    assert problem(feeds.serve(calendar(LUNCH), status=status)) == code


def test_redirects_are_followed_and_checked(feeds: FeedServer) -> None:
    feeds.serve(calendar(LUNCH), "/there")
    assert read(feeds.serve(b"", "/here", 302, Location="/there"))["count"] == 1
    assert problem(feeds.serve(b"", "/loop", 302, Location="/loop")) == ProblemCode.REDIRECTS
    for target, code in (
        ("http://169.254.169.254/latest", ProblemCode.NOT_PUBLIC),
        ("http://[::ffff:10.0.0.1]/", ProblemCode.NOT_PUBLIC),
        ("file:///etc/passwd", ProblemCode.ADDRESS),
        ("http://user:secret@127.0.0.1/", ProblemCode.ADDRESS),
    ):
        assert problem(feeds.serve(b"", "/away", 307, Location=target)) == code


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::1]"])
def test_what_is_not_public_is_not_asked(feeds: FeedServer, host: str) -> None:
    for scheme in ("http", "https"):
        address = f"{scheme}://{host}:{feeds.port}/feed.ics"
        assert problem(address, networks=()) in (ProblemCode.NOT_PUBLIC, ProblemCode.NO_HOST)
    assert feeds.asked == []


def test_only_the_networks_of_the_operator_are_open(feeds: FeedServer) -> None:
    assert problem(feeds.serve(calendar(LUNCH)), networks=("10.0.0.0/8",)) == ProblemCode.NOT_PUBLIC


def test_a_feed_that_is_cut_off_is_refused(feeds: FeedServer) -> None:
    whole = calendar(LUNCH)
    assert problem(feeds.serve(whole[:-20])) == ProblemCode.CUT_OFF
    feeds.serve(whole, Content_Length=str(len(whole) + 100))
    assert problem(feeds.url(), seconds=3) in (ProblemCode.TIMEOUT, ProblemCode.NO_ANSWER)

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(whole), whole))

    feeds.pages["/feed.ics"] = cut
    assert problem(feeds.url()) == ProblemCode.NO_ANSWER


def test_a_server_that_drips_is_left_in_time(feeds: FeedServer) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for letter in calendar(LUNCH) * 100:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.2)

    def drip_headers(handler: BaseHTTPRequestHandler) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.2)

    feeds.pages |= {"/feed.ics": drip, "/slow-headers": drip_headers}
    for path in ("/feed.ics", "/slow-headers"):
        began = time.monotonic()
        assert problem(feeds.url(path), seconds=2) == ProblemCode.TIMEOUT
        assert time.monotonic() - began < 5


def test_zeros_that_unpack_to_200_megabytes_are_refused_and_memory_stays_bounded(feeds: FeedServer) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([packer.compress(b"\0" * 1_000_000) for _ in range(200)]) + packer.flush()
    assert problem(feeds.serve(bomb, Content_Encoding="gzip")) == ProblemCode.TOO_LARGE


def test_what_is_much_work_ends(feeds: FeedServer) -> None:
    nested = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 200_000
    assert problem(feeds.serve(nested)) == ProblemCode.TOO_MUCH
    secondly = "DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"
    said = read(feeds.serve(calendar(secondly, LUNCH)))
    assert (said["count"], [note[0] for note in said["notes"]]) == (1, ["often"])
    far = "DTSTART:20270201T090000Z\nDTEND:99991231T235959Z"
    assert read(feeds.serve(calendar(far, LUNCH)))["count"] == 2


def test_a_child_that_does_not_end_is_killed(feeds: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if its own limit on time did not work: the server's process ends it."""
    monkeypatch.setattr(process, "GRACE", -2.5)
    began = time.monotonic()
    feeds.pages["/feed.ics"] = lambda handler: time.sleep(5)
    assert problem(feeds.url(), seconds=4) == ProblemCode.CRASHED
    assert time.monotonic() - began < 3.5
    assert [child for child in psutil.Process(os.getpid()).children() if "python" in child.name()] == []


def test_over_https_the_certificate_must_be_the_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with feed_server(context) as feeds:
        feeds.serve(calendar(LUNCH))
        local = ("127.0.0.0/8", "::1/128")
        assert problem(feeds.url(host="localhost"), networks=local) == ProblemCode.CERTIFICATE
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert read(feeds.url(host="localhost"), networks=local)["count"] == 1
        assert feeds.asked[-1][2]["Host"] == f"localhost:{feeds.port}"
        assert problem(feeds.url(host="127.0.0.1"), networks=local) == ProblemCode.CERTIFICATE
