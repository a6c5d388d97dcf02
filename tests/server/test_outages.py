"""When the database is locked, full or away: nothing is booked, or nobody can say; the invitee can try again."""

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from support.http_client import Answer, filled_in, get, post, send
from support.postgres import Postgres, throwaway_postgres
from support.server_process import Server
from support.shop import Shop, tomorrow

pytestmark = pytest.mark.real_time

NOTHING = "Nothing was changed and nothing was booked. Your link still works."
IN_DOUBT = "The connection was lost at the last moment: it may be done, or not. Try again: nothing can be booked twice."


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that tests of this file may stop."""
    with throwaway_postgres(fsync="on") as server:
        yield server


@pytest.fixture
def on_postgres(own_postgres: Postgres, tmp_path: Path) -> Iterator[Shop]:
    own_postgres.execute("CREATE DATABASE shop")
    shop = Shop(own_postgres.url("shop"), tmp_path)
    yield shop
    shop.close()
    own_postgres.execute("DROP DATABASE shop WITH (FORCE)")


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(f"sqlite:///{tmp_path}/shop.db", tmp_path)
    yield shop
    shop.close()


def file_of(shop: Shop) -> Path:
    return Path(shop.url.removeprefix("sqlite:///"))


@contextmanager
def sqlite_locked(shop: Shop, _server: Server) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    stranger = sqlite3.connect(file_of(shop), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    yield
    stranger.execute("ROLLBACK")
    stranger.close()


@contextmanager
def disk_full(_shop: Shop, server: Server) -> Iterator[None]:
    """The system lets the server's files grow no more."""
    pid = server.process.pid
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, most))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def postgres_locked(shop: Shop, _server: Server) -> Iterator[None]:
    with psycopg.connect(shop.url) as stranger:
        stranger.execute("LOCK TABLE owners, links, bookings IN ACCESS EXCLUSIVE MODE")
        yield
        stranger.rollback()


@contextmanager
def postgres_read_only(shop: Shop, _server: Server) -> Iterator[None]:
    """As a primary is that was made a standby."""
    with psycopg.connect(shop.url, autocommit=True) as stranger:
        stranger.execute("ALTER DATABASE shop SET default_transaction_read_only = on")
        end_all = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid()"
        )
        stranger.execute(end_all)
        yield
        stranger.execute("SET default_transaction_read_only = off")
        stranger.execute("ALTER DATABASE shop RESET default_transaction_read_only")
        stranger.execute(end_all)


Outage = Callable[[Shop, Server], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("kind", "outage", "can_look"),
    [
        ("on_sqlite", sqlite_locked, True),
        ("on_sqlite", disk_full, True),
        ("on_postgres", postgres_locked, False),
        ("on_postgres", postgres_read_only, True),
    ],
)
def test_nothing_is_booked_and_it_goes_on_where_it_was(
    kind: str, outage: Outage, can_look: bool, request: pytest.FixtureRequest
) -> None:
    shop: Shop = request.getfixturevalue(kind)
    (calendar,) = shop.calendars()
    (token,) = shop.links(calendar, 1)
    form = filled_in(tomorrow())
    with shop.open() as (server,):
        assert get(server.address, f"/b/{token}").status == 200
        with outage(shop, server):
            refused = post(server.address, f"/b/{token}", form)
            looked = get(server.address, f"/b/{token}")
        assert_try_again(refused, NOTHING)
        assert refused.hidden() == form
        assert looked.status == (200 if can_look else 503)
        assert looked.seconds < 5
        assert shop.world.bookings() == []
        assert get(server.address, f"/b/{token}").status == 200
        assert post(server.address, f"/b/{token}", refused.hidden()).status == 303
        assert token not in server.said()
        assert server.said().count("The database does not answer POST /b/<token>: ") == 1


def assert_try_again(answer: Answer, words: str) -> None:
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert words in answer.text
    assert "Try again</button>" in answer.text
    assert answer.seconds < 5


def test_an_owner_reads_it_too(on_sqlite: Shop) -> None:
    on_sqlite.calendars()
    with on_sqlite.open() as (server,):
        page = get(server.address, "/login")
        form = page.hidden() | {"email": "owner1@example.com", "password": "wrong"}
        cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
        with sqlite_locked(on_sqlite, server):
            refused = send(server.address, "POST", "/login", form, cookie)
        assert refused.status == 503
        assert "Nothing was changed and nothing was booked." in refused.text
        assert "link still works" not in refused.text
        assert "password" not in refused.text
        assert send(server.address, "POST", "/login", form, cookie).status == 422


def test_a_database_that_was_away_is_found_again(on_postgres: Shop, own_postgres: Postgres) -> None:
    (calendar,) = on_postgres.calendars()
    (token,) = on_postgres.links(calendar, 1)
    form = filled_in(tomorrow())
    with on_postgres.open() as (server,):
        assert get(server.address, f"/b/{token}").status == 200
        own_postgres.kill()
        assert_try_again(post(server.address, f"/b/{token}", form), NOTHING)
        for path in (f"/b/{token}", "/booking/unknown", "/healthz", "/login", "/setup"):
            away = get(server.address, path)
            assert away.status == 503, path
            assert away.seconds < 5
        assert f'<a class="button" href="/b/{token}">Try again</a>' in get(server.address, f"/b/{token}").text
        own_postgres.start()
        assert get(server.address, "/healthz").status == 200
        assert get(server.address, f"/b/{token}").status == 200
        assert post(server.address, f"/b/{token}", form).status == 303


def test_a_database_lost_at_the_commit_leaves_a_doubt_that_trying_again_settles(
    on_postgres: Shop, own_postgres: Postgres
) -> None:
    """It waits for a standby that does not come; the commit is on its disk, but that is not confirmed."""
    (calendar,) = on_postgres.calendars()
    (token,) = on_postgres.links(calendar, 1)
    form = filled_in(tomorrow())
    answers: list[Answer] = []
    with on_postgres.open() as (server,):
        own_postgres.settings["synchronous_standby_names"] = "nobody"
        own_postgres.stop()
        own_postgres.start()
        thread = threading.Thread(target=lambda: answers.append(post(server.address, f"/b/{token}", form)))
        thread.start()
        while own_postgres.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == []:
            assert thread.is_alive()
        own_postgres.kill()
        thread.join()
        del own_postgres.settings["synchronous_standby_names"]
        own_postgres.start()
        assert_try_again(answers[0], IN_DOUBT)
        assert post(server.address, f"/b/{token}", answers[0].hidden()).status == 303
        assert len(on_postgres.world.bookings()) == 1
