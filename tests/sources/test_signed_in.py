"""Accounts at Google: tokens that end, readings, the question at the moment of booking, appointments written out."""

import json
import time
from datetime import timedelta

import pytest
from support.fake_google import READS, FakeGoogle
from support.sources import Sources
from support.world import JANE, World, at, starts, z
from time_machine import Traveller

from database import utcnow
from enums import SourceKind
from models import Owner, Source
from remote_calendars import protocol
from remote_calendars.google import event_id
from remote_calendars.reading import ProblemCode, ReadingFailed
from sources import connections
from sources.access import current_access
from sources.entries import choose_calendar, write_next
from sources.readings import request_of
from sources.scope import scope_of
from sources.sign_in import ask_source, works_at

NINE, TEN, ELEVEN = at("2026-12-03 08:00"), at("2026-12-03 09:00"), at("2026-12-03 10:00")  # in Berlin
ME = "me@example.com"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def source(owner: Owner, sources: Sources, google: FakeGoogle) -> Source:
    """An account that may be read."""
    return sources.sign_in(owner, SourceKind.GOOGLE, google)


@pytest.fixture
def writable(owner: Owner, sources: Sources, google: FakeGoogle) -> Source:
    """An account into which appointments are written."""
    made = sources.sign_in(owner, SourceKind.GOOGLE, google, writing=True)
    with sources.world.inside():
        choose_calendar(owner.id, made.id, ME)
    return made


def offered(world: World, token: str) -> list[str]:
    return starts(world.browser().get(f"/b/{token}?date=2026-12-03"))


def test_an_event_there_vanishes_from_the_picker_with_the_next_reading_and_comes_back(
    world: World, owner: Owner, sources: Sources, google: FakeGoogle, source: Source
) -> None:
    token = world.link(world.calendar(owner))
    event = google.add_event(NINE, TEN)
    assert sources.read(source)
    assert offered(world, token)[0] == z(TEN)
    event["status"] = "cancelled"
    assert sources.read(source)
    assert offered(world, token)[0] == z(NINE)


def test_a_token_serves_for_several_readings_and_is_renewed_before_it_ends(
    sources: Sources, google: FakeGoogle, source: Source, frozen: Traveller
) -> None:
    for renewals in (0, 0, 1, 1):
        frozen.shift(15 * MINUTES)
        assert sources.read(source)
        assert google.renewals == renewals
        assert works_at(sources.secret(source), utcnow() + 17 * MINUTES)


def test_a_token_that_ended_early_is_renewed_once(sources: Sources, google: FakeGoogle, source: Source) -> None:
    google.add_event(NINE, TEN)
    google.end_access()
    assert sources.read(source)
    assert (google.renewals, sources.busy()) == (1, [(NINE, TEN)])
    google.fail("/api/", 401, times=2)
    assert not sources.read(source)
    assert (google.renewals, sources.row(source).problem, sources.busy()) == (2, "consent", [(NINE, TEN)])


def test_a_refresh_token_that_changes_is_kept_before_it_is_used(
    sources: Sources, google: FakeGoogle, source: Source, frozen: Traveller
) -> None:
    google.rotates = True
    frozen.shift(timedelta(hours=1))
    google.fail("/api/", 500)
    assert not sources.read(source)
    assert [sources.secret(source).refresh] == list(google.grants)
    frozen.shift(timedelta(hours=1))
    assert sources.read(source)
    assert [sources.secret(source).refresh] == list(google.grants)


def test_a_token_that_another_process_renewed_meanwhile_is_taken(
    world: World, owner: Owner, sources: Sources, google: FakeGoogle, source: Source
) -> None:
    google.rotates = True
    with world.inside():
        stale = connections.get_source(source.owner_id, source.id)
        connections.db.session.expunge(stale)
    google.end_access()
    assert sources.read(source)  # the other process
    with world.inside():
        access, scope = current_access(), scope_of(owner, utcnow())
        said = ask_source(stale, access, protocol.answer, lambda secret: request_of(stale.kind, secret, scope, access))
    assert (said["account"], google.renewals) == (ME, 2)


def test_an_account_that_was_taken_back_keeps_its_busy_times_and_is_told_once(
    sources: Sources, google: FakeGoogle, source: Source, frozen: Traveller
) -> None:
    google.add_event(NINE, TEN)
    assert sources.read(source)
    google.end_access()
    google.fail("/token", 400, said={"error": "interaction_required"})
    assert not sources.read(source)
    assert sources.row(source).problem_detail == "interaction_required"
    google.end_grants()
    first = utcnow()
    for _ in range(3):
        assert not sources.read(source)
        assert sources.row(source).told_at == first
        frozen.shift(timedelta(hours=2))
    row = sources.row(source)
    assert (row.problem, row.problem_detail, sources.busy()) == ("consent", "invalid_grant", [(NINE, TEN)])


@pytest.mark.parametrize(
    ("status", "problem"), [(403, "consent"), (410, "not found"), (429, "server"), (500, "server"), (503, "server")]
)
def test_a_service_that_fails_frees_nothing_and_is_not_asked_before_it_wants(
    sources: Sources, google: FakeGoogle, source: Source, status: int, problem: str
) -> None:
    google.add_event(NINE, TEN)
    assert sources.read(source)
    google.fail("/api/freeBusy", status, headers={"Retry-After": "7200"})
    assert not sources.read(source)
    row = sources.row(source)
    assert (row.problem, sources.busy()) == (problem, [(NINE, TEN)])
    assert row.due_at - utcnow() == (timedelta(hours=2) if problem == "server" else MINUTES)
    assert sources.read(source)


