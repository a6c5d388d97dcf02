"""Several processes that serve the same sockets: one that dies is replaced, and all end together."""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

from waitress.adjustments import Adjustments

RESTART_PAUSE = 1.0
"""Seconds between two starts of a worker: one that dies at once must not take all the processor's time."""

log = logging.getLogger("bookonce.workers")


def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Return a listening socket for each address of the host. Raises OSError or ValueError if one can't be used."""
    sockets = []
    for family, kind, protocol, address in Adjustments(host=host, port=port).listen:
        each = socket.socket(family, kind, protocol)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        each.bind(address)
        each.listen(1024)
        sockets.append(each)
    return sockets


class Workers:
    """Worker processes 0 to `count` - 1, each a fork that calls `work` with its number and ends when that returns.

    `work` serves the sockets, and must return on SIGTERM and on SIGINT. The caller must have no threads and no database
    connections, since a fork can't share them.
    """

    def __init__(self, count: int, sockets: list[socket.socket], work: Callable[[int], None]) -> None:
        self._count, self._sockets, self._work = count, sockets, work
        self._numbers: dict[int, int] = {}
        self._stopping = False
        self._lifeline, self._held = os.pipe()

    def run(self, started: Callable[[], None]) -> None:
        """Start the workers, call `started`, and replace each that dies; return when all ended by SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for worker in range(self._count):
            self._start(worker)
        started()
        while self._numbers:
            pid, status = os.wait()
            worker = self._numbers.pop(pid)
            if not self._stopping:
                log.error("worker ended", extra={"fields": {"worker": worker, "status": status}})
                time.sleep(RESTART_PAUSE)
                self._start(worker)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for each in self._sockets:
            each.close()  # else a new connection would wait for an answer that nobody gives
        for pid in self._numbers:
            with contextlib.suppress(ProcessLookupError):  # it has just ended, and is not taken off the list yet
                os.kill(pid, signal.SIGTERM)

    def _start(self, worker: int) -> None:
        """Fork a worker, unless SIGTERM came first: no signal may arrive between the fork and its entry in the list."""
        signals = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            if self._stopping:
                return
            if pid := os.fork():
                self._numbers[pid] = worker
                return
            self._be(worker, signals)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    def _be(self, worker: int, signals: set[signal.Signals]) -> None:
        """Be a worker, and never return: what the caller does afterwards is for the first process."""
        status = 1
        try:
            for number in signals:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            os.close(self._held)
            threading.Thread(target=self._end_with_parent, name="lifeline", daemon=True).start()
            self._work(worker)
            status = 0
        except BaseException:
            log.exception("worker failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _end_with_parent(self) -> None:
        """Wait until the first process is gone, even by SIGKILL: then nobody holds the pipe's other end."""
        os.read(self._lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
