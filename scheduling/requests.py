"""Requests for a new link, made at a spent one: stored, throttled, answered with a link or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, literal_column, select
from sqlalchemy.orm import contains_eager

import tokens
from availability.offers import Offer
from database import db, lock_owner, transaction, utcnow
from enums import AccountMessageKind, LinkState, RequestState
from models import OPEN_REQUEST, AccountMessage, Calendar, Link, LinkRequest, Owner, RequestAttempt
from parsing.client_ip import rate_limit_key
from parsing.email_addresses import clean_email, is_email
from scheduling.errors import BookingError
from scheduling.links import LinkDetails, get_link_for_update, get_open_calendar_for_update, link_rows
from scheduling.lookup import get_or_not_found
from scheduling.notifications import KEEP_TRYING

MOST_OF_LINK = 3
MOST_OF_ADDRESS = 10
"""Within WINDOW, at all links."""
WINDOW = timedelta(hours=1)
MANY = 100

_FEW = select(LinkRequest.id).where(LinkRequest.owner_id == Owner.id, OPEN_REQUEST).limit(literal_column(str(MANY)))
# Part of a query of owners: how many requests wait for an answer, up to MANY.
OPEN_REQUESTS = select(func.count()).select_from(_FEW.correlate(Owner).subquery()).scalar_subquery()


class TooManyRequests(BookingError):
    """No more requests are taken; `wait` is for how many seconds, as far as that is known."""

    def __init__(self, wait: int) -> None:
        super().__init__("too many requests")
        self.wait = wait


@dataclass(frozen=True)
class Asked:
    """Who asks for a new link, how they can be reached, and a few words."""

    name: str
    contact: str
    note: str = ""


def request_link(token: str, asked: Asked, address: str, *, notify: bool) -> LinkRequest | None:
    """Store a request at a link that can't be used; return it, or the same one that was made before.

    None if the link can be used. `address` is the client's: at most 3 requests a link, and 10 an hour from an address.
    With `notify` the owner gets a mail. Raises NotFound, TooManyRequests.
    """
    with transaction() as session:
        link, now = get_link_for_update(token), utcnow()
        if link.state(now) is LinkState.ACTIVE and link.calendar.takes_bookings:
            return None
        digest = tokens.digest("\0".join((asked.name, asked.contact, asked.note)))
        made = select(LinkRequest).where(LinkRequest.owner_id == link.owner_id, LinkRequest.link_id == link.id)
        earlier = session.scalars(made).all()
        if same := next((each for each in earlier if each.digest == digest), None):
            return same
        if len(earlier) >= MOST_OF_LINK:
            raise TooManyRequests(int(WINDOW.total_seconds()))
        _count_attempt(address, now)
        request = LinkRequest(
            owner_id=link.owner_id,
            link_id=link.id,
            name=asked.name,
            contact=asked.contact,
            note=asked.note,
            digest=digest,
            created_at=now,
        )
        session.add(request)
        session.flush()
        if notify:
            session.add(_mail_to_owner(link, request, now))
    return request


def open_requests(owner_id: int, limit: int) -> Sequence[LinkRequest]:
    """Return the owner's requests that wait for an answer, oldest first, each with its link and calendar."""
    query = (
        select(LinkRequest)
        .join(LinkRequest.link)
        .join(Link.calendar)
        .options(contains_eager(LinkRequest.link).contains_eager(Link.calendar))
        .where(LinkRequest.owner_id == owner_id, OPEN_REQUEST)
        .order_by(LinkRequest.id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def answer_request(key: str, owner_id: int, request_id: int) -> Link:
    """Make a link for whoever asked, and return it; or the one that was made before, as long as it is active.

    Its duration is that of the link at which they asked. Raises NotFound, CalendarClosed.
    """
    with transaction() as session:
        request = _get_for_update(owner_id, request_id)
        now = utcnow()
        calendar = get_open_calendar_for_update(owner_id, request.link.calendar_id)
        if (made := _find_answer(request)) and made.state(now) is LinkState.ACTIVE:
            return made
        email = clean_email(request.contact)
        same = Offer(request.link.duration)
        details = LinkDetails(request.name, request.name, email if is_email(email) else "", offer=same)
        (row,) = link_rows(key, calendar, [details], now)
        link = Link(**row)
        session.add(link)
        session.flush()
        request.state, request.answer_id = RequestState.ANSWERED, link.id
    return link


def dismiss_request(owner_id: int, request_id: int) -> None:
    """Dismiss an open request; any other stays as it is. Raises NotFound."""
    with transaction():
        request = _get_for_update(owner_id, request_id)
        if request.state is RequestState.OPEN:
            request.state = RequestState.DISMISSED


def get_request(owner_id: int, request_id: int) -> LinkRequest:
    """Return the owner's request with its link and calendar. Raises NotFound."""
    query = (
        select(LinkRequest)
        .join(LinkRequest.link)
        .join(Link.calendar)
        .join(Calendar.owner)
        .options(contains_eager(LinkRequest.link).contains_eager(Link.calendar).contains_eager(Calendar.owner))
        .where(LinkRequest.owner_id == owner_id, LinkRequest.id == request_id)
    )
    request: LinkRequest = get_or_not_found(query)
    return request


def _get_for_update(owner_id: int, request_id: int) -> LinkRequest:
    lock_owner(owner_id)
    return get_request(owner_id, request_id)


def _mail_to_owner(link: Link, request: LinkRequest, now: datetime) -> AccountMessage:
    """Return the mail, which names the request only: what somebody typed is in one place, and can be erased there."""
    return AccountMessage(
        owner_id=link.owner_id,
        kind=AccountMessageKind.LINK_ASKED_FOR,
        address=link.calendar.owner.email,
        parameters={"request": str(request.id)},
        due_at=now,
        give_up_at=now + KEEP_TRYING,
        created_at=now,
    )


def _find_answer(request: LinkRequest) -> Link | None:
    query = select(Link).where(Link.owner_id == request.owner_id, Link.id == request.answer_id)
    return db.session.scalars(query).one_or_none() if request.answer_id else None


def _count_attempt(address: str, now: datetime) -> None:
    """Count a request of this address. Raises TooManyRequests."""
    key = tokens.digest(f"request {rate_limit_key(address)}")
    db.session.execute(delete(RequestAttempt).where(RequestAttempt.created_at <= now - WINDOW))
    counted = select(func.count(), func.min(RequestAttempt.created_at)).where(RequestAttempt.throttle_key == key)
    count, oldest = db.session.execute(counted).one()
    if count >= MOST_OF_ADDRESS:
        raise TooManyRequests(max(1, ceil((oldest + WINDOW - now).total_seconds())))
    db.session.add(RequestAttempt(throttle_key=key, created_at=now))
