"""Waitress, but told to stop it finishes what it has begun, and its own errors are as closed as the app's answers.

It uses inner names of waitress 3.0.2, so that version is pinned and `tests/test_server.py` tries all of it.
"""

import select
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

GRACE = 8.0
LATE = 0.5


class Server:
    """Listens where it is told; `run` answers requests until `stop`."""

    def __init__(self, app: Flask, headers: Mapping[str, str], **settings: Any) -> None:
        """Listen. Raises OSError and ValueError if it can't."""
        self._map: dict[int, Any] = {}
        server = create_server(app, map=self._map, asyncore_use_poll=True, **settings)
        self._dispatcher = server.task_dispatcher
        self._listening = [each for each in self._map.values() if hasattr(each, "active_channels")]
        for each in self._listening:
            each.channel_class = _channel_class(headers, lambda: self._stopping)
        self._stopping = False

    def stop(self) -> None:
        """Let `run` come to its end; may be called from the handler of a signal."""
        self._stopping = True
        self._listening[0].pull_trigger()

    def run(self) -> None:
        """Answer requests; when stopped, take no more, finish those that are in flight, and return within 10 s."""
        while not self._stopping:
            wasyncore.poll2(0.5, self._map)
        self._close_doors()
        deadline = time.monotonic() + GRACE
        while self._serves_somebody() and time.monotonic() < deadline:
            wasyncore.poll2(0.05, self._map)
        self._dispatcher.shutdown(timeout=1)

    def _close_doors(self) -> None:
        """Take who is at the door already, then free the port for the next process."""
        for server in self._listening:
            while select.select([server.socket], [], [], 0)[0]:
                server.handle_accept()
            server.accepting = False
            server.del_channel(self._map)
            server.socket.close()

    def _serves_somebody(self) -> bool:
        """Return whether a request is in flight; who only keeps a connection open is shown out.

        Whoever has just come may be about to say something.
        """
        channels = [channel for server in self._listening for channel in list(server.active_channels.values())]
        for channel in channels:
            in_flight = channel.requests or channel.request is not None or channel.total_outbufs_len
            if not in_flight and time.time() - channel.last_activity > LATE:
                channel.handle_close()
        return any(server.active_channels for server in self._listening)


def _channel_class(headers: Mapping[str, str], stopping: Callable[[], bool]) -> type[HTTPChannel]:
    class ConnectionCloseTask(WSGITask):
        """When stopping, the answer says that it is the last one: a proxy that has more to ask would never be done."""

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
