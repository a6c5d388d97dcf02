"""The telephone number of whoever a link is for, as far as it is known."""

import json

from sqlalchemy import select

from database import db
from models import Batch, Link, LinkRequest
from parsing.contact_links import tel_url
from parsing.csv_people import columns_of


def phone_of(link: Link) -> str:
    """Return the number in the link's row of a CSV, or with which somebody asked for the link; '' if there is none."""
    phone = _of_row(link) if link.batch_id else _of_request(link) if link.name else ""
    return phone if tel_url(phone) else ""


def _of_row(link: Link) -> str:
    query = (
        select(Batch.columns, Link.cells)
        .join(Batch, (Batch.owner_id == Link.owner_id) & (Batch.id == Link.batch_id))
        .where(Link.owner_id == link.owner_id, Link.id == link.id)
    )
    columns, cells = db.session.execute(query).one()
    if not columns or not cells:
        return ""
    place = columns_of(json.loads(columns)).get("phone")
    return "" if place is None else str(json.loads(cells)[place])


def _of_request(link: Link) -> str:
    query = select(LinkRequest.contact).where(LinkRequest.owner_id == link.owner_id, LinkRequest.answer_id == link.id)
    return db.session.scalar(query) or ""
