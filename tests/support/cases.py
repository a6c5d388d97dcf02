"""How many cases a test generates: all with `--thorough`, a third of them in an ordinary run."""

from typing import Any

from hypothesis import HealthCheck, settings

thorough = False
"""Whether this run is the thorough one; `conftest.py` says so before it imports a test."""


def how_many(cases: int) -> int:
    """Return how many of so many cases this run tries."""
    return cases if thorough else cases // 3


def same_each_time(examples: int, **others: Any) -> settings:
    """Return Hypothesis's settings for so many examples: the same in each run, however long they take."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **others,
    )
