"""Colleagues: who belongs to a practice, invitations, ending an account, and who manages.

All of it happens under the lock of NO_OWNER, so that a practice never loses its last manager.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager
from werkzeug.security import generate_password_hash

from accounts.account_log import logged
from accounts.account_mail import enqueue_account_mail
from accounts.errors import EmailTaken, LastManager, TooManyAttempts
from accounts.login_throttle import NO_OWNER
from accounts.one_time_tokens import LIFETIMES, add_token, end_tokens, get_token, use_token
from accounts.owners import add_owner, find_owner, normalize_email
from accounts.password_checks import password_check
from database import db, lock_owner, transaction, utcnow
from enums import AccountMessageKind, AccountRole, TokenPurpose
from models import CONFIRMED, UNUSED, AccountToken, Booking, BrowserSession, Link, Owner
from scheduling.calendars import new_calendar
from scheduling.changes import OwnerActor, cancel_booking
from scheduling.errors import NotFound

MAX_INVITATIONS, WINDOW = 30, timedelta(hours=1)
"""Of a practice: their mails may go to strangers."""


def colleagues(practice_id: int | None) -> Sequence[Owner]:
    """Return all owners of the practice, ended accounts last."""
    query = select(Owner).where(Owner.practice_id == practice_id)
    return db.session.scalars(query.order_by(Owner.ended_at.is_not(None), Owner.id)).all()


def get_colleague(manager_id: int, owner_id: int) -> Owner:
    """Return an owner of the manager's practice. Raises NotFound, also if `manager_id` does not manage (any more)."""
    manager = db.session.get_one(Owner, manager_id, populate_existing=True)
    found = db.session.get(Owner, owner_id, populate_existing=True)
    if not manager.is_manager or found is None or found.practice_id != manager.practice_id:
        raise NotFound
    return found


def open_invitations(practice_id: int | None) -> Sequence[AccountToken]:
    """Return the invitations into the practice that can still be accepted, newest first."""
    query = _invitations(practice_id).where(AccountToken.ended_at.is_(None), AccountToken.expires_at > utcnow())
    return db.session.scalars(query.order_by(AccountToken.id.desc())).all()


def invite(manager_id: int, name: str, email: str, *, by_mail: bool) -> AccountToken:
    """Make an invitation for a colleague and return it; a previous one for the same email ends.

    Raises NotFound, EmailTaken, TooManyAttempts after 30 in an hour.
    """
    email = normalize_email(email)
    with transaction() as session:
        lock_owner(NO_OWNER)
        manager = get_colleague(manager_id, manager_id)
        if find_owner(email) is not None:
            raise EmailTaken
        _limit_invitations(session, manager)
        for earlier in open_invitations(manager.practice_id):
            if earlier.email == email:
                earlier.ended_at = utcnow()
        row = add_token(session, manager_id, TokenPurpose.INVITATION, name, email)
        if by_mail:
            kind, useful_for = AccountMessageKind.INVITATION, LIFETIMES[TokenPurpose.INVITATION]
            salt = row.salt.hex()
            enqueue_account_mail(manager, kind, row.created_at, address=email, useful_for=useful_for, salt=salt)
    return row


def revoke_invitation(manager_id: int, invitation_id: int) -> None:
    """Take an invitation back, of whichever manager; a used one stays as it is. Raises NotFound."""
    with transaction() as session:
        lock_owner(NO_OWNER)
        manager = get_colleague(manager_id, manager_id)
        row = session.scalars(_invitations(manager.practice_id).where(AccountToken.id == invitation_id)).one_or_none()
        if row is None:
            raise NotFound
        row.ended_at = row.ended_at or utcnow()


def get_invitation(token: str) -> AccountToken:
    """Return the invitation with this token. Raises NotFound, TokenGone."""
    return get_token(token, TokenPurpose.INVITATION)


