"""A database with something to book, and real servers over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from database import db
from models import Calendar, Owner
from scheduling import links
from support.server_process import Server, Starting
from support.world import World, make_app, z


class Shop:
    """One database. A test prepares it with the functions of the app, without asking the servers.

    `environ` is for all servers that are started over it.
    """

    def __init__(self, url: str, folder: Path, **environ: str) -> None:
        self.url, self.folder, self.environ = url, folder, {"DATABASE_URL": url} | environ
        self.world = World(make_app(url, folder))
        self.owners = 0
        with self.world.inside():
            upgrade()

    def start(self, count: int = 1, program: str = "app.py", **environ: str) -> list[Server]:
        """Start servers, as processes of their own, all over this database."""
        starting = [Starting(self.folder, program, **(self.environ | environ)) for _ in range(count)]
        return [each.ready() for each in starting]

    @contextmanager
    def open(self, count: int = 1, program: str = "app.py", **environ: str) -> Iterator[list[Server]]:
        """Give running servers."""
        servers = self.start(count, program, **environ)
        try:
            yield servers
        finally:
            for server in servers:
                server.process.terminate()
            for server in servers:
                server.process.wait(15)

    def calendars(self, count: int = 1, **fields: Any) -> list[Calendar]:
        """Return calendars of a new owner that are open day and night."""
        self.owners += 1
        owner = self.world.owner(f"owner{self.owners}@example.com")
        fields = {"timezone": "UTC", "hours": "mon-sun 00:00-24:00", "min_notice": 0} | fields
        return [self.world.calendar(owner, **fields) for _ in range(count)]

    def links(self, calendar: Calendar, count: int) -> list[str]:
        """Return the tokens of new links."""
        with self.world.inside():
            made = links.create_links(self.world.key, calendar.owner_id, calendar.id, count)
            return [str(links.link_token(self.world.key, link)) for link in made]

    def cookie(self, calendar: Calendar) -> str:
        """Return the cookie of the calendar's owner, signed in."""
        with self.world.inside():
            owner = db.session.get_one(Owner, calendar.owner_id)
        browser = self.world.signed_in(owner)
        browser.get("/settings/profile")  # the first page notes in the cookie whose it is
        found = browser.get_cookie("bookonce")
        assert found
        return f"{found.key}={found.value}"

    def close(self) -> None:
        """Close the connections to the database."""
        with self.world.inside():
            db.engine.dispose()


def tomorrow(minutes: int = 0) -> str:
    """Return a start, so many minutes after the next midnight but one of UTC, as forms have it."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return z(midnight + timedelta(days=2, minutes=minutes))
