"""Owners, calendars, links and browsers, made in a line each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import text
from werkzeug.test import TestResponse

from accounts import owners, sessions
from app import create_app
from availability.opening_hours import parse_availability
from blueprints.login_required import SESSION_TOKEN
from database import db
from enums import MessageKind, Role
from models import Batch, Booking, Calendar, Link, LinkRequest, Message, Owner
from scheduling import bookings, calendars, changes, links
from scheduling.batches import create_batch
from scheduling.bookings import BookingRequest
from scheduling.changes import InviteeActor
from scheduling.notifications import new_message
from scheduling.requests import Asked, request_link
from support.html_lint import faults
from support.server_process import KEY

PASSWORD = "correct horse battery"
JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+49 30 1", "notes": "About\nthe garden"}
HTMX = {"HX-Request": "true"}


class CompiledTemplates(BytecodeCache):
    """The templates compiled in this process: those in a file may be of other filters than today's."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


# Compiling the templates takes a tenth of a second, so all apps of a run share the compiled ones.
COMPILED = CompiledTemplates()


def make_app(url: str, instance: Path, **environ: str) -> Flask:
    """Return the app over this database; `environ` may say more."""
    app = create_app({"DATABASE_URL": url, "SECRET_KEY": KEY, "BASE_URL": "http://localhost"} | environ, instance)
    app.jinja_env.bytecode_cache = COMPILED
    return app


def at(words: str) -> datetime:
    """Return the instant in `2026-12-03 09:00`, in UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def z(instant: datetime) -> str:
    """Return the instant as addresses have it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class Browser(FlaskClient):
    """A test client that lints every page it opens and finds the CSRF token by itself.

    With `--fast`, it lints each address once for each status, since linting takes a sixth of the time.
    """

    lints_each_page = True
    linted: set[tuple[str, int]] = set()  # noqa: RUF012
    _csrf_token: tuple[list[str], str] | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **({"buffered": True} | kwargs))
        kind = answer.request.path, answer.status_code
        if answer.mimetype == "text/html" and (self.lints_each_page or kind not in self.linted):
            self.linted.add(kind)
            assert faults(answer.text) == [], answer.request.path
        return answer

    def change(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """POST as one of our pages would: with the session's CSRF token."""
        return self.post(path, data={"csrf_token": self.csrf_token()} | (data or {}), **kwargs)

    def csrf_token(self) -> str:
        """Return the token that the pages of this session hold. It is read anew when the session's cookie changed."""
        cookies = [cookie.value for cookie in self._cookies.values()]  # type: ignore[union-attr]
        if self._csrf_token is None or self._csrf_token[0] != cookies:
            token = self._read_csrf_token()
            self._csrf_token = [cookie.value for cookie in self._cookies.values()], token  # type: ignore[union-attr]
        return self._csrf_token[1]

    def _read_csrf_token(self) -> str:
        for path in ("/login", "/settings/profile"):
            if found := re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text):
                return found[1]
        raise AssertionError("no page with a CSRF token")


