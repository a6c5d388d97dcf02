"""The benchmarks run, and tell what they found; how fast it is, no test says."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from support.server_process import HOUSE

from benchmarks import goals
from benchmarks.goals import Goal, Measured
from benchmarks.report import filled_in, fragment

GOALS = [goal for goal in vars(goals).values() if isinstance(goal, Goal)]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.thorough
@pytest.mark.real_time
def test_they_run_and_write_a_row_for_each_goal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--write", str(tmp_path)]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{HOUSE}:{HOUSE / 'tests'}", "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=HOUSE, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "performance.md").read_text()
    assert done.stdout in page
    for goal in GOALS:
        row = re.search(rf"^\| {re.escape(goal.what)} \|.*\|$", page, re.M)
        assert row, goal.what
        ratio = re.search(r"\| (?:\*\*)?([\d.]+)(?:\*\*)? \|", row[0])
        assert ratio
        assert float(ratio[1]) > 0
    picture = ET.parse(tmp_path / "performance.svg").getroot()
    assert len(picture.findall("{*}rect")) == len(GOALS)


def test_the_ratio_is_the_median_of_the_rounds_and_says_whether_the_goal_was_met() -> None:
    more, less = Goal("much", "floor", "/s", 0.5), Goal("soon", "floor", "ms", 2)
    assert Measured(more, [50, 10, 70], [100, 100, 100], 0.1).met
    assert not Measured(more, [40, 10, 70], [100, 100, 100], 0.1).met
    assert Measured(less, [3, 2, 9], [1, 1, 9], 0.1).met
    assert not Measured(less, [3, 3, 9], [1, 1, 9], 0.1).met


def test_a_new_table_takes_the_place_of_the_old_one() -> None:
    table = fragment([Measured(GOALS[0], [1.0], [2.0], 0.1)], "a page")
    once = filled_in("before\n<!-- table -->\nold\n<!-- /table -->\nafter\n", table)
    assert "old" not in once
    assert filled_in(once, table) == once
    assert once.startswith("before\n<!-- table -->\n| what |")
    assert once.endswith("<!-- /table -->\nafter\n")
