"""Mails about accounts in the outbox: their order, what each is composed from, and when one is outdated."""

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from enums import AccountMessageKind
from models import OPEN_REQUEST, AccountMessage, LinkRequest
from notifications.leases import is_ready


def due(now: datetime) -> Select[int]:
    """Return the query for the id of the next one."""
    return (
        select(AccountMessage.id)
        .where(is_ready(AccountMessage, now))
        .order_by(AccountMessage.due_at, AccountMessage.id)
        .limit(1)
    )


def load(session: Session, message_id: int) -> AccountMessage:
    """Return the message with its owner."""
    query = select(AccountMessage).options(joinedload(AccountMessage.owner, innerjoin=True))
    return session.scalars(query.where(AccountMessage.id == message_id).execution_options(populate_existing=True)).one()


def is_outdated(session: Session, message: AccountMessage, now: datetime) -> bool:
    """Return whether it would tell of an address that does not work any more, or of a request that was answered."""
    if message.kind is AccountMessageKind.LINK_ASKED_FOR:
        return message.give_up_at <= now or not _is_open(session, message)
    return "salt" in message.parameters and message.give_up_at <= now


def _is_open(session: Session, message: AccountMessage) -> bool:
    mine = LinkRequest.owner_id == message.owner_id, LinkRequest.id == int(message.parameters["request"])
    return bool(session.scalar(select(exists().where(*mine, OPEN_REQUEST))))
