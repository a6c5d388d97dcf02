"""Mails about bookings in the outbox: their order, what each is composed from, and when one is outdated."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased, contains_eager, with_expression

from enums import MessageKind, MessageState
from models import Booking, Calendar, Message
from notifications.leases import is_ready


def due(now: datetime) -> Select[int]:
    """Return the query for the id of the next one; those to one recipient about one booking keep their order."""
    earlier = aliased(Message)
    waiting_earlier = and_(_same_thread(earlier), earlier.state == MessageState.WAITING, earlier.id < Message.id)
    return (
        select(Message.id)
        .where(is_ready(Message, now), ~exists().where(waiting_earlier))
        .order_by(Message.due_at, Message.id)
        .limit(1)
    )


def load(session: Session, message_id: int) -> Message:
    """Return the message with everything that its mail is composed from."""
    before = aliased(Message)
    told_start = (
        select(before.starts_at)
        .where(_same_thread(before), before.state == MessageState.SENT, before.id < Message.id)
        .order_by(before.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Message)
        .join(Message.booking)
        .join(Booking.calendar)
        .join(Calendar.owner)
        .outerjoin(Message.change)
        .options(
            contains_eager(Message.booking).contains_eager(Booking.calendar).contains_eager(Calendar.owner),
            contains_eager(Message.change),
            with_expression(Message.told_start, told_start),
        )
        .where(Message.id == message_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one()


def is_outdated(session: Session, message: Message, now: datetime) -> bool:
    """Return whether it should not be sent any more: a reminder of another time, or what a later change overtook."""
    booking = message.booking
    if message.kind is MessageKind.REMINDER:
        return not (booking.is_confirmed and booking.sequence == message.sequence and booking.starts_at > now)
    later = aliased(Message)
    of_a_change = and_(_same_thread(later), later.change_id.is_not(None), later.sequence > Message.sequence)
    query = select(exists().where(of_a_change, later.state != MessageState.DROPPED)).where(Message.id == message.id)
    return bool(session.scalar(query))


def _same_thread(other: type[Message]) -> ColumnElement[bool]:
    """Return the condition that `other` goes to the same recipient about the same booking."""
    return and_(
        other.owner_id == Message.owner_id,
        other.booking_id == Message.booking_id,
        other.recipient == Message.recipient,
    )