def test_the_token_is_not_sent_where_a_redirect_leads(
    sources: Sources, google: FakeGoogle, source: Source, frozen: Traveller
) -> None:
    google.fail("/api/users", 307, headers={"Location": f"{google.app.api_url}/users/me/calendarList"})
    assert not sources.read(source)
    assert sources.row(source).problem == "redirects"
    frozen.shift(timedelta(hours=2))
    google.fail("/token", 307, headers={"Location": f"{google.url}/token"})
    assert not sources.read(source)
    assert (sources.row(source).problem, google.renewals) == ("redirects", 0)


def test_a_service_that_is_not_set_up_any_more_is_the_operators_matter(
    world: World, sources: Sources, google: FakeGoogle, source: Source
) -> None:
    google.add_event(NINE, TEN)
    assert sources.read(source)
    world.app.config["BOOKONCE"].oauth_apps.clear()
    assert not sources.read(source)
    assert (sources.row(source).problem, sources.busy()) == ("client", [(NINE, TEN)])


def test_a_booking_asks_once_more_and_is_refused_if_the_owner_is_busy_by_now(
    world: World, owner: Owner, google: FakeGoogle, source: Source, sources: Sources
) -> None:
    token = world.link(world.calendar(owner))
    google.add_event(NINE, TEN)  # nobody has read it yet
    answer = world.browser().post(f"/b/{token}", data=JANE | {"start": z(NINE)})
    assert answer.status_code == 409
    assert z(NINE) not in starts(answer)
    assert z(TEN) in starts(answer)
    assert sources.busy() == [(NINE, NINE + 30 * MINUTES)]
    assert world.browser().post(f"/b/{token}", data=JANE | {"start": z(TEN)}).status_code == 303


def test_no_answer_in_time_and_a_token_that_ended_refuse_no_booking(
    world: World, owner: Owner, google: FakeGoogle, source: Source, sources: Sources, frozen: Traveller
) -> None:
    mine = world.calendar(owner)
    google.add_event(NINE, TEN)
    google.fail("/api/freeBusy", 200, seconds=10)
    began = time.perf_counter()
    answer = world.browser().post(f"/b/{world.link(mine)}", data=JANE | {"start": z(NINE)})
    assert (answer.status_code, time.perf_counter() - began < 3) == (303, True)
    frozen.shift(timedelta(hours=2))
    asked = len(google.asked)
    answer = world.browser().post(f"/b/{world.link(mine)}", data=JANE | {"start": z(TEN - 30 * MINUTES)})
    assert (answer.status_code, len(google.asked)) == (303, asked)


def test_a_booking_is_written_moved_and_taken_out_and_does_not_count_twice(
    world: World, owner: Owner, google: FakeGoogle, writable: Source, sources: Sources
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    assert google.events() == []
    assert sources.write() == [True]
    (event,) = google.events()
    assert event["id"] == event_id(f"{booking.uid}@bookonce")
    assert "Jane" in event["summary"]
    assert event["start"]["dateTime"] == NINE.isoformat()
    assert sources.read(writable)
    assert sources.busy() == []
    event |= {"summary": "With coffee"}
    world.move(booking, TEN)
    assert sources.write() == [True]
    (event,) = google.events()
    assert (event["summary"], event["start"]["dateTime"]) == ("With coffee", TEN.isoformat())
    world.cancel(booking)
    assert sources.write() == [True]
    assert google.events() == []
    assert sources.write() == []


def test_an_answer_that_was_lost_leads_to_one_entry(
    world: World, owner: Owner, google: FakeGoogle, writable: Source, sources: Sources
) -> None:
    world.book(world.link(world.calendar(owner)), NINE)

    def lost(request: dict[str, object]) -> dict[str, object]:
        protocol.answer(request)
        raise ReadingFailed(ProblemCode.TIMEOUT)

    with world.inside():
        assert write_next(current_access(), utcnow(), ask=lost) is False
    world.execute("UPDATE calendar_entries SET due_at = :now", now="2020-01-01 00:00:00.000000")
    assert sources.write() == [True]
    assert len(google.events()) == 1


def test_writing_waits_as_long_as_the_service_wants_and_ends_with_the_last_state(
    world: World, owner: Owner, google: FakeGoogle, writable: Source, sources: Sources, frozen: Traveller
) -> None:
    booking = world.book(world.link(world.calendar(owner)), NINE)
    google.fail("/api/calendars/", 429, headers={"Retry-After": "600"})
    assert sources.write() == [False]
    frozen.shift(9 * MINUTES)
    assert sources.write() == []
    frozen.shift(2 * MINUTES)
    world.move(booking, ELEVEN)
    google.end_access()
    assert sources.write() == [True]
    assert [each["start"]["dateTime"] for each in google.events()] == [ELEVEN.isoformat()]


def test_an_account_without_the_right_to_write_is_not_written_to(
    world: World, owner: Owner, google: FakeGoogle, writable: Source, sources: Sources
) -> None:
    google.end_grants()
    world.book(world.link(world.calendar(owner)), NINE)
    assert sources.write() == [False]
    assert json.loads(sources.row(writable).calendars)[0]["href"] == ME
    sources.sign_in(owner, SourceKind.GOOGLE, google)  # this time without writing
    assert (list(google.grants.values()), sources.row(writable).write_to) == ([READS], "")
    world.book(world.link(world.calendar(owner)), TEN)
    assert sources.write() == []
