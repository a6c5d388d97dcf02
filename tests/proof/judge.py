"""What the database says when an experiment is over, by the very queries of `flask --app app check`."""

from proof.tally import Tally
from shop import Shop

from database import db, snapshot
from scheduling.invariants import findings

DOUBLE = ("one link, one booking", "one owner, one place", "every booking has used its link")
BURNED = ("every used link has its booking",)
TAKEN_AWAY = ("the database itself refuses",)


def judge(shop: Shop, tally: Tally, control: bool = False) -> None:
    """Add to the tally what is broken in the database. A control has no constraints: that is no finding of it."""
    with shop.world.inside(), snapshot(db.engine) as connection:
        for finding in findings(connection):
            if finding.words.startswith(DOUBLE):
                tally.double += len(finding.broken)
            elif finding.words.startswith(BURNED):
                tally.burned += len(finding.broken)
            elif finding.broken and not (control and finding.words.startswith(TAKEN_AWAY)):
                tally.error(f"check: {finding.words}: {finding.broken}")
