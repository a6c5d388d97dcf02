"""Two of whom a proxy may ask, where only matters whom it asks, and how often: each has one answer for everything."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Peers:
    """Two ports, and the requests that were read at both of them."""

    def __init__(self, listeners: list[socket.socket]) -> None:
        first, second = (listener.getsockname()[1] for listener in listeners)
        self.ports: tuple[int, int] = (first, second)
        self.requests: list[bytes] = []


@contextlib.contextmanager
def peers(*answers: bytes) -> Iterator[Peers]:
    """Give two peers with these answers; one whose answer is empty reads the request and dies."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in answers]
    asked = Peers(listeners)

    def serve(listener: socket.socket, answer: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    if b"\r\n\r\n" in (request := connection.recv(65536)):
                        asked.requests.append(request)
                        connection.sendall(answer)

    threads = [threading.Thread(target=serve, args=pair) for pair in zip(listeners, answers, strict=True)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in threads:
            thread.join()
