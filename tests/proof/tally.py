"""What was tried and what came of it, and the table that says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field

HEADINGS = ("what", "on", "times", "attempts", "confirmed", "double", "burned", "lost", "errors", "slowest")


@dataclass
class Tally:
    """The figures of one experiment.

    `double`: bookings that should not be beside another, of one link or at one time. `burned`: links that are spent
    without a booking, or refuse one although they have none. `lost`: bookings that were answered as confirmed and are
    not there as they were confirmed. `errors`: answers that should not have been; the first few are kept as notes.
    """

    what: str
    on: str
    times: int = 0
    attempts: int = 0
    confirmed: int = 0
    double: int = 0
    burned: int = 0
    lost: int = 0
    errors: int = 0
    slowest: float = 0.0
    grown: int = 0
    """How many of memory, files, threads and database grew without bound."""
    growth: str = ""
    """How they grew, in words; empty if that was not measured."""
    notes: list[str] = field(default_factory=list)

    def error(self, note: str) -> None:
        """Count an answer that should not have been."""
        self.errors += 1
        if len(self.notes) < 5:
            self.notes.append(note)

    @property
    def kept(self) -> bool:
        """Whether the promises were: something was tried, and nothing broke."""
        return self.confirmed > 0 and not (self.double or self.burned or self.lost or self.errors or self.grown)

    @property
    def broken(self) -> bool:
        """Whether a promise was seen to break, as it must in a control."""
        return bool(self.double or self.burned or self.lost or self.grown)

    def row(self) -> tuple[str, ...]:
        figures = (self.times, self.attempts, self.confirmed, self.double, self.burned, self.lost, self.errors)
        return (self.what, self.on, *(f"{figure:,}" for figure in figures), f"{self.slowest:.2f} s")


def table(tallies: Iterable[Tally]) -> str:
    """Return the tallies as a table."""
    measured = list(tallies)
    rows = [HEADINGS, *(tally.row() for tally in measured)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = ["  ".join(map(_aligned, row, widths, range(len(row)))) for row in rows]
    growth = [f"{tally.what} on {tally.on}: {tally.growth}" for tally in measured if tally.growth]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *growth])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 2 else cell.rjust(width)
