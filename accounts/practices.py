"""The name and look of a practice, which owners may take over: theirs then follow it.

What invitees see is copied to each owner's own row, so that their pages need no other one.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.branding import set_logo
from accounts.login_throttle import NO_OWNER
from accounts.people import get_colleague
from database import db, lock_owner, transaction
from models import Logo, Owner, Practice


def get_practice(practice_id: int | None) -> Practice:
    """Return the practice with this id."""
    return db.session.get_one(Practice, practice_id)


def change_practice(manager_id: int, name: str, *, take_look: bool) -> None:
    """Set the name of the manager's practice, and with `take_look` the manager's own colour and logo as its look.

    All owners who share it follow. Raises NotFound if `manager_id` does not manage.
    """
    with transaction() as session:
        lock_owner(NO_OWNER)
        manager = get_colleague(manager_id, manager_id)
        practice = get_practice(manager.practice_id)
        practice.name = name
        if take_look:
            practice.accent, practice.logo = manager.accent, manager.logo
            practice.image = session.scalar(select(Logo.image).where(Logo.owner_id == manager_id))
        sharing = select(Owner).where(Owner.practice_id == practice.id, Owner.shares_practice)
        for owner in session.scalars(sharing.order_by(Owner.id)).all():
            _follow(session, owner, practice)


def share_practice(owner_id: int) -> None:
    """Let the owner's pages wear the name and the look of the practice from now on."""
    with transaction() as session:
        lock_owner(NO_OWNER)
        owner = session.get_one(Owner, owner_id)
        owner.shares_practice = True
        _follow(session, owner, get_practice(owner.practice_id))


def leave_practice_look(owner_id: int) -> None:
    """Let the owner's pages stop following the practice; its colour and logo stay until the owner changes them."""
    with transaction() as session:
        lock_owner(NO_OWNER)
        lock_owner(owner_id)
        owner = session.get_one(Owner, owner_id)
        owner.shares_practice, owner.practice_name = False, ""


def _follow(session: Session, owner: Owner, practice: Practice) -> None:
    lock_owner(owner.id)
    owner.practice_name, owner.accent = practice.name, practice.accent
    set_logo(session, owner, practice.image)
