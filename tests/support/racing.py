"""Attempts that are made at the same moment."""

import threading
from collections.abc import Callable
from typing import Any


def race(attempts: list[Callable[[], Any]]) -> list[Any]:
    """Run the attempts at once, each in a thread; return what each returned or raised."""
    barrier = threading.Barrier(len(attempts))
    outcomes: list[Any] = [None] * len(attempts)

    def run(i: int) -> None:
        barrier.wait()
        try:
            outcomes[i] = attempts[i]()
        except Exception as error:
            outcomes[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
