"""A server of other people's calendars that does whatever a test wants: redirects, drips, lies, big answers."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Headers = dict[str, str]
Page = tuple[int, Headers, bytes] | Callable[[BaseHTTPRequestHandler], None]


class FeedServer:
    """`pages` are by path; each request's method, path and headers are kept in `asked`."""

    def __init__(self, port: int, scheme: str) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str, Headers]] = []
        self.port, self.scheme = port, scheme

    def url(self, path: str = "/feed.ics", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def serve(self, body: bytes, path: str = "/feed.ics", status: int = 200, **headers: str) -> str:
        """Let this path have this answer; return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = status, {"Content-Type": "text/calendar"} | named, body
        return self.url(path)


@contextlib.contextmanager
def feed_server(tls: ssl.SSLContext | None = None) -> Iterator[FeedServer]:
    """Give a server on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            ours.asked.append((self.command, self.path, dict(self.headers.items())))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            page = ours.pages.get(self.path, (404, {}, b"Not here"))
            if callable(page):
                self.close_connection = True
                with contextlib.suppress(OSError):
                    page(self)
                return
            status, headers, body = page
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    for method in ("GET", "PROPFIND", "REPORT", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.do)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    ours = FeedServer(server.server_port, "https" if tls else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def calendar(*events: str) -> bytes:
    """Return a feed of these events, each the lines of one."""
    parts = [f"BEGIN:VEVENT\nUID:{number}@example.org\n{lines}\nEND:VEVENT" for number, lines in enumerate(events)]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]).replace("\n", "\r\n").encode()
