"""Mail the manage link again to whoever booked: asked for at the spent link, answered to the booking's address only."""

from datetime import timedelta

from sqlalchemy import func, select, update

import tokens
from database import transaction, utcnow
from enums import LinkState, MessageKind, Role
from models import Booking, Link, Message
from scheduling.links import get_link_for_update
from scheduling.notifications import KEEP_TRYING, new_message

MOST = 3
WINDOW = timedelta(hours=1)


def resend_manage_link(token: str, email: str, *, notify: bool) -> bool:
    """Mail the manage link if `email` is the booking's address; return whether the link with this token is used.

    A booking gets at most 3 such mails an hour. Neither the result nor the time that it takes says whether there was a
    mail: something is written in any case, so that each call waits for the disk. Without `notify` there is never a
    mail. Raises NotFound.
    """
    with transaction() as session:
        link = get_link_for_update(token)
        now = utcnow()
        if link.state(now) is not LinkState.USED:
            return False
        session.execute(update(Link).where(Link.id == link.id).values(used_at=Link.used_at))
        booking = session.scalars(select(Booking).where(Booking.link_id == link.id)).one_or_none()
        if booking is None or booking.is_erased:
            return True
        recent = select(func.count()).where(
            Message.owner_id == booking.owner_id,
            Message.booking_id == booking.id,
            Message.kind == MessageKind.RESENT,
            Message.created_at > now - WINDOW,
        )
        allowed = session.execute(recent).scalar_one() < MOST
        theirs = tokens.constant_time_equal(email.casefold(), booking.email.casefold())
        if allowed and theirs and notify:
            session.add(new_message(booking, MessageKind.RESENT, Role.INVITEE, now, now + KEEP_TRYING))
    return True
