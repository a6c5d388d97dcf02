"""What the database says when an experiment is over, by the very queries of `flask --app app check`.

And whether each booking and each change has its two mails: the servers have a mail server that is away.
"""

from sqlalchemy import text
from support.shop import Shop

from database import db, snapshot
from proof.tally import Tally
from scheduling.integrity import findings

DOUBLE = ("one link, one booking", "one owner, one place", "every booking has used its link")
BURNED = ("every used link has its booking",)
TAKEN_AWAY = ("the database itself refuses",)
TOLD = text("SELECT count(*) FROM messages WHERE kind <> 'reminder'")
TO_TELL = text("SELECT 2 * ((SELECT count(*) FROM bookings) + (SELECT count(*) FROM changes))")


def judge(shop: Shop, tally: Tally, control: bool = False) -> None:
    """Add to the tally what is broken in the database. A control has no constraints: that is no finding of it."""
    with shop.world.inside(), snapshot(db.engine) as connection:
        for finding in findings(connection):
            if finding.description.startswith(DOUBLE):
                tally.double += len(finding.broken)
            elif finding.description.startswith(BURNED):
                tally.burned += len(finding.broken)
            elif finding.broken and not (control and finding.description.startswith(TAKEN_AWAY)):
                tally.error(f"check: {finding.description}: {finding.broken}")
        told, to_tell = connection.scalar(TOLD), connection.scalar(TO_TELL)
        if told != to_tell and not control:
            tally.error(f"{told} mails of {to_tell}")
