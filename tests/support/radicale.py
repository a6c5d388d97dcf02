"""A real CalDAV server: Radicale, with one user, and a client that speaks to it as another calendar program would."""

import contextlib
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from support.server_process import free_port

USER, PASSWORD = "jane", "app-password"


class Radicale:
    """The running server, and the user's own program."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self._folder = port, folder
        self.address = f"http://127.0.0.1:{port}/"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self._folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        settings = {
            "server": {"hosts": f"127.0.0.1:{self.port}"},
            "auth": {"type": "htpasswd", "htpasswd_filename": self._folder / "users", "htpasswd_encryption": "plain"},
            "storage": {"filesystem_folder": self._folder / "data"},
            "logging": {"level": "error"},
        }
        lines = []
        for section, values in settings.items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in values.items())]
        (self._folder / "config").write_text("\n".join(lines))
        command = [sys.executable, "-m", "radicale", "--config", str(self._folder / "config")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            with contextlib.suppress(OSError):
                self.request("OPTIONS", "/")
                return
            time.sleep(0.05)
        raise AssertionError("Radicale does not answer")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def request(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Send a request of the user's; return the status, the headers and the body of the answer."""
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body.encode(), {"Authorization": f"Basic {login}"} | named)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def make_calendar(self, name: str) -> str:
        """Make a calendar of the user's and return its path."""
        body = (
            '<?xml version="1.0"?><c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>'
            f"<displayname>{name}</displayname></prop></set></c:mkcalendar>"
        )
        status, _, _ = self.request("MKCALENDAR", f"/{USER}/{name}/", body)
        assert status == 201
        return f"/{USER}/{name}/"

    def put(self, calendar: str, uid: str, lines: str) -> None:
        """Put an event there, or change it."""
        event = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\n{lines}\n"
        text = (event + "END:VEVENT\nEND:VCALENDAR\n").replace("\n", "\r\n")
        status, _, _ = self.request("PUT", f"{calendar}{uid}.ics", text, Content_Type="text/calendar")
        assert status in (201, 204)

    def delete(self, calendar: str, uid: str) -> None:
        status, _, _ = self.request("DELETE", f"{calendar}{uid}.ics")
        assert status == 200


@contextlib.contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """Give a running server."""
    server = Radicale(free_port(), folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
