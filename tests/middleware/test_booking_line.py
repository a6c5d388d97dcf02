"""One booking at a time is worked on, and none waits for another one that waits itself."""

from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

import pytest
from flask import request, request_started
from support.world import JANE, World, at, z

from middleware import booking_line
from middleware.booking_line import TURN, booking_line_middleware, end_turn

BOOK = {"REQUEST_METHOD": "POST", "PATH_INFO": "/b/token"}
LOOK = BOOK | {"REQUEST_METHOD": "GET"}
LONG, SHORT = 20.0, 0.1


class Busy:
    """A WSGI app whose first request stays until it may go."""

    def __init__(self, ends_turn: bool = False) -> None:
        self.ends_turn, self.may_go, self.inside = ends_turn, Event(), [Event(), Event()]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        mine = next(event for event in self.inside if not event.is_set())
        if self.ends_turn:
            end_turn(environ)
        mine.set()
        if mine is self.inside[0]:
            assert self.may_go.wait(LONG)
        return []


def second_gets_in(app: Busy, first: dict[str, Any], second: dict[str, Any], within: float) -> bool:
    """Return whether a second request is in the app within so many seconds while the first one stays."""
    line = booking_line_middleware(app)
    threads = [Thread(target=line, args=(dict(environ), None)) for environ in (first, second)]
    threads[0].start()
    assert app.inside[0].wait(LONG)
    threads[1].start()
    gets_in = app.inside[1].wait(within)
    app.may_go.set()
    for thread in threads:
        thread.join(LONG)
    assert app.inside[1].is_set()
    return gets_in


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_line, "PATIENCE", LONG)


@pytest.mark.usefixtures("patient")
def test_a_booking_waits_for_the_one_before_it() -> None:
    assert not second_gets_in(Busy(), BOOK, BOOK, SHORT)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(("first", "second"), [(LOOK, BOOK), (BOOK, LOOK)])
def test_a_page_neither_waits_nor_keeps_a_booking_waiting(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert second_gets_in(Busy(), first, second, LONG / 2)


@pytest.mark.usefixtures("patient")
def test_a_booking_that_waits_for_something_else_keeps_no_other_one_waiting() -> None:
    assert second_gets_in(Busy(ends_turn=True), BOOK, BOOK, LONG / 2)


def test_whoever_has_waited_long_goes_on() -> None:
    assert second_gets_in(Busy(), BOOK, BOOK, LONG / 2)


@pytest.mark.usefixtures("patient")
def test_an_error_ends_the_turn() -> None:
    def failing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answered.append(environ)
        raise ZeroDivisionError

    def ask() -> None:
        with pytest.raises(ZeroDivisionError):
            line(dict(BOOK), None)

    answered: list[dict[str, Any]] = []
    line = booking_line_middleware(failing)
    for count in (1, 2):
        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(LONG / 2)
        assert len(answered) == count


def test_bookings_have_a_turn_on_sqlite_alone(world: World) -> None:
    def look(_app: Any) -> None:
        seen.append(TURN in request.environ)

    seen: list[bool] = []
    with request_started.connected_to(look, world.app):
        form = JANE | {"start": z(at("2026-11-30 09:00")), "timezone": "Europe/Berlin"}
        assert world.browser().post(f"/b/{world.link()}", data=form).status_code == 303
    assert seen == [world.on_sqlite]
