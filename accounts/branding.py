"""Branding of an owner's pages: the accent colour and the logo."""

from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from database import db, lock_owner, transaction
from models import Logo, Owner


def change_accent(owner_id: int, accent: str) -> None:
    """Set the owner's accent colour, `#rrggbb`, or '' for the default."""
    with transaction() as session:
        lock_owner(owner_id)
        session.get_one(Owner, owner_id).accent = accent


def change_logo(owner_id: int, image: bytes | None) -> None:
    """Set the owner's logo, an image from `prepare_logo`, or remove it if None."""
    with transaction() as session:
        lock_owner(owner_id)  # or a second first logo would meet the primary key of this one
        set_logo(session, session.get_one(Owner, owner_id), image)


def set_logo(session: Session, owner: Owner, image: bytes | None) -> None:
    """Set the owner's logo as `change_logo` does, in the caller's transaction, with the owner's lock."""
    session.execute(delete(Logo).where(Logo.owner_id == owner.id))
    owner.logo = sha256(image).hexdigest()[:32] if image else ""
    if image:
        session.add(Logo(owner_id=owner.id, digest=owner.logo, image=image))


def logo_image(digest: str) -> bytes | None:
    """Return the logo with this digest, of any owner; None if there is none."""
    return db.session.scalars(select(Logo.image).where(Logo.digest == digest).limit(1)).first()
