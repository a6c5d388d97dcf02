"""Which mails of an outbox's table a worker may take: the same rule for mails about bookings and about accounts."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column, or_

from models import AccountMessage, Message

Mail = Message | AccountMessage
MailTable = type[Message] | type[AccountMessage]


def is_ready(table: MailTable, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a mail waits, is due, and no worker has it."""
    return and_(is_waiting(table), table.due_at <= now, or_(table.leased_until.is_(None), table.leased_until <= now))


def is_waiting(table: MailTable) -> ColumnElement[bool]:
    """Return the condition that a mail waits. The value is a literal: else SQLite would not use its partial index."""
    return table.state == literal_column("'waiting'")