def join(token: str, name: str, timezone: str, password: str, calendar: str, address: str) -> Owner:
    """Create the account of whoever was invited, with a calendar named `calendar`, and return its owner.

    Raises NotFound, TokenGone, EmailTaken, TooManyChecks.
    """
    with logged("joining", get_invitation(token).owner_id, address):
        with password_check():  # a hash takes as long as a check
            password_hash = generate_password_hash(password)
        with transaction() as session:
            lock_owner(NO_OWNER)
            invitation = use_token(token, TokenPurpose.INVITATION)
            owner = add_owner(session, invitation.email, name, timezone, password_hash)
            session.add(new_calendar(owner.id, name=calendar, timezone=timezone))
    return owner


def coming_appointments(owner_id: int, now: datetime) -> Sequence[Booking]:
    """Return the owner's confirmed appointments that have not begun, with calendar and owner, soonest first."""
    query = select(Booking).join(Booking.calendar).options(contains_eager(Booking.calendar))
    query = query.where(Booking.owner_id == owner_id, CONFIRMED, Booking.starts_at > now)
    return db.session.scalars(query.order_by(Booking.starts_at)).all()


def end_account(manager_id: int, owner_id: int, *, cancel: bool, reason: str, notify: bool) -> None:
    """End a colleague's account: they are signed out and can't sign in, and their active links are revoked.

    With `cancel` their coming appointments are cancelled for this `reason`, and with `notify` told by mail; otherwise
    they stay. Raises NotFound, LastManager.
    """
    with transaction() as session:
        lock_owner(NO_OWNER)
        colleague = get_colleague(manager_id, owner_id)
        lock_owner(owner_id)
        if colleague.ended_at is not None:
            return
        _require_other_manager(session, colleague)
        now = utcnow()
        for booking in coming_appointments(owner_id, now) if cancel else ():
            cancel_booking(OwnerActor(owner_id, booking.id), reason, now, notify=notify)
        colleague.ended_at, colleague.role = now, AccountRole.MEMBER
        colleague.feed_salt = colleague.feed_hash = None
        active = (Link.owner_id == owner_id, UNUSED, or_(Link.expires_at.is_(None), Link.expires_at > now))
        session.execute(update(Link).where(*active).values(revoked_at=now))
        session.execute(delete(BrowserSession).where(BrowserSession.owner_id == owner_id))
        for purpose in TokenPurpose:
            end_tokens(session, owner_id, purpose)


def restore_account(manager_id: int, owner_id: int) -> None:
    """Let a colleague whose account was ended sign in again; their links stay revoked. Raises NotFound."""
    with transaction():
        lock_owner(NO_OWNER)
        colleague = get_colleague(manager_id, owner_id)
        lock_owner(owner_id)
        colleague.ended_at = None


def make_manager(manager_id: int, owner_id: int, *, hand_over: bool) -> None:
    """Let a colleague manage the practice, too; with `hand_over`, instead of `manager_id`. Raises NotFound."""
    with transaction() as session:
        lock_owner(NO_OWNER)
        colleague = get_colleague(manager_id, owner_id)
        if colleague.ended_at is not None:
            raise NotFound
        colleague.role = AccountRole.MANAGER
        if hand_over and owner_id != manager_id:
            session.get_one(Owner, manager_id).role = AccountRole.MEMBER


def _invitations(practice_id: int | None) -> Select[AccountToken]:
    return (
        select(AccountToken)
        .join(Owner, Owner.id == AccountToken.owner_id)
        .where(Owner.practice_id == practice_id, AccountToken.purpose == TokenPurpose.INVITATION)
    )


def _limit_invitations(session: Session, manager: Owner) -> None:
    recent = _invitations(manager.practice_id).where(AccountToken.created_at > utcnow() - WINDOW).subquery()
    if session.execute(select(func.count()).select_from(recent)).scalar_one() >= MAX_INVITATIONS:
        raise TooManyAttempts(int(WINDOW.total_seconds()))


def _require_other_manager(session: Session, owner: Owner) -> None:
    others = (Owner.practice_id == owner.practice_id, Owner.id != owner.id, Owner.role == AccountRole.MANAGER)
    if owner.is_manager and not session.scalar(select(exists().where(*others))):
        raise LastManager
