"""Waitress with a graceful shutdown, and with the security headers on its own error responses.

It uses internals of waitress 3.0.2, so that version is pinned, and the tests of the server cover all of it.
"""

import select
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

SHUTDOWN_TIMEOUT = 8.0
IDLE_AFTER = 0.5


class Server:
    """A listening server; `run` serves requests until `stop`."""

    def __init__(self, app: Flask, headers: Mapping[str, str], **settings: Any) -> None:
        """Start listening. Raises OSError or ValueError if the address can't be used."""
        self._map: dict[int, Any] = {}
        server = create_server(app, map=self._map, asyncore_use_poll=True, **settings)
        self._dispatcher = server.task_dispatcher
        self._listening = [each for each in self._map.values() if hasattr(each, "active_channels")]
        for each in self._listening:
            each.channel_class = _channel_class(headers, lambda: self._stopping)
        self._stopping = False

    def stop(self) -> None:
        """Make `run` return; may be called from a signal handler."""
        self._stopping = True
        self._listening[0].pull_trigger()

    def run(self) -> None:
        """Serve requests; when stopped, accept no more, finish those in flight, and return within 10 s."""
        while not self._stopping:
            wasyncore.poll2(0.5, self._map)
        self._stop_listening()
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        while self._has_connections() and time.monotonic() < deadline:
            wasyncore.poll2(0.05, self._map)
        self._dispatcher.shutdown(timeout=1)

    def _stop_listening(self) -> None:
        """Accept queued connections, then free the port for the next process."""
        for server in self._listening:
            while select.select([server.socket], [], [], 0)[0]:
                server.handle_accept()
            server.accepting = False
            server.del_channel(self._map)
            server.socket.close()

    def _has_connections(self) -> bool:
        """Close idle keep-alive connections; return whether any connection is left.

        A connection that was active just now is kept: its request may be on the way.
        """
        channels = [channel for server in self._listening for channel in list(server.active_channels.values())]
        for channel in channels:
            in_flight = channel.requests or channel.request is not None or channel.total_outbufs_len
            if not in_flight and time.time() - channel.last_activity > IDLE_AFTER:
                channel.handle_close()
        return any(server.active_channels for server in self._listening)


def _channel_class(headers: Mapping[str, str], stopping: Callable[[], bool]) -> type[HTTPChannel]:
    class ConnectionCloseTask(WSGITask):
        """Sends `Connection: close` when stopping, since a proxy would reuse the connection again and again."""

        def build_response_header(self) -> bytes:
            if stopping():
                self.request.headers["CONNECTION"] = "close"
            header: bytes = super().build_response_header()
            return header

    class SecureErrorTask(ErrorTask):
        def execute(self) -> None:
            self.response_headers.extend(headers.items())
            super().execute()

    class Channel(HTTPChannel):
        task_class = ConnectionCloseTask
        error_task_class = SecureErrorTask

    return Channel
