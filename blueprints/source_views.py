"""What the page of other calendars shows of each."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from blueprints.view_models import View
from enums import SourceKind
from models import Source
from remote_calendars.messages import notes_from_json
from scheduling.source_troubles import CONNECT_AGAIN
from sources import connections
from sources.access import Access
from sources.entries import count_unwritten
from sources.readings import CONFIRM_AFTER
from sources.sign_in import may_write
from sources.words import kind_text, note_text, source_problem


@dataclass(frozen=True)
class SourceView(View):
    """A source, for its owner. `notes` are sentences, `host` is where it is; both may be empty.

    `writable` are the addresses of the calendars into which appointments may be written.
    """

    id: int
    name: str
    kind: SourceKind
    kind_name: str
    host: str
    username: str
    busy_count: int
    read_at: datetime | None
    read_until: datetime | None
    due_at: datetime
    failing_since: datetime | None
    emptied_at: datetime | None
    believed_at: datetime | None
    paused_at: datetime | None
    problem: str
    must_connect_again: bool
    notes: tuple[str, ...]
    more_notes: int
    calendars: tuple[dict[str, str], ...]
    write_to: str
    writable: frozenset[str]
    may_write: bool
    unwritten: int

    @classmethod
    def of_source(cls, source: Source, access: Access) -> Self:
        """Return the view of a source."""
        secret = connections.secret_of(access, source)
        return cls.of(
            source,
            kind_name=kind_text(source.kind),
            host=(urlsplit(secret.address).hostname or "") if secret else "",
            username=secret.username if secret else "",
            believed_at=source.emptied_at and source.emptied_at + CONFIRM_AFTER,
            problem=source_problem(source),
            must_connect_again=source.problem in CONNECT_AGAIN,
            notes=tuple(map(note_text, notes_from_json(json.loads(source.notes)))),
            calendars=tuple(json.loads(source.calendars)),
            writable=frozenset(connections.writable_calendars(source, secret)),
            may_write=may_write(source.kind, secret),
            unwritten=count_unwritten(source.owner_id, source.id) if source.write_to else 0,
        )
