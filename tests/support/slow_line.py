"""A slow line to a server: a TCP proxy that holds back some requests before it passes them on."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator


class _Line(socketserver.ThreadingTCPServer):
    daemon_threads = True
    server: tuple[str, int]
    held: dict[bytes, float]


class _Connection(socketserver.BaseRequestHandler):
    server: _Line

    def handle(self) -> None:
        with socket.create_connection(self.server.server) as behind, contextlib.suppress(OSError):
            back = threading.Thread(target=_pass_back, args=(behind, self.request), daemon=True)
            back.start()
            while sent := self.request.recv(65536):
                time.sleep(max((seconds for words, seconds in self.server.held.items() if words in sent), default=0))
                behind.sendall(sent)
            behind.shutdown(socket.SHUT_WR)
            back.join()


def _pass_back(behind: socket.socket, browser: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while answer := behind.recv(65536):
            browser.sendall(answer)
        browser.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def slow_line(address: str, held: dict[bytes, float]) -> Iterator[str]:
    """Give another address of the server at `address`; a request that has one of these words waits as many seconds."""
    host, port = address.removeprefix("http://").split(":")
    with _Line(("127.0.0.1", 0), _Connection) as line:
        line.server, line.held = (host, int(port)), held
        threading.Thread(target=line.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{line.server_address[1]}"
        line.shutdown()
