"""Lightweight HTTP clients: a separate process, raw keep-alive sockets, a thread for each client.

Run as a program, it reads a Job from standard input and writes its Metrics to standard output, both as JSON.
"""

import itertools
import json
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode, urlsplit

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
PATIENCE = 30
"""Seconds."""


@dataclass(frozen=True)
class Job:
    """The requests to send to 127.0.0.1, for how many seconds, and the status and text that each response must have.

    With `again` the requests are repeated in turn; otherwise each is sent once, and the job may end early.
    `change` is a file of SQLite and a statement that is executed in it before each request, and is not timed.
    """

    port: int
    requests: Sequence[str]
    clients: int
    seconds: float
    status: int = 200
    holds: str = ""
    again: bool = True
    change: Sequence[str] = ()


@dataclass(frozen=True)
class Metrics:
    """The result of a job: responses, responses per second, median time in ms, the clients' share of a core."""

    count: int
    rate: float
    median: float
    share: float


def get(address: str, path: str, cookie: str = "") -> str:
    """Return the text of a GET request."""
    return _head(address, f"GET {path}", f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n"


def post(address: str, path: str, form: Mapping[str, str]) -> str:
    """Return the text of a POST request with a form."""
    body = urlencode(form)
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return _head(address, f"POST {path}", kind) + "\r\n" + body


def run(job: Job) -> Metrics:
    """Run the job in a separate process. Raises RuntimeError if a response is wrong."""
    done = subprocess.run([sys.executable, __file__], input=json.dumps(asdict(job)), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return Metrics(**json.loads(done.stdout))


@dataclass
class Crowd:
    """All the clients of one job."""

    job: Job
    turn: Iterator[bytes]
    begin: threading.Barrier
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def client(self) -> None:
        """Send requests until the time is over or no request is left."""
        try:
            with socket.create_connection(("127.0.0.1", self.job.port), PATIENCE) as connection:
                self.begin.wait()
                self._ask(connection)
        except (OSError, ValueError, threading.BrokenBarrierError) as error:
            self.begin.abort()
            self.wrong.append(repr(error))

    def _ask(self, connection: socket.socket) -> None:
        holds, end = self.job.holds.encode(), time.perf_counter() + self.job.seconds
        change = _change(*self.job.change) if self.job.change else lambda: None
        while time.perf_counter() < end and not self.wrong and (request := next(self.turn, None)):
            change()
            began = time.perf_counter()
            answer = _answer(connection, request)
            self.seconds.append(time.perf_counter() - began)
            if int(answer[9:12]) != self.job.status or holds not in answer:
                raise ValueError(f"{answer[9:12].decode()} instead of {self.job.status} with {self.job.holds!r}")


def main() -> None:
    """Run the job from standard input."""
    job = Job(**json.load(sys.stdin))
    requests = [request.encode() for request in job.requests]
    turn = itertools.cycle(requests) if job.again else iter(requests)
    crowd = Crowd(job, turn, threading.Barrier(job.clients + 1))
    threads = [threading.Thread(target=crowd.client) for _ in range(job.clients)]
    for thread in threads:
        thread.start()
    try:
        crowd.begin.wait(PATIENCE)
    except threading.BrokenBarrierError:
        sys.exit(f"The clients could not begin: {crowd.wrong}")
    began, work = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    took, worked = time.perf_counter() - began, time.process_time() - work
    if crowd.wrong:
        sys.exit(f"An answer was wrong: {crowd.wrong[0]}")
    answers = len(crowd.seconds)
    figures = Metrics(answers, answers / took, 1000 * statistics.median(crowd.seconds), worked / took)
    json.dump(asdict(figures), sys.stdout)


def _change(file: str, statement: str) -> Callable[[], object]:
    """Return a function that executes the statement in the file."""
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    return lambda: connection.execute(statement)


def _head(address: str, what: str, more: str) -> str:
    return f"{what} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nAccept: text/html\r\nAccept-Language: en\r\n{more}"


def _answer(connection: socket.socket, request: bytes) -> bytes:
    """Send a request; return the whole response, head and body."""
    connection.sendall(request)
    answer, size = b"", -1
    while size < 0 or len(answer) < size:
        part = connection.recv(1 << 16)
        if not part:
            raise ConnectionError("the server closed the connection")
        answer += part
        head = answer.find(b"\r\n\r\n") if size < 0 else -1
        if head >= 0:
            found = LENGTH.search(answer, 0, head)
            size = head + 4 + int(found[1] if found else 0)
    return answer


if __name__ == "__main__":
    main()
