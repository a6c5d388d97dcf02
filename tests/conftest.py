"""The app on a real SQLite file and on a real PostgreSQL; each test on a fresh copy of a migrated database."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from support import cases
from support.fake_google import FakeGoogle
from support.fake_microsoft import FakeMicrosoft
from support.feed_server import FeedServer, feed_server
from support.postgres import new_database, throwaway_postgres
from support.smtp_server import PostOffice, post_office
from support.sources import Sources, register
from support.world import Browser, World, make_app
from werkzeug.routing import Rule

from accounts import owners, password_resets, people, sessions
from database import db
from models import Owner

TESTS = Path(__file__).parent
MONDAY_MORNING = "2026-11-30T07:00:00+00:00"
FIRST_ROWS = 3
"""So many rows of a table are tried where not all of them are."""

NOT_FAST = {  # what needs a browser or a server, and what takes long by generating its cases
    "browser",
    "deploy",
    "proof",
    "availability/test_against_reference.py",
    "remote_calendars/test_feeds_against_reference.py",
    "guarantees/test_fuzz.py",
    "guarantees/test_model.py",
}
TYPED = ("blueprints", "cli", "integrations")
"""Folders whose tables are of what people type, which no database sees: PostgreSQL gets some rows of each."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast` leaves out what takes long or needs a server; `--thorough` runs what an ordinary run leaves out."""
    parser.addoption("--fast", action="store_true", help="no PostgreSQL, no server, no browser, nothing marked slow")
    parser.addoption(
        "--thorough", action="store_true", help="only the rest of an ordinary run: all generated cases, all rows"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Say how many cases are generated, before the tests are imported."""
    cases.thorough = config.getoption("--thorough")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--fast`, do not even import what is never fast."""
    path = collection_path.relative_to(TESTS).as_posix() if config.getoption("--fast") else ""
    return True if path in NOT_FAST else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what this kind of run leaves out, and begin with what takes longest, so that no worker ends late."""
    if config.getoption("--fast"):
        Browser.lints_each_page = False
        kept = fast_items(items)
    else:
        rest = set(items) - set(ordinary_items(items))
        if config.getoption("--thorough"):
            rest |= {item for item in items if item.get_closest_marker("generated")}
            kept = [item for item in items if item in rest]
        else:
            kept = [item for item in items if item not in rest]
        kept.sort(key=lambda item: not item.get_closest_marker("long"))
    config.hook.pytest_deselected(items=[*set(items) - set(kept)])
    items[:] = kept


def fast_items(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return those that are not slow, and of long tables that need a database the first rows."""
    rows: Counter[tuple[Path, str]] = Counter()
    kept = []
    for item in items:
        if not is_slow(item) and rows[table(item)] < FIRST_ROWS:
            kept.append(item)
            rows[table(item)] += "world" in getattr(item, "fixturenames", ())
    return kept


def ordinary_items(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return all, but of long tables of what is typed only the first rows on PostgreSQL; nothing marked thorough."""
    rows: Counter[tuple[Path, str]] = Counter()
    kept = []
    for item in items:
        if not item.get_closest_marker("thorough") and rows[table(item)] < FIRST_ROWS:
            kept.append(item)
            rows[table(item)] += item.path.relative_to(TESTS).parts[0] in TYPED and database_of(item) == "postgres"
    return kept


def table(item: pytest.Item) -> tuple[Path, str]:
    """Return what the rows of one table have in common: the test's file and name."""
    return item.path, getattr(item, "originalname", item.name)


def database_of(item: pytest.Item) -> Any:
    """Return which of the two databases a test is on; None if it does not run on both."""
    return item.callspec.params.get("database_url") if hasattr(item, "callspec") else None


def is_slow(item: pytest.Item) -> bool:
    """Return whether a test is marked slow, or needs PostgreSQL, a mail server, a server of ours, or a browser."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        item.get_closest_marker("slow") is not None
        or bool(fixtures & {"server", "postgres_server", "office", "feeds", "dav", "google", "microsoft"})
        or database_of(item) == "postgres"
    )


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_once() -> Iterator[None]:
    """Hashing a password takes a tenth of a second by design, so each is hashed and checked only once in a run."""
    with pytest.MonkeyPatch.context() as patch:
        check = cache(sessions.check_password_hash)
        patch.setattr(owners, "generate_password_hash", cache(owners.generate_password_hash))
        patch.setattr(people, "generate_password_hash", owners.generate_password_hash)
        patch.setattr(password_resets, "generate_password_hash", owners.generate_password_hash)
        patch.setattr(owners, "check_password_hash", check)
        patch.setattr(sessions, "check_password_hash", check)
        yield


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Werkzeug compiles code for each route of each app, four fifths of the time that an app takes to make."""
    compile_builder, compiled = Rule._compile_builder, {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.host, rule.subdomain, str(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    app = make_app(f"sqlite:///{path}", path.parent)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL."""
    with throwaway_postgres() as server:
        yield server.url()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database on it."""
    app = make_app(new_database(postgres_server, "template"), tmp_path_factory.mktemp("template"))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return "template"


@pytest.fixture(scope="session")
def sqlite_folder() -> Iterator[Path]:
    """A folder in memory where that can be had, since each commit waits for the disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_folder: Path) -> Iterator[str]:
    """The address of a fresh SQLite database. It is the same for each test, so that one app can serve many."""
    yield f"sqlite:///{shutil.copy(sqlite_template, sqlite_folder / 'fresh.db')}"
    for file in sqlite_folder.iterdir():
        file.unlink()


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> str:
    """The address of a fresh PostgreSQL database; it too is the same for each test."""
    return new_database(postgres_server, "fresh", postgres_template)


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Flask]:
    """Return the app over an address, as it was made; making one takes half of a short test's time."""
    apps: dict[str, tuple[Flask, dict[str, Any]]] = {}

    def as_made(url: str) -> Flask:
        if url not in apps:
            app = make_app(url, tmp_path_factory.mktemp("instance"))
            apps[url] = app, dict(app.config)
        app, settings = apps[url]
        app.config.clear()
        app.config.update(settings)
        return app

    return as_made


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for this runs twice."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def app_on(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make apps over a database's address; their connections are closed when the test ends."""
    apps: list[Flask] = []

    def make(url: str, **environ: str) -> Flask:
        apps.append(make_app(url, tmp_path, **environ))
        return apps[-1]

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server that keeps what it gets."""
    with post_office() as office:
        yield office


@pytest.fixture
def mailing_app_on(office: PostOffice, app_on: Callable[..., Flask]) -> Callable[..., Flask]:
    """Make apps over a database's address that send their mail to the office."""
    return partial(app_on, SMTP_URL=office.url, MAIL_FROM="book@example.com")


@pytest.fixture
def app(database_url: str, shared_app: Callable[[str], Flask]) -> Iterator[Flask]:
    """The app on a fresh database of each kind. Its settings may be changed, its routes not."""
    app = shared_app(database_url)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """Makes owners, calendars and links in the app's database."""
    return World(app)


@pytest.fixture
def owner(world: World) -> Owner:
    """The owner Olivia."""
    return world.owner()


@pytest.fixture
def browser(world: World, owner: Owner) -> Browser:
    """Olivia's browser, logged in."""
    return world.signed_in(owner)


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """A server of other people's calendars, on 127.0.0.1."""
    with feed_server() as server:
        yield server


@pytest.fixture
def google(app: Flask) -> Iterator[FakeGoogle]:
    """A server that answers as Google does, at which the app is registered."""
    with FakeGoogle() as fake:
        register(app, "google", fake)
        yield fake


@pytest.fixture
def microsoft(app: Flask) -> Iterator[FakeMicrosoft]:
    """A server that answers as Microsoft does, at which the app is registered."""
    with FakeMicrosoft() as fake:
        register(app, "microsoft", fake)
        yield fake


@pytest.fixture
def sources(world: World) -> Sources:
    """Adds and reads other calendars; those on 127.0.0.0/8 are allowed."""
    return Sources(world)


@pytest.fixture(autouse=True)
def frozen(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """It is Monday, 30 November 2026, 8:00 in Berlin; `frozen.move_to` changes that. Servers have the real time."""
    if "server" in request.fixturenames or request.node.get_closest_marker("real_time"):
        yield None
        return
    with time_machine.travel(datetime.fromisoformat(MONDAY_MORNING), tick=False) as traveller:
        yield traveller
