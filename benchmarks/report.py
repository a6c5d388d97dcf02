"""The results as a Markdown table for docs/performance.md."""

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.goals import Measured

BEGIN, END = "<!-- table -->", "<!-- /table -->"
HEADINGS = ("what", "Bookonce", "against", "ratio", "least – most", "goal", "met", "justbookmycal")


def fragment(rows: Sequence[Measured], page: str) -> str:
    """Return the table, followed by the machine and the conditions, in Markdown."""
    rounds = len(rows[0].ratios)
    lines = [HEADINGS, ("---",) * len(HEADINGS), *map(_row, rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    share = max(row.share for row in rows)
    return (
        f"{table}\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {machine()}: the median of {rounds} "
        f"{'round' if rounds == 1 else 'rounds'}. "
        f"The slot page had {page}. The clients took at most {share:.0%} of a core.\n"
    )


def machine() -> str:
    """Return CPU, cores, and the versions of Python and SQLite."""
    return (
        f"{_cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()}"
    )


def filled_in(page: str, table: str) -> str:
    """Return the page with the table between its markers replaced."""
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n{table}{END}{after}"


def figure(number: float, unit: str) -> str:
    """Return a figure with its unit: `1,234 /s`, `0.56 ms`."""
    return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def _row(row: Measured) -> tuple[str, ...]:
    goal = row.goal
    return (
        goal.what,
        figure(row.app_median, goal.unit),
        f"{goal.floor}: {figure(row.floor_median, goal.unit)}",
        f"{row.ratio:.2f}" if row.met else f"**{row.ratio:.2f}**",
        f"{min(row.ratios):.2f} – {max(row.ratios):.2f}",
        goal.words,
        "✓" if row.met else "**missed**",
        _peer(row),
    )


def _peer(row: Measured) -> str:
    """Return the peer's figure with its own ratio to the floor."""
    if not row.peer:
        return "–"
    theirs = median(row.peer)
    return f"{figure(theirs, row.goal.unit)}, {theirs / row.floor_median:.2f}"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.M) if info.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()
