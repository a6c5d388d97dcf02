"""Experiments of `./run.sh prove` at a small size: no promise breaks, and every control is seen to break one."""

import pytest

from proof.experiments import EXPERIMENTS, SMALL
from proof.tally import table

pytestmark = pytest.mark.real_time

AT_FULL_SIZE_ONLY = {"kills on PostgreSQL", "soak on PostgreSQL"}
"""What takes long, and is tried here on SQLite."""


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name not in AT_FULL_SIZE_ONLY])
def test_promises_are_kept_and_controls_break_them(name: str) -> None:
    tallies = list(EXPERIMENTS[name](SMALL, lambda _tally: None))
    said = table(tally for tally, _ in tallies)
    for tally, control in tallies:
        assert tally.broken if control else tally.kept, f"{said}\n{tally.what}: {tally.notes}"
    assert {control for _, control in tallies} == {False, True}
