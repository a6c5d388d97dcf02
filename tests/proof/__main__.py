"""The proof at full size: progress while it runs, a table at its end; exit 1 if a promise broke or a control held."""

import sys
import time

from proof.experiments import EXPERIMENTS, FULL
from proof.tally import Tally, table


def show(tally: Tally) -> None:
    """Say how far it is: on a terminal in one line that changes."""
    line = f"{tally.on}: {tally.what}: {tally.times} times, {tally.attempts:,} attempts, {tally.confirmed:,} confirmed"
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
    elif tally.times % 10 == 0:
        print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Run the experiments whose names have one of the words given, or all.

    Return 0 if every promise was kept and every control was seen to break one.
    """
    began = time.monotonic()
    tallies, failed = [], []
    words = sys.argv[1:] or [""]
    for experiment in (run for name, run in EXPERIMENTS.items() if any(word in name for word in words)):
        for tally, control in experiment(FULL, show):
            tallies.append(tally)
            if not (tally.broken if control else tally.kept):
                failed.append(tally)
    print(f"\n\n{table(tallies)}\n\n{(time.monotonic() - began) / 60:.1f} min.")
    for tally in failed:
        print(f"FAILED: {tally.what} on {tally.on}: {'; '.join(tally.notes) or 'see its figures'}")
    if not failed:
        print("Every promise was kept, and every control was seen to break one.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
