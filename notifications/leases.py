"""Which mails of an outbox's table a worker may take: the same rule for mails about bookings and about accounts."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from models import MailTable


def is_ready(table: MailTable, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a mail waits, is due, and no worker has it."""
    return and_(table.is_waiting(), table.due_at <= now, or_(table.leased_until.is_(None), table.leased_until <= now))
