"""What one link offers where that is not just its calendar's: it changes the arguments of the rule, never the rule."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from availability.slots import Rules

MAX_STARTS = 10


@dataclass(frozen=True)
class Offer:
    """The duration in minutes, the first and last date in the calendar's zone, and exact starts, in order.

    What is None or empty is the calendar's.
    """

    duration: int | None = None
    earliest: date | None = None
    latest: date | None = None
    starts: tuple[datetime, ...] = ()

    def __bool__(self) -> bool:
        return self != NOTHING_SPECIAL

    def applied_to(self, rules: Rules) -> Rules:
        """Return the rules of a calendar as they are for this offer."""
        if not self:
            return rules
        duration = rules.duration if self.duration is None else timedelta(minutes=self.duration)
        return replace(rules, duration=duration, earliest=self.earliest, latest=self.latest, starts=self.starts or None)


NOTHING_SPECIAL = Offer()
