"""What the form of a link asks for, read before it is checked. The ORM would take a sixth of a booking's time."""

from typing import NamedTuple

from sqlalchemy import Engine, bindparam, exists, select

import tokens
from database.prepared import Prepared
from enums import FieldUse
from models import ANSWERS_AT_ONCE, Calendar, Link, Source
from parsing.questions import Question
from scheduling.errors import NotFound


class LinkForm(NamedTuple):
    """The fields of the form, named as in `Calendar`, and whether the owner has calendars to ask before a booking."""

    questions: tuple[Question, ...]
    phone_field: FieldUse
    notes_field: FieldUse
    asks_calendars: bool


_FIND = Prepared(
    select(
        Calendar.questions,
        Calendar.phone_field,
        Calendar.notes_field,
        exists().where(Source.owner_id == Calendar.owner_id, ANSWERS_AT_ONCE).label("asks_calendars"),
    )
    .select_from(Link)
    .join(Link.calendar)
    .where(Link.token_hash == bindparam("hash"))
)


def get_link_form(engine: Engine, token: str) -> LinkForm:
    """Return the form of the link with this token, whatever its state. Raises NotFound."""
    row = _FIND.row(engine, hash=tokens.digest(token))
    if row is None:
        raise NotFound
    return LinkForm(*row)
