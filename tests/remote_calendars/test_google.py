"""Google's sign-in and calendar, against a stateful server of our own; the real one is out of reach."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from support.fake_google import READS, WRITES, FakeGoogle

from remote_calendars import google
from remote_calendars.fetching import LONGEST_PAUSE, Client
from remote_calendars.google import Account, event_id
from remote_calendars.oauth import exchange_code, refresh_tokens, revoke
from remote_calendars.reading import Interval, ProblemCode, ReadingFailed, Scope
from remote_calendars.services import SERVICES, authorization_url, challenge_of
from remote_calendars.signed_in import Entry, choices

GOOGLE = SERVICES["google"]
VERIFIER = "v" * 43
BACK = "https://book.example/settings/sources/google/callback"
CLIENT = Client((ip_network("127.0.0.0/8"),), redirects=0)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SCOPE = Scope(NOON, NOON + timedelta(days=120), ZoneInfo("Europe/Berlin"), frozenset({"ours@bookonce"}))
ME = "me@example.com"
MINE = [{"href": ME, "counts": True, "own": True}]
ENTRY = Entry("ours@bookonce", 0, NOON, NOON + HOUR, "Meeting with Jane", "jane@example.com", "")


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    with FakeGoogle() as server:
        yield server


def account(fake: FakeGoogle, scope: set[str] = READS) -> Account:
    fake.access["good"] = scope
    return Account(CLIENT, fake.app.api_url, "good")


def code_of(fake: FakeGoogle, writing: bool = False) -> str:
    agreed = fake.agree(authorization_url(GOOGLE, fake.app, writing, BACK, "s", VERIFIER))
    return parse_qs(urlsplit(agreed).query)["code"][0]


def failure(ask: Callable[[], Any]) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as caught:
        ask()
    return caught.value


def busy(fake: FakeGoogle, scope: set[str] = READS, calendars: list[dict[str, Any]] = MINE) -> list[Interval]:
    there = [each | {"writable": scope >= WRITES and each["own"]} for each in calendars]
    return account(fake, scope).read(there, SCOPE).busy


@pytest.mark.parametrize(("writing", "scopes"), [(False, READS), (True, READS | WRITES)])
def test_the_page_to_agree_at_is_asked_for_the_least_with_state_and_a_challenge(
    fake: FakeGoogle, writing: bool, scopes: set[str]
) -> None:
    asked = fake.page(authorization_url(GOOGLE, fake.app, writing, BACK, "s", VERIFIER))
    assert (asked["state"], asked["code_challenge"], asked["redirect_uri"]) == ("s", challenge_of(VERIFIER), BACK)
    assert (asked["access_type"], asked["prompt"], asked["include_granted_scopes"]) == ("offline", "consent", "true")
    assert {each.rsplit("/", 1)[1] for each in asked["scope"].split()} == scopes
    assert "s3cret" not in str(asked)


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_works_once_and_with_its_verifier_only(fake: FakeGoogle) -> None:
    wrong = code_of(fake)
    caught = failure(lambda: exchange_code(CLIENT, fake.app, BACK, wrong, "w" * 43))
    assert (caught.code, caught.detail) == (ProblemCode.CONSENT, "invalid_grant")
    code = code_of(fake)
    tokens = exchange_code(CLIENT, fake.app, BACK, code, VERIFIER)
    assert fake.grants[tokens.refresh] == READS
    assert GOOGLE.may_read(tokens.scope)
    assert not GOOGLE.may_write(tokens.scope)
    assert failure(lambda: exchange_code(CLIENT, fake.app, BACK, code, VERIFIER)).code == ProblemCode.CONSENT


def test_a_refresh_token_that_is_sent_takes_the_place_of_the_old_one(fake: FakeGoogle) -> None:
    fake.rotates, fake.grants["old"] = True, READS
    new = refresh_tokens(CLIENT, fake.app, "old").refresh
    assert new != "old"
    assert new in fake.grants
    assert failure(lambda: refresh_tokens(CLIENT, fake.app, "old")).detail == "invalid_grant"


def test_where_none_is_sent_the_old_one_stays(fake: FakeGoogle) -> None:
    fake.grants["old"] = READS
    tokens = refresh_tokens(CLIENT, fake.app, "old")
    assert (tokens.refresh, fake.access[tokens.access]) == ("old", READS)


def test_a_registration_that_is_wrong_is_the_operators_matter_and_quotes_no_secret(fake: FakeGoogle) -> None:
    wrong = type(fake.app)(**fake.app.to_json() | {"client_secret": "hunter2"})
    caught = failure(lambda: refresh_tokens(CLIENT, wrong, "old"))
    assert (caught.code, caught.detail) == (ProblemCode.CLIENT, "invalid_client")


def test_a_token_is_given_back_and_one_that_is_gone_is_fine(fake: FakeGoogle) -> None:
    fake.grants["old"] = READS
    revoke(CLIENT, fake.app, "old")
    revoke(CLIENT, fake.app, "old")
    assert fake.grants == {}
    fake.fail("/revoke", 500)
    assert failure(lambda: revoke(CLIENT, fake.app, "old")).code == ProblemCode.SERVER


def test_of_the_accounts_calendars_the_owners_own_count(fake: FakeGoogle) -> None:
    fake.add_calendar("work", "Work")
    fake.add_calendar("holidays", "Holidays", role="reader")
    found = account(fake).calendars()
    assert [(each["href"], each["name"], each["counts"]) for each in choices(found, [])] == [
        (ME, "Olivia", True), ("work", "Work", True), ("holidays", "Holidays", False),
    ]  # fmt: skip
    chosen = choices(found, [{"href": ME, "counts": False}, {"href": "holidays", "counts": True}])
    assert [each["counts"] for each in chosen] == [False, True, True]
    assert len(fake.asked) == 2


def test_busy_times_of_a_long_scope_are_asked_for_in_parts_and_merged(fake: FakeGoogle) -> None:
    far = NOON + google.MAX_SPAN
    fake.add_calendar("work", "Work")
    fake.add_event(NOON, NOON + HOUR)
    fake.add_event(far - HOUR, far + HOUR)
    fake.add_event(NOON + HOUR, NOON + 2 * HOUR, "work")
    fake.add_event(NOON + 5 * HOUR, NOON + 6 * HOUR, transparency="transparent")
    both = [*MINE, {"href": "work", "counts": True, "own": True}]
    assert busy(fake, calendars=both) == [(NOON, NOON + 2 * HOUR), (far - HOUR, far + HOUR)]
    assert [each.path for each in fake.asked] == ["/freeBusy"] * 3


def test_with_the_right_to_write_our_own_appointments_are_told_from_the_others(fake: FakeGoogle) -> None:
    account(fake, READS | WRITES).put(ME, ENTRY)
    fake.add_event(NOON + HOUR / 2, NOON + HOUR)
    fake.add_event(NOON + 3 * HOUR, NOON + 4 * HOUR, attendees=[{"self": True, "responseStatus": "declined"}])
    fake.add_event(NOON + 5 * HOUR, NOON + 6 * HOUR, transparency="transparent")
    fake.add_event(NOON + 5 * HOUR, NOON + 6 * HOUR, iCalUID="ours@bookonce")
    fake.add_event(NOON, NOON, start={"date": "2026-12-03"}, end={"date": "2026-12-04"})
    midnight = datetime(2026, 12, 2, 23, tzinfo=UTC)  # in Berlin
    assert busy(fake, READS | WRITES) == [(NOON + HOUR / 2, NOON + HOUR), (midnight, midnight + 24 * HOUR)]
    fake.calendars[ME]["said"]["accessRole"] = "reader"
    others = [{"href": ME, "counts": True, "own": False}]
    assert busy(fake, READS | WRITES, others)[0] == (NOON, NOON + HOUR)


def test_a_calendar_that_is_gone_fails_the_reading_and_frees_nothing(fake: FakeGoogle) -> None:
    gone = [*MINE, {"href": "gone", "counts": True, "own": True}]
    assert failure(lambda: busy(fake, calendars=gone)).code == ProblemCode.NOT_FOUND
    assert failure(lambda: busy(fake, READS | WRITES, gone)).code == ProblemCode.NOT_FOUND


RATE = {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}
OFF = {"error": {"errors": [{"reason": "accessNotConfigured"}]}}


@pytest.mark.parametrize(
    ("status", "said", "retry_after", "code", "seconds"),
    [
        (401, {}, "", ProblemCode.LOGIN, 0),
        (403, {}, "", ProblemCode.CONSENT, 0),
        (403, {"error": "odd"}, "", ProblemCode.CONSENT, 0),
        (403, RATE, "120", ProblemCode.SERVER, 120),
        (403, OFF, "", ProblemCode.CLIENT, 0),
        (404, {}, "", ProblemCode.NOT_FOUND, 0),
        (410, {}, "", ProblemCode.NOT_FOUND, 0),
        (429, {}, "99999999", ProblemCode.SERVER, LONGEST_PAUSE),
        (429, {}, "soon", ProblemCode.SERVER, 0),
        (503, {}, "Tue, 01 Dec 2020 12:00:00 GMT", ProblemCode.SERVER, 0),
        (500, {}, "7", ProblemCode.SERVER, 7),
    ],
)
def test_each_refusal_is_told_by_its_code_and_how_long_to_wait(
    fake: FakeGoogle, status: int, said: dict[str, Any], retry_after: str, code: ProblemCode, seconds: int
) -> None:
    fake.fail("/api/freeBusy", status, said=said, headers={"Retry-After": retry_after} if retry_after else {})
    caught = failure(lambda: busy(fake))
    assert (caught.code, caught.retry_after) == (code, seconds)
    assert busy(fake) == []


def test_no_redirect_is_followed_with_a_token(fake: FakeGoogle) -> None:
    fake.fail("/api/freeBusy", 307, headers={"Location": f"{fake.app.api_url}/elsewhere"})
    assert failure(lambda: busy(fake)).code == ProblemCode.REDIRECTS
    assert fake.asked == []
    fake.fail("/token", 307, headers={"Location": f"{fake.url}/token"})
    fake.grants["old"] = READS
    assert failure(lambda: refresh_tokens(CLIENT, fake.app, "old")).code == ProblemCode.REDIRECTS
    assert fake.renewals == 0


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b'{"calendars": 1}', b'{"calendars": {}}', b"[" * 100_000])
def test_an_answer_that_is_none_frees_nothing(fake: FakeGoogle, raw: bytes) -> None:
    fake.fail("/api/freeBusy", 200, raw=raw)
    assert failure(lambda: busy(fake)).code == ProblemCode.CUT_OFF


@pytest.mark.parametrize("raw", [b"<html>", b'{"items": 1}', b'{"items": [1]}', b'{"items": [{"start": 1}]}'])
def test_a_list_of_events_that_is_none_frees_nothing(fake: FakeGoogle, raw: bytes) -> None:
    fake.fail("/api/calendars/", 200, raw=raw)
    assert failure(lambda: busy(fake, READS | WRITES)).code == ProblemCode.CUT_OFF


def test_pages_without_an_end_are_given_up(fake: FakeGoogle) -> None:
    fake.fail("/api/users", 200, times=999, said={"items": [], "nextPageToken": "again"})
    assert failure(account(fake).calendars).code == ProblemCode.TOO_MUCH


def test_an_entry_is_made_once_moved_and_taken_out(fake: FakeGoogle) -> None:
    there = account(fake, READS | WRITES)
    there.put(ME, ENTRY)
    there.put(ME, ENTRY)
    (event,) = fake.events()
    assert (event["id"], event["summary"]) == (event_id("ours@bookonce"), "Meeting with Jane")
    event |= {"summary": "With coffee", "colorId": "5"}
    there.put(ME, Entry("ours@bookonce", 1, NOON + HOUR, NOON + 2 * HOUR, "Meeting with Jane", "", ""))
    (event,) = fake.events()
    assert (event["summary"], event["colorId"]) == ("With coffee", "5")
    assert event["start"] == {"dateTime": (NOON + HOUR).isoformat()}
    there.remove(ME, "ours@bookonce")
    there.remove(ME, "ours@bookonce")
    assert fake.events() == []


def test_an_entry_that_the_owner_deleted_comes_back_when_it_is_moved(fake: FakeGoogle) -> None:
    there = account(fake, READS | WRITES)
    there.put(ME, ENTRY)
    fake.calendars[ME]["events"][event_id("ours@bookonce")]["status"] = "cancelled"
    there.put(ME, ENTRY)
    assert len(fake.events()) == 1


def test_a_change_there_between_our_look_and_our_change_is_kept(fake: FakeGoogle) -> None:
    there = account(fake, READS | WRITES)
    there.put(ME, ENTRY)
    fake.fail("/api/calendars/.*/events/", 200, said={"etag": '"old"'})
    there.put(ME, ENTRY)
    assert len([each for each in fake.asked if each.method == "PATCH"]) == 2


def test_an_insertion_whose_answer_was_lost_makes_no_second(fake: FakeGoogle) -> None:
    there = account(fake, READS | WRITES)
    there.put(ME, ENTRY)
    fake.fail("/api/calendars/.*/events/", 404)  # as if it came between our look and our insertion
    there.put(ME, ENTRY)
    assert len(fake.events()) == 1
