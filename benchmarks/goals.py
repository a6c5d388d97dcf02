"""The benchmarks, their goals and their results."""

from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Goal:
    """One benchmark: what is measured, its floor, the unit (`/s`, `ms`, `MB`), the limit of the ratio to the floor."""

    what: str
    floor: str
    unit: str
    limit: float

    @property
    def at_least(self) -> bool:
        """Whether more is better: true for rates, false for times."""
        return self.unit == "/s"

    @property
    def words(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}"


# In the order in which they are measured.
SLOTS_16 = Goal("slot page, 16 clients", "hello", "/s", 0.55)
SLOTS_1 = Goal("slot page, one client", "hello", "ms", 2)
FIRST = Goal("slot page, first after a change", "hello", "ms", 8)
BUSY = Goal("slot page, 10,000 busy times in its month", "20 of them", "ms", 1.2)
BUSY_FIRST = Goal("10,000 busy times, first page after a change", "20 of them", "ms", 6)
TWO = Goal("slot page, 16 clients, WORKERS=2", "hello by two", "/s", 0.55)
TWO_MORE = Goal("slot pages of two processes", "of one", "/s", 1.6)
GROWN = Goal("slot page, 100,000 past bookings and 1,000,000 links", "none of them", "ms", 1.1)
IMPORTED = Goal("2,000 imported busy times, first page after a change", "20 of them", "ms", 3)
CALENDARS = Goal("/settings/calendars, 200 calendars with 1,000,000 links", "hello", "ms", 10)
EDIT = Goal("/settings/calendars/1, the same", "hello", "ms", 20)
COMING = Goal("/bookings, 100,000 past bookings", "hello", "ms", 10)
PAST = Goal("/bookings?show=past, the same", "hello", "ms", 10)
LINKS = Goal("/settings/calendars/1/links, the same", "hello", "ms", 15)
ALL_LINKS = Goal("/links, the same", "hello", "ms", 15)
WAITING_LINKS = Goal("/links?state=active, the same", "hello", "ms", 15)
BOOKING = Goal("booking, 16 clients", "bare transaction", "/s", 0.55)
MEMORY = Goal("memory of a process after 100,000 requests", "goal", "MB", 1)
FLAT = Goal("the same, growth in the second half", "after half of them", "MB", 1.05)

MEMORY_MB = 120


@dataclass(frozen=True)
class Measured:
    """The results of one benchmark, a pair per round; `share` is the most of a core that the clients used.

    `peer` is what another program did in the same rounds, if one was measured.
    """

    goal: Goal
    app: list[float]
    floor: list[float]
    share: float
    peer: list[float] = field(default_factory=list)

    @property
    def app_median(self) -> float:
        return median(self.app)

    @property
    def floor_median(self) -> float:
        return median(self.floor)

    @property
    def ratios(self) -> list[float]:
        return [app / floor for app, floor in zip(self.app, self.floor, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal.limit if self.goal.at_least else self.ratio <= self.goal.limit
