"""The deletion of an account with all that belongs to it, by its owner and with their password."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from accounts.account_log import logged
from accounts.errors import AppointmentsComing, LastManager
from accounts.login_throttle import NO_OWNER
from accounts.owners import check_own_password, get_owner_for_update, has_owner
from accounts.people import coming_appointments
from database import Base, lock_owner, transaction, utcnow, wipe_deleted
from enums import AccountRole
from models import Owner, Practice


def delete_account(owner_id: int, password: str, address: str) -> None:
    """Delete the owner and all of their rows: calendars, links, appointments, mails, sessions.

    Raises InvalidCredentials, AppointmentsComing, LastManager if colleagues would be left without a manager,
    TooManyAttempts, TooManyChecks.
    """
    with logged("account deletion", owner_id, address):
        checked, _attempt = check_own_password(owner_id, password, address)
        with transaction() as session:
            lock_owner(NO_OWNER)
            owner = get_owner_for_update(session, owner_id, checked)
            if coming_appointments(owner_id, utcnow()):
                raise AppointmentsComing
            _require_manager_for_others(session, owner)
            _delete_rows(session, owner_id)
    wipe_deleted()


def _delete_rows(session: Session, owner_id: int) -> None:
    """Delete the rows of the owner in all tables that name one, those that refer to others first."""
    for table in reversed(Base.metadata.sorted_tables):
        if "owner_id" in table.columns:
            session.execute(delete(table).where(table.c.owner_id == owner_id))
    session.execute(delete(Owner).where(Owner.id == owner_id))
    if not has_owner():
        session.execute(delete(Practice))


def _require_manager_for_others(session: Session, owner: Owner) -> None:
    others = (Owner.practice_id == owner.practice_id, Owner.id != owner.id, Owner.ended_at.is_(None))
    managed = session.scalar(select(exists().where(*others, Owner.role == AccountRole.MANAGER)))
    if not managed and session.scalar(select(exists().where(*others))):
        raise LastManager