class World:
    """What a test needs of the app, made by the app's own functions."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.key = str(app.secret_key)
        self.sends_mail = app.config["BOOKONCE"].sends_mail
        self.on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
        app.test_client_class = Browser

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Give an app context of its own."""
        with self.app.app_context():
            yield

    def owner(self, email: str = "olivia@example.com", name: str = "Olivia Ownerson") -> Owner:
        with self.inside():
            return owners.create_owner(email, name, "Europe/Berlin", PASSWORD)

    def calendar(self, owner: Owner | None = None, hours: str = "mon-fri 09:00-17:00", **fields: Any) -> Calendar:
        owner = owner or self.owner()
        fields = {
            "name": "30-minute meeting",
            "timezone": "Europe/Berlin",
            "availability": parse_availability([hours]),
        } | fields
        with self.inside():
            return calendars.create_calendar(owner.id, **fields)

    def link(self, calendar: Calendar | None = None, **more: Any) -> str:
        """Return the token of a new link."""
        calendar = calendar or self.calendar()
        with self.inside():
            (link,) = links.create_links(self.key, calendar.owner_id, calendar.id, **more)
            return str(links.link_token(self.key, link))

    def batch(self, calendar: Calendar, count: int = 2, label: str = "Spring fair") -> Batch:
        with self.inside():
            return create_batch(self.key, calendar.owner_id, calendar.id, count, label)

    def request(self, token: str, name: str = "Karla Stein") -> LinkRequest:
        """Ask for a new link at a link that is revoked for that."""
        self.execute(
            "UPDATE links SET revoked_at = created_at WHERE id = :id AND used_at IS NULL", id=self.row(token).id
        )
        with self.inside():
            asked = Asked(name, "karla@example.com", "Please, another one.")
            made = request_link(token, asked, "127.0.0.1", notify=self.sends_mail)
        assert made
        return made

    def book(self, token: str, start: datetime, **more: str) -> Booking:
        with self.inside():
            made = bookings.book(self.key, token, BookingRequest(start, **(JANE | more)), notify=self.sends_mail)
            return db.session.get_one(Booking, made.id)

    def move(self, booking: Booking, start: datetime) -> Booking:
        """Move it as its invitee."""
        with self.inside():
            return changes.reschedule(InviteeActor(self.manage_token(booking)), start, notify=self.sends_mail)

    def cancel(self, booking: Booking, reason: str = "") -> Booking:
        """Cancel it as its invitee."""
        with self.inside():
            return changes.cancel(InviteeActor(self.manage_token(booking)), reason, notify=self.sends_mail)

    def message(self, booking: Booking, recipient: str = "invitee", **changes: Any) -> Message:
        """Return a mail about it that could not be sent, or what `changes` say; also where no mail is sent."""
        with self.inside():
            message = new_message(booking, MessageKind.BOOKED, Role(recipient), booking.created_at, booking.ends_at)
            failed = {"state": "failed", "attempts": 1, "error": "550 No such user", "done_at": booking.created_at}
            for name, value in (failed | changes).items():
                setattr(message, name, value)
            db.session.add(message)
            db.session.commit()
            return message

    def manage_token(self, booking: Booking) -> str:
        return str(bookings.manage_token(self.key, booking))

    def row(self, token: str) -> Link:
        """Return the link's row as it is now."""
        with self.inside():
            return links.get_link_by_token(token)

    def bookings(self) -> list[Booking]:
        with self.inside():
            return list(db.session.scalars(db.select(Booking).order_by(Booking.id)))

    def browser(self) -> Browser:
        """Return a browser of a person without an account."""
        return self.app.test_client()  # type: ignore[return-value]

    def signed_in(self, owner: Owner) -> Browser:
        """Return the owner's browser with a session; logging in itself is tried in `test_auth.py`."""
        browser = self.browser()
        with self.inside():
            token = sessions.start_session(owner)
        with browser.session_transaction() as session:
            session[SESSION_TOKEN] = token
            session.permanent = True
        return browser

    def execute(self, sql: str, **values: Any) -> Any:
        """Run SQL that bypasses the app, as a script would."""
        with self.inside(), db.engine.connect() as connection:
            result = connection.execute(text(sql), values)
            rows = result.all() if result.returns_rows else None
            connection.commit()
            return rows

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is in the database, by table."""
        with self.inside(), db.engine.connect() as connection:
            return {
                table.name: sorted(tuple(row) for row in connection.execute(table.select()))
                for table in db.metadata.sorted_tables
            }


def starts(answer: TestResponse) -> list[str]:
    """Return the slots that a page offers."""
    return re.findall(r'data-start="([^"]+)"', answer.text)


def field(answer: TestResponse, name: str) -> str | None:
    """Return the value of a field of the page, or None if it has no such field."""
    tag = re.search(rf'<(input|textarea)[^>]*name="{name}"[^>]*>([^<]*)', answer.text)
    if not tag:
        return None
    value = re.search(r'value="([^"]*)"', tag[0])
    return unescape(value[1] if value else tag[2]).replace("\r\n", "\n").removeprefix("\n")
