"""Run the benchmarks; write a table to standard output and docs/performance.md, and a plot beside it.

A missed goal is marked in the table; it is not an error.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from support.server_process import HOUSE

from benchmarks.measures import FULL, QUICK, Bench
from benchmarks.plot import plot
from benchmarks.report import filled_in, fragment

DOCS = HOUSE / "docs"
DISK = "/var/tmp"
"""A folder on a disk, since the usual folder for temporary files may be in memory."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure how fast Bookonce is.")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: only to see that it runs")
    parser.add_argument("--write", metavar="DIR", type=Path, help="where to write performance.md and .svg (docs)")
    parser.add_argument("--requests", metavar="N", type=int, help="after which a process's memory is measured")
    args = parser.parse_args()
    size, write = QUICK if args.quick else FULL, args.write or (None if args.quick else DOCS)
    size = replace(size, requests=args.requests or size.requests)
    disk = os.environ.get("TMPDIR") or (DISK if os.access(DISK, os.W_OK) else None)
    with TemporaryDirectory(dir=disk) as folder:
        bench = Bench(Path(folder), size, os.environ.get("PEER_PYTHON", ""))
        rows = list(bench.measure())
    table = fragment(rows, bench.page)
    sys.stdout.write(table)
    if args.quick:
        sys.stderr.write("This was --quick: the databases were small, and the figures mean nothing.\n")
    if write:
        (write / "performance.md").write_text(filled_in((DOCS / "performance.md").read_text(), table))
        (write / "performance.svg").write_text(plot(rows))


if __name__ == "__main__":
    main()
