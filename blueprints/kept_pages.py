"""Slot pages that are kept: each is sent again as long as nothing that it depends on has changed (decision 8)."""

from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Engine

from database import utcnow
from i18n import locales
from scheduling.stamps import Stamped, find_stamped

MOST = 500

Page = tuple[bytes, bytes]
"""Raw and gzipped."""


@dataclass(frozen=True)
class Choice:
    """What a request chooses of a slot page. `zone` is '' for the calendar's own."""

    locale: str
    template: str = "picker.html"
    zone: str = ""
    month: date | None = None
    day: date | None = None
    finds_zone: bool = True
    asks_zone: bool = False


class Key(NamedTuple):
    """What a slot page depends on."""

    stamped: Stamped
    moment: datetime
    choice: Choice


class KeptPages:
    """The last pages that were kept, `most` of them."""

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self._engine, self._most = engine, most
        self._pages: dict[Key, Page] = {}
        self._lock = Lock()

    def find(self, token: str, choice: Choice) -> Page | None:
        """Return the page of an active link, in one query; None if it is not kept."""
        now = utcnow()
        stamped = find_stamped(self._engine, token, now)
        return self._pages.get(Key(stamped, moment(now), choice)) if stamped else None

    def find_plain(self, token: str, accept_language: str) -> Page | None:
        """Return the page for a request without a query."""
        return self.find(token, Choice(locales.locale_from_header(accept_language)))

    def keep(self, key: Key, page: Page) -> None:
        """Keep a page. Its stamp must have been read in the same snapshot as all else that it shows."""
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > self._most:
                del self._pages[next(iter(self._pages))]


def moment(now: datetime) -> datetime:
    """Return an instant that stands for `now`: itself if it is a whole minute, else the half of its minute.

    Slots, notices and midnights are on whole minutes, so that between two of them the same slots are offered.
    """
    return now.replace(second=30, microsecond=0) if now.second or now.microsecond else now
